package io.millrace.spi.link;

import io.millrace.MillraceException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server what it may refuse, one after the other on a link of their own: a server may end
 * the link with what it refuses, and then it is known what it refused, and nothing else is on that
 * link. A refusal is remembered for four seconds and answered without asking; one for want of room
 * stands for everything, for a second. Used on one context alone.
 *
 * @param <L> the link
 */
public final class Trials<L extends Link> {

  private static final Logger LOG = System.getLogger(Trials.class.getName());
  private static final int MOST_WAITING = 10_000;
  private static final long IDLE_MILLIS = 10_000;
  private static final long QUIET_NANOS = 60_000_000_000L;

  /** Between two links that were lost: what is refused must not keep the server busy. */
  private static final long PAUSE_MILLIS = 100;

  private static final class Ask<L, T> {
    final String what;
    final boolean repeatable;
    final Function<L, Future<T>> action;
    final long deadline;
    final Promise<T> answer = Promise.promise();
    boolean broken;

    Ask(String what, boolean repeatable, Function<L, Future<T>> action, long deadline) {
      this.what = what;
      this.repeatable = repeatable;
      this.action = action;
      this.deadline = deadline;
    }
  }

  private final Vertx vertx;
  private final Context context;
  private final Spare<L> spare;
  private final Duration limit;
  private final Refusals refusals = new Refusals();
  private final Deque<Ask<L, ?>> waiting = new ArrayDeque<>();
  private long quietUntil = System.nanoTime();
  private long count;
  private boolean busy;
  private boolean closed;

  /**
   * Nothing is asked yet. Called on the context of the links.
   *
   * @param vertx the node's
   * @param links makes links, for example {@link LinkKeeper#another}
   * @param limit how long one may wait for its turn, and how long it may take
   */
  public Trials(Vertx vertx, Supplier<Future<L>> links, Duration limit) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.spare = new Spare<>(vertx, links, IDLE_MILLIS);
    this.limit = limit;
  }

  /**
   * Asks when it is its turn.
   *
   * @param what names it, for refusals
   * @param repeatable whether it may be asked twice if the link breaks without a reason. If it
   *     breaks again, that is taken for a refusal
   * @param action asks; while it is not complete the link is used for nothing else
   * @param <T> what comes of it
   * @return completes as the action does; fails with {@link MillraceException.Code#FORBIDDEN} if
   *     the server does not permit it, and with one that is retryable if it refuses for another
   *     reason
   */
  public <T> Future<T> ask(String what, boolean repeatable, Function<L, Future<T>> action) {
    long now = System.nanoTime();
    Optional<MillraceException> known = refusals.of(what, now);
    if (known.isPresent()) {
      return Future.failedFuture(known.get());
    }
    if (closed || waiting.size() >= MOST_WAITING) {
      return Future.failedFuture(closed ? Link.outOfReach() : slow());
    }
    Ask<L, T> ask = new Ask<>(what, repeatable, action, now + limit.toNanos());
    waiting.add(ask);
    next();
    return ask.answer.future();
  }

  static MillraceException slow() {
    return new MillraceException(
        MillraceException.Code.UNAVAILABLE, "The broker is slower than what is asked. Try again.");
  }

  private void next() {
    while (!busy && !waiting.isEmpty()) {
      Ask<L, ?> ask = waiting.remove();
      long now = System.nanoTime();
      Optional<MillraceException> known = refusals.of(ask.what, now);
      if (known.isPresent()) {
        ask.answer.fail(known.get());
      } else if (ask.deadline - now <= 0) {
        ask.answer.fail(slow());
      } else {
        busy = true;
        begin(ask);
      }
    }
  }

  private <T> void begin(Ask<L, T> ask) {
    spare
        .link()
        .onFailure(none -> over(ask, Future.failedFuture(none), 0))
        .onSuccess(linked -> begin(ask, linked));
  }

  private <T> void begin(Ask<L, T> ask, L linked) {
    Promise<T> outcome = Promise.promise();
    long timer =
        vertx.setTimer(
            limit.toMillis() + PAUSE_MILLIS,
            late -> linked.end(new IOException("The broker did not answer in time.")));
    linked.ended().onSuccess(cause -> outcome.tryFail(Link.broken()));
    outcome.future().onComplete(done -> vertx.cancelTimer(timer));
    // The link may be about to tell why it ended.
    outcome.future().onComplete(done -> context.runOnContext(turn -> judge(ask, linked, done)));
    try {
      ask.action.apply(linked).onComplete(outcome::tryComplete, outcome::tryFail);
    } catch (MillraceException refused) {
      outcome.tryFail(refused);
    }
  }

  private <T> void judge(Ask<L, T> ask, L linked, AsyncResult<T> outcome) {
    if (outcome.succeeded() || !linked.ended().isComplete()) {
      if (outcome.cause() instanceof MillraceException known
          && known.code() == MillraceException.Code.FORBIDDEN) {
        refuse(ask.what, known);
      }
      over(ask, outcome, 0);
      return;
    }
    Throwable cause = linked.ended().result();
    if (cause instanceof LinkException) {
      MillraceException refusal = Refusals.typed(cause);
      refuse(ask.what, refusal);
      over(ask, Future.failedFuture(refusal), PAUSE_MILLIS);
    } else if (!ask.repeatable || isLate(outcome.cause())) {
      over(ask, outcome, PAUSE_MILLIS);
    } else if (ask.broken) {
      MillraceException refusal =
          new MillraceException(
              MillraceException.Code.FORBIDDEN,
              "The broker breaks the connection on which it is asked for this.",
              cause);
      refuse(ask.what, refusal);
      over(ask, Future.failedFuture(refusal), PAUSE_MILLIS);
    } else {
      ask.broken = true;
      waiting.addFirst(ask);
      goOn(PAUSE_MILLIS);
    }
  }

  private static boolean isLate(@Nullable Throwable failure) {
    return failure instanceof MillraceException known
        && known.code() == MillraceException.Code.TIMEOUT;
  }

  private void refuse(String what, MillraceException refusal) {
    long now = System.nanoTime();
    refusals.add(what, refusal, now);
    count++;
    if (now - quietUntil >= 0) {
      quietUntil = now + QUIET_NANOS;
      LOG.log(
          Logger.Level.WARNING,
          "The broker refused to {0}: {1} So far it refused {2}; the next minute''s are only counted.",
          what,
          refusal.getCause() == null ? refusal.getMessage() : refusal.getCause().getMessage(),
          count);
    }
  }

  private <T> void over(Ask<L, T> ask, AsyncResult<T> outcome, long pause) {
    if (outcome.succeeded()) {
      ask.answer.complete(outcome.result());
    } else {
      ask.answer.fail(outcome.cause());
    }
    goOn(pause);
  }

  private void goOn(long pause) {
    if (pause > 0) {
      vertx.setTimer(pause, waited -> goOn(0));
      return;
    }
    context.runOnContext(
        turn -> {
          busy = false;
          next();
        });
  }

  /** Asks at once what could not be asked for want of a link: the server is known to be back. */
  public void retry() {
    spare.retry();
  }

  /**
   * Asks nothing any more.
   *
   * @return completes when the link is closed
   */
  public Future<Void> close() {
    closed = true;
    waiting.forEach(ask -> ask.answer.tryFail(Link.outOfReach()));
    waiting.clear();
    return spare.close();
  }
}
