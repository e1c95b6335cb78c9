package io.millrace.spi;

import java.time.Duration;

/**
 * Why a connection ends, and whether the client may reconnect. The codes are those of WebSocket's
 * close frame (RFC 6455, section 7.4): 4000 to 4099 mean "do not reconnect", 4100 to 4199
 * "reconnect with back-off", and 4200 to 4299 "reconnect at once".
 *
 * @param code the code
 * @param reason a few words for people
 * @param after when to reconnect; zero if the code says enough
 */
public record Ending(int code, String reason, Duration after) {

  /** There is nothing more to send. */
  public static final Ending DONE = new Ending(1000, "done", Duration.ZERO);

  /** The application has disconnected the user. */
  public static final Ending DISCONNECTED = new Ending(4001, "disconnected", Duration.ZERO);

  /** The client fell so far behind that the log no longer holds what it has not read. */
  public static final Ending SLOW = new Ending(4100, "slow", Duration.ZERO);

  /**
   * The client took nothing for a long time, or has not shown that it is there. It is not waited
   * for: what it has not taken is dropped.
   */
  public static final Ending STALLED = new Ending(4101, "stalled", Duration.ZERO);

  /** The transport was switched off. */
  public static final Ending TRANSPORT_OFF =
      new Ending(4102, "transport switched off", Duration.ZERO);

  /** The client's credentials have expired; it should reconnect with new ones. */
  public static final Ending EXPIRED = new Ending(4103, "expired", Duration.ZERO);

  /** A message from the client did not arrive in time, or its buffer was needed for others. */
  public static final Ending UNFINISHED =
      new Ending(4104, "message not sent in time", Duration.ZERO);

  /** The client may no longer read all of what it subscribed to. */
  public static final Ending REVOKED = new Ending(4105, "revoked", Duration.ZERO);

  /** Messages may have been missed, and there is no other way to say so. */
  public static final Ending GAP = new Ending(4200, "gap", Duration.ZERO);

  /** Enough was sent over this connection; the client should resume on a new one. */
  public static final Ending RECYCLE = new Ending(4201, "recycle", Duration.ZERO);

  /**
   * The node is closing.
   *
   * @param after when to reconnect
   * @return the ending
   */
  public static Ending goingAway(Duration after) {
    return new Ending(1001, "going away", after);
  }

  /** {@return whether the client may reconnect} */
  public boolean mayReconnect() {
    return code == 1001 || code >= 4100;
  }
}
