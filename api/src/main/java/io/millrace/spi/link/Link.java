package io.millrace.spi.link;

import io.millrace.MillraceException;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One connection to a server, from when it can be used to its end; there is no way back. Used on
 * one context alone, that on which it was connected.
 */
public interface Link {

  /** {@return what the server says it is, for the log; empty if it says nothing} */
  String server();

  /**
   * Returns what whoever runs the server should know. It is logged when the node is linked for the
   * first time.
   *
   * @return empty by default
   */
  default Optional<String> advice() {
    return Optional.empty();
  }

  /** {@return completes with the cause when the link is down, whoever ended it; never fails} */
  Future<Throwable> ended();

  /**
   * Ends the link now; what is not confirmed fails. Does nothing if it is down.
   *
   * @param cause why, a {@link LinkException} if the server is to blame
   */
  void end(Throwable cause);

  /**
   * Tells the server that this side is about to end the link, if the protocol has a word for it.
   *
   * @return completes when the server answered; may fail, and may never complete
   */
  Future<Void> goodbye();

  /**
   * Says {@link #goodbye}, waits at most 2 s for the answer, and ends.
   *
   * @return completes when it is closed; never fails
   */
  default Future<Void> disconnect() {
    return goodbye()
        .timeout(2, TimeUnit.SECONDS)
        .otherwiseEmpty()
        .compose(
            said -> {
              end(new IOException("The link was closed."));
              return ended().mapEmpty();
            });
  }

  /**
   * {@return the failure of what is asked for while there is no link, and so was surely not taken;
   * trying again helps}
   */
  static MillraceException outOfReach() {
    return new MillraceException(
        MillraceException.Code.UNAVAILABLE, "The broker is out of reach. Try again.");
  }

  /**
   * Returns the failure of what cannot arrive, since it is larger than the broker or its nodes
   * take.
   *
   * @param most how many bytes a message may have
   * @return {@link MillraceException.Code#TOO_LARGE}
   */
  static MillraceException tooLarge(long most) {
    return new MillraceException(
        MillraceException.Code.TOO_LARGE,
        "A message may have " + most + " bytes at most with this broker. Send less at a time.");
  }

  /**
   * Returns what whoever asked is answered when the server refuses: that it is not permitted or too
   * large, if the server's words say so, else that it may be tried later.
   *
   * @param words what the server said; never shown to clients
   * @return {@link MillraceException.Code#FORBIDDEN}, {@link MillraceException.Code#TOO_LARGE} or
   *     {@link MillraceException.Code#UNAVAILABLE}
   */
  static MillraceException refused(LinkException words) {
    return Refusals.typed(words);
  }

  /**
   * {@return the failure of what was sent and not confirmed when the link ended: nobody knows
   * whether it was taken}
   */
  static MillraceException broken() {
    return new MillraceException(
        MillraceException.Code.TIMEOUT,
        "The link to the broker broke before it confirmed; it may have taken the message. Try again with the same key.");
  }

  /**
   * {@return the failure of what was sent and not confirmed in time: nobody knows whether it was
   * taken}
   */
  static MillraceException late() {
    return new MillraceException(
        MillraceException.Code.TIMEOUT,
        "The broker did not confirm in time; it may have taken the message. Try again with the same key.",
        new TimeoutException());
  }
}
