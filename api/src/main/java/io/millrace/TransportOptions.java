package io.millrace;

import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;
import java.time.Duration;
import java.util.Set;

/**
 * How transports serve clients, and how clients leave. In JSON, the group {@code transports} of
 * {@link MillraceOptions}.
 *
 * @param <T> {@link MillraceOptions}
 */
public abstract class TransportOptions<T extends TransportOptions<T>> extends TimeOptions<T> {

  private static final Form<Set<String>> NAMES =
      Form.set("names of transports", name -> name, name -> name);

  private final OptionGroup group = groups.group("transports");

  /** Only {@link MillraceOptions} extends it. */
  TransportOptions() {}

  private final Option<Set<String>> disabledTransports =
      group.option("disabledTransports", NAMES).initially(Set.of());

  /** {@return the transports that are switched off at the start; none by default} */
  public Set<String> disabledTransports() {
    return disabledTransports.get();
  }

  /**
   * Switches a transport off from the start. {@link Millrace#enableTransport} switches it on.
   *
   * @param name the name of a transport that the node has
   * @return this
   */
  public T addDisabledTransport(String name) {
    return add(disabledTransports, name);
  }

  private final Option<Duration> longPollGather =
      group.option("longPollGather", Form.TIME).atLeast(0).initially(Duration.ofMillis(100));

  /** {@return how long a long poll gathers messages that follow closely; zero for not at all} */
  public Duration longPollGather() {
    return longPollGather.get();
  }

  /**
   * Sets how long a long poll gathers messages that follow closely. A message answers a long poll
   * at once if nothing has come for this long since the request; otherwise when this time is over,
   * or when the message is this old. So no client needs more than one request in this time, and no
   * message waits longer. The node's timers have steps of 50 ms, to which this time is rounded
   * down.
   *
   * @param value zero (every message answers at once) or more; 100 ms by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setLongPollGather(Duration value) {
    return set(longPollGather, value);
  }

  private final Option<Integer> streamPadding =
      group.option("streamPadding", Form.INT).atLeast(0).atMost(64 << 10).initially(0);

  /** {@return with how many bytes of padding a streamed response begins} */
  public int streamPadding() {
    return streamPadding.get();
  }

  /**
   * Sets with how many bytes of padding a streamed response begins. For proxies that hold back the
   * first bytes of a response. Clients do not see it: it is a comment in an event stream, and white
   * space before the first line of JSON. Not for WebSockets.
   *
   * @param value from zero, no padding, to 65,536; zero by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setStreamPadding(int value) {
    return set(streamPadding, value);
  }

  private final Option<Long> recycleBytes =
      group.option("recycleBytes", Form.LONG).atLeast(0).initially(0L);

  /**
   * {@return after how many bytes a streamed HTTP response is ended, so that the client resumes
   * with a new one; zero for never} For proxies that keep everything that passes through them.
   */
  public long recycleBytes() {
    return recycleBytes.get();
  }

  /**
   * Sets after how many bytes a streamed HTTP response is ended at the latest, so that the client
   * resumes with a new one; zero for never. Each ends after 70 to 100 % of them. For proxies that
   * keep everything that passes through them. Not for WebSockets.
   *
   * @param value zero or more; zero, never, by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setRecycleBytes(long value) {
    return set(recycleBytes, value);
  }

  private final Option<Duration> recycleAge =
      group.option("recycleAge", Form.TIME).atLeast(0).initially(Duration.ZERO);

  /**
   * {@return after how long a streamed response is ended, so that the client resumes with a new
   * one; zero for never}
   */
  public Duration recycleAge() {
    return recycleAge.get();
  }

  /**
   * Sets after how long a streamed response is ended at the latest, so that the client resumes with
   * a new one. Each ends after 70 to 100 % of this time. Not for WebSockets.
   *
   * @param value zero (never) or more; never by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setRecycleAge(Duration value) {
    return set(recycleAge, value);
  }

  private final Option<Duration> drainWindow =
      group.option("drainWindow", Form.TIME).atLeast(0).initially(Duration.ofMillis(1250));

  /** {@return over how much time clients of a node that closes come back} */
  public Duration drainWindow() {
    return drainWindow.get();
  }

  /**
   * Sets over how much time clients of a node that closes come back: each is told to reconnect
   * after a random part of this time. The browser client takes up to 1.5 s more.
   *
   * @param value zero or more; 1.25 s by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setDrainWindow(Duration value) {
    return set(drainWindow, value);
  }
}
