package io.millrace.broker.amqp;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonSession;
import java.time.Duration;

/**
 * The sessions of one connection that begin and end while the connection lasts. RabbitMQ 3
 * occasionally loses the END with which it should answer ours, because the process that writes it
 * ends with the session. The library then considers the ended session open. When it gives the same
 * number to the next session, it ignores the answer to that BEGIN, and frames with this number go
 * to the wrong session. So nothing is requested on a session before it is known to have begun.
 * While an END is awaited, a session that does not begin soon is left aside, and another one is
 * tried. The session left aside keeps its number, so no other can get it, and is ended later: the
 * END that answers this makes the number usable again. Used only on the connection's context.
 */
final class Sessions {

  /**
   * The first session may take this part of the limit to begin. Each further one may take that much
   * longer, so four begin within half of the limit.
   */
  private static final int SOON = 16;

  private final Vertx vertx;
  private final ProtonConnection connection;
  private final long limitMillis;
  private int ending;
  private boolean down;

  /**
   * Makes an object without sessions.
   *
   * @param limit a session that has not begun within this time never will
   */
  Sessions(Vertx vertx, ProtonConnection connection, Duration limit) {
    this.vertx = vertx;
    this.connection = connection;
    this.limitMillis = limit.toMillis();
  }

  /** {@return a session that has begun; does not complete if the connection ends before} */
  Future<ProtonSession> begin() {
    Promise<ProtonSession> begun = Promise.promise();
    begin(begun, 1);
    return begun.future();
  }

  private void begin(Promise<ProtonSession> begun, int attempt) {
    ProtonSession session = connection.createSession();
    Promise<Void> answered = Promise.promise();
    session.openHandler(opened -> answered.tryComplete());
    session.closeHandler(
        closed -> {
          answered.tryFail(AmqpBrokerConnection.refusal(session.getRemoteCondition()));
          answer(session);
        });
    answered
        .future()
        .onSuccess(
            opened -> {
              if (!begun.tryComplete(session)) {
                end(session);
              }
            })
        .onFailure(begun::tryFail);
    if (ending > 0) {
      doubt(session, answered.future(), begun, attempt);
    }
    session.open();
  }

  private void doubt(
      ProtonSession session, Future<Void> answered, Promise<ProtonSession> begun, int attempt) {
    long soon =
        vertx.setTimer(
            Math.max(1, attempt * limitMillis / SOON),
            late -> {
              if (!down) {
                begin(begun, attempt + 1);
              }
            });
    long never = vertx.setTimer(limitMillis, late -> giveUp(session));
    answered.onComplete(
        done -> {
          vertx.cancelTimer(soon);
          vertx.cancelTimer(never);
        });
  }

  /** The answer to its END is taken as that of the earlier session with this number. */
  private void giveUp(ProtonSession session) {
    if (!down) {
      session.close();
      session.free();
    }
  }

  /** Ends a session that {@link #begin} returned, and on which nothing is attached any more. */
  void end(ProtonSession session) {
    if (!down) {
      ending++;
      session.closeHandler(
          closed -> {
            ending--;
            session.free();
          });
      session.close();
    }
  }

  /** Ends a session that the broker has ended. */
  void answer(ProtonSession session) {
    session.close();
    session.free();
  }

  /** The connection is down: nothing begins or ends any more. */
  void down() {
    down = true;
  }
}
