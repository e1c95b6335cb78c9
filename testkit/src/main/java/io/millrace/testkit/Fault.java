package io.millrace.testkit;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * What a {@link Middlebox} does to a request or to its answer. Faults can be combined: {@code
 * Fault.delay(second).and(Fault.buffer())}. Immutable.
 */
public final class Fault {

  private static final String PORTAL =
      "<!doctype html><title>Welcome</title><p>Please accept the terms of this network.</p>";

  private final Consumer<Treatment> change;

  private Fault(Consumer<Treatment> change) {
    this.change = change;
  }

  void applyTo(Treatment treatment) {
    change.accept(treatment);
  }

  /**
   * Adds another fault.
   *
   * @param other the other one; it counts where the two contradict each other
   * @return both
   */
  public Fault and(Fault other) {
    return new Fault(change.andThen(other.change));
  }

  /** {@return no fault: for requests that later rules must not concern} */
  public static Fault none() {
    return new Fault(treatment -> {});
  }

  /**
   * Answers instead of the server, with a short page of HTML, as proxies do. Refuses upgrades, too.
   *
   * @param status the answer's status
   * @return the fault
   */
  public static Fault refuse(int status) {
    return new Fault(treatment -> treatment.answer(status, "<p>" + status + "</p>"));
  }

  /**
   * Answers instead of the server, as a captive portal does: a page of HTML, and for a redirection
   * (3xx) the address of one.
   *
   * @param status 200, 302 or 511
   * @return the fault
   */
  public static Fault captivePortal(int status) {
    return new Fault(treatment -> treatment.answer(status, PORTAL));
  }

  /** {@return takes the request, and never answers} */
  public static Fault hang() {
    return new Fault(Treatment::hang);
  }

  /**
   * Forwards the request without some of its headers.
   *
   * @param headers their names
   * @return the fault
   */
  public static Fault strip(String... headers) {
    return new Fault(treatment -> treatment.strip(headers));
  }

  /** {@return forwards a request to upgrade as if it did not ask for that} */
  public static Fault stripUpgrade() {
    return strip("Upgrade", "Connection");
  }

  /**
   * Forwards the request later.
   *
   * @param time how much later
   * @return the fault
   */
  public static Fault delay(Duration time) {
    return new Fault(treatment -> treatment.delay(time));
  }

  /**
   * Forwards the request twice, as something that repeats what it believes lost. The client gets
   * the answer to the first.
   *
   * @param later when the second is sent, after the first
   * @return the fault
   */
  public static Fault duplicate(Duration later) {
    return new Fault(treatment -> treatment.duplicate(later));
  }

  /**
   * Closes the connection some time after the answer has begun: for WebSockets, after they have
   * been opened.
   *
   * @param time how long
   * @return the fault
   */
  public static Fault killAfter(Duration time) {
    return new Fault(treatment -> treatment.killAfter(time));
  }

  /**
   * Closes the connection if the answer has not ended some time after the request.
   *
   * @param time how long
   * @return the fault
   */
  public static Fault timeOut(Duration time) {
    return new Fault(treatment -> treatment.timeOut(time));
  }

  /** {@return lets the answer begin, and then nothing pass, in neither direction} */
  public static Fault silence() {
    return hold().and(new Fault(treatment -> treatment.up(Flow.HELD)));
  }

  /**
   * {@return lets the answer begin, and then nothing more of it pass; what the client sends does}
   */
  public static Fault hold() {
    return new Fault(treatment -> treatment.down(Flow.HELD));
  }

  /** {@return lets the answer pass only when it has ended} */
  public static Fault buffer() {
    return buffer(Integer.MAX_VALUE);
  }

  /**
   * Lets the answer pass in parts.
   *
   * @param bytes how many must have come, unless the answer ends, before they pass together
   * @return the fault
   */
  public static Fault buffer(int bytes) {
    return new Fault(treatment -> treatment.down(Flow.buffered(bytes)));
  }
}
