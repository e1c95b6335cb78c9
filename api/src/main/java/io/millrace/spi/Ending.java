package io.millrace.spi;

import java.time.Duration;

/**
 * Why a connection ends, and whether the client shall come back. The codes are those of WebSocket's
 * close frame (RFC 6455, section 7.4), of which 4000 to 4099 mean "do not come back", 4100 to 4199
 * "come back with back-off" and 4200 to 4299 "come back now".
 *
 * @param code the code
 * @param reason a few words for people
 * @param after when to come back; zero where the code says enough
 */
public record Ending(int code, String reason, Duration after) {

  /** All is done. */
  public static final Ending DONE = new Ending(1000, "done", Duration.ZERO);

  /** The client sent what it may not. */
  public static final Ending POLICY = new Ending(1008, "policy", Duration.ZERO);

  /** The client is slower than the log is long. */
  public static final Ending SLOW = new Ending(4100, "slow", Duration.ZERO);

  /** The client took nothing for long. */
  public static final Ending STALLED = new Ending(4101, "stalled", Duration.ZERO);

  /** The transport was taken out of service. */
  public static final Ending TRANSPORT_OFF =
      new Ending(4102, "transport switched off", Duration.ZERO);

  /** What the client sends arrives too slowly, or is in the way of what others send. */
  public static final Ending UNFINISHED =
      new Ending(4103, "message not sent in time", Duration.ZERO);

  /** Messages may have been missed and there is no other way to say so. */
  public static final Ending GAP = new Ending(4200, "gap", Duration.ZERO);

  /** Enough was sent over this connection; resume on a new one. */
  public static final Ending RECYCLE = new Ending(4201, "recycle", Duration.ZERO);

  /**
   * The node is closing.
   *
   * @param after when to come back
   * @return the ending
   */
  public static Ending goingAway(Duration after) {
    return new Ending(1001, "going away", after);
  }

  /** {@return whether the client shall come back} */
  public boolean returns() {
    return code == 1001 || code >= 4100;
  }
}
