package io.millrace.spi.remote;

import io.millrace.MillraceException;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One connection to a server, from the moment when it can be used to its end; it cannot be
 * reopened. Used only on the context on which it was connected.
 */
public interface BrokerConnection {

  /** {@return what the server says it is, for the log; empty if it says nothing} */
  String server();

  /**
   * Returns a hint for the operator of the server. It is logged when the node is connected for the
   * first time.
   *
   * @return empty by default
   */
  default Optional<String> advice() {
    return Optional.empty();
  }

  /**
   * {@return completes with the cause when the connection is down, whichever side ended it; never
   * fails}
   */
  Future<Throwable> ended();

  /**
   * Returns whether the connection is down. If its end fails anything that waits for an answer, it
   * is down before that.
   *
   * @return whether {@link #ended} is complete, by default
   */
  default boolean isDown() {
    return ended().isComplete();
  }

  /**
   * Ends the connection now; everything that is not confirmed fails. Does nothing if the connection
   * is down.
   *
   * @param cause why, a {@link BrokerException} if the server is to blame
   */
  void end(Throwable cause);

  /**
   * Tells the server that this side is about to end the connection, if the protocol has a way to
   * say so.
   *
   * @return completes when the server answered; may fail, and may never complete
   */
  Future<Void> goodbye();

  /**
   * Calls {@link #goodbye}, waits at most 2 s for the answer, and ends the connection.
   *
   * @return completes when it is closed; never fails
   */
  default Future<Void> disconnect() {
    return goodbye()
        .timeout(2, TimeUnit.SECONDS)
        .otherwiseEmpty()
        .compose(
            said -> {
              end(new IOException("The connection was closed."));
              return ended().mapEmpty();
            });
  }

  /**
   * {@return the failure of a request that is made while there is no connection: the server has
   * surely not taken it, and trying again may help}
   */
  static MillraceException outOfReach() {
    return new MillraceException(
        MillraceException.Code.UNAVAILABLE, "The broker is out of reach. Try again.");
  }

  /**
   * Returns the failure of a message that is larger than the broker or its nodes accept.
   *
   * @param most how many bytes a message may have
   * @return {@link MillraceException.Code#TOO_LARGE}
   */
  static MillraceException tooLarge(long most) {
    return new MillraceException(
        MillraceException.Code.TOO_LARGE,
        "A message may have at most " + most + " bytes with this broker. Send less at a time.");
  }

  /**
   * Returns the failure of a request that the server refuses: if the server's text says so, that it
   * is not permitted or too large; otherwise, that it may be tried again later.
   *
   * @param words what the server said; never shown to clients
   * @return {@link MillraceException.Code#FORBIDDEN}, {@link MillraceException.Code#TOO_LARGE} or
   *     {@link MillraceException.Code#UNAVAILABLE}
   */
  static MillraceException refused(BrokerException words) {
    return Refusals.typed(words);
  }

  /**
   * {@return the failure of a message that was sent and not confirmed when the connection ended: it
   * is not known whether the server took it}
   */
  static MillraceException broken() {
    return new MillraceException(
        MillraceException.Code.TIMEOUT,
        "The connection to the broker broke before the broker confirmed; it may have taken the message. Try again with the same key.");
  }

  /**
   * {@return the failure of a message that was sent and not confirmed in time: it is not known
   * whether the server took it}
   */
  static MillraceException late() {
    return new MillraceException(
        MillraceException.Code.TIMEOUT,
        "The broker did not confirm in time; it may have taken the message. Try again with the same key.",
        new TimeoutException());
  }
}
