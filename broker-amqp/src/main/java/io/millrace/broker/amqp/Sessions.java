package io.millrace.broker.amqp;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonSession;
import java.time.Duration;

/**
 * The sessions of one link that begin and end while it lasts. RabbitMQ 3 loses the END by which it
 * should answer ours, now and then: it ends the process that writes it together with the session.
 * The library then takes the session that ended for open. As it gives its number to the next
 * session that begins, it reads over the answer to that, and what comes by the number goes to the
 * wrong one. So nothing is asked on a session that is not known to have begun: while an END is
 * awaited, a session that does not begin soon is passed over for another. It keeps the number from
 * everybody else, and is ended itself later: the END that answers this makes the number sound
 * again. Used on the link's context alone.
 */
final class Sessions {

  /**
   * What part of the limit is soon, for the first session; it is longer by as much for each next,
   * so four are tried in half of the limit.
   */
  private static final int SOON = 16;

  private final Vertx vertx;
  private final ProtonConnection connection;
  private final long limitMillis;
  private int ending;
  private boolean down;

  /**
   * None yet.
   *
   * @param limit a session that has not begun by then never will
   */
  Sessions(Vertx vertx, ProtonConnection connection, Duration limit) {
    this.vertx = vertx;
    this.connection = connection;
    this.limitMillis = limit.toMillis();
  }

  /** {@return a session that has begun; never completes if the link ends before} */
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
          answered.tryFail(AmqpLink.refusal(session.getRemoteCondition()));
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

  /** Its own END is taken for that of the session which had the number before. */
  private void giveUp(ProtonSession session) {
    if (!down) {
      session.close();
      session.free();
    }
  }

  /** Ends a session that {@link #begin} gave, and on which nothing is attached any more. */
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

  /** The link is down: nothing begins or ends any more. */
  void down() {
    down = true;
  }
}
