package io.millrace.broker.stomp;

import io.millrace.spi.remote.BrokerException;
import io.vertx.core.Vertx;
import java.util.Optional;

/**
 * The heart-beats of a connection (STOMP 1.2, section "Heart-beating"). Sends an end of line in
 * time if nothing else was sent, and notices a silent peer within twice the agreed interval.
 * Everything happens on the connection's context.
 */
final class HeartBeat {

  /** Ticks in an interval for sending. A heart-beat is sent after at most two silent ticks. */
  private static final int SEND_TICKS = 3;

  /** Ticks in an interval for receiving. A peer is dead after seven or eight silent ticks. */
  private static final int RECEIVE_TICKS = 4;

  private static final int DEAD_AFTER = 7;

  private final Vertx vertx;
  private final Runnable send;
  private final Runnable dead;
  private boolean sent;
  private int silentTicks;
  private boolean stopped;
  private long sendTimer;
  private long receiveTimer;

  /**
   * Makes heart-beats that have not started yet.
   *
   * @param vertx for timers
   * @param send sends an end of line
   * @param dead called once, if the peer has been silent for too long
   */
  HeartBeat(Vertx vertx, Runnable send, Runnable dead) {
    this.vertx = vertx;
    this.send = send;
    this.dead = dead;
  }

  /**
   * Starts, with the intervals that follow from the wishes of both sides.
   *
   * @param mine how often to send and to receive, in milliseconds; 0 is never
   * @param theirs the peer's {@code heart-beat} header
   * @throws BrokerException if the header cannot be read
   */
  void begin(long mine, Optional<String> theirs) {
    String wish = theirs.orElse("0,0");
    if (!wish.matches("[0-9]{1,10},[0-9]{1,10}")) {
      throw new BrokerException("The heart-beat header does not contain two numbers.");
    }
    long canSend = Long.parseLong(wish.substring(0, wish.indexOf(',')));
    long wants = Long.parseLong(wish.substring(wish.indexOf(',') + 1));
    if (mine > 0 && wants > 0) {
      tickToSend(Math.max(1, Math.max(mine, wants) / SEND_TICKS));
    }
    if (mine > 0 && canSend > 0) {
      tickToReceive(Math.max(1, Math.max(mine, canSend) / RECEIVE_TICKS));
    }
  }

  private void tickToSend(long millis) {
    sendTimer =
        vertx.setTimer(
            millis,
            tick -> {
              if (!stopped) {
                if (!sent) {
                  send.run();
                }
                sent = false;
                tickToSend(millis);
              }
            });
  }

  // One timer after the other: if this thread was held up, the bytes that arrived in the meantime
  // are read before the next tick counts.
  private void tickToReceive(long millis) {
    receiveTimer =
        vertx.setTimer(
            millis,
            tick -> {
              if (stopped) {
                return;
              }
              if (++silentTicks >= DEAD_AFTER) {
                dead.run();
              } else {
                tickToReceive(millis);
              }
            });
  }

  /** Notes that something was sent. */
  void sent() {
    sent = true;
  }

  /** Notes that something was received. */
  void received() {
    silentTicks = 0;
  }

  /** Stops the heart-beats. */
  void stop() {
    stopped = true;
    vertx.cancelTimer(sendTimer);
    vertx.cancelTimer(receiveTimer);
  }
}
