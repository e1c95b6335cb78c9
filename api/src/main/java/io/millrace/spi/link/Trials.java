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
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server what it may refuse, on a link for nothing else: a server may end the link with what
 * it refuses. What can be asked twice is asked together with others; if the link ends, one by one,
 * so that it is known what was refused. A refusal is remembered for three seconds and answered
 * without asking; one for want of room stands for everything, for a second. Used on one context
 * alone.
 *
 * @param <L> the link
 */
public final class Trials<L extends Link> {

  private static final Logger LOG = System.getLogger(Trials.class.getName());
  private static final int MOST_WAITING = 10_000;
  private static final int MOST_TOGETHER = 32;
  private static final long IDLE_MILLIS = 10_000;
  private static final long QUIET_NANOS = 60_000_000_000L;

  /** After which what ended one link would have ended another, if it was about the server. */
  private static final long SETTLED_MILLIS = 500;

  /** Between two links that were lost: what is refused must not keep the server busy. */
  private static final long PAUSE_MILLIS = 100;

  private static final class Ask<L, T> {
    final String what;
    final boolean repeatable;
    final Function<L, Future<T>> action;
    final long deadline;
    final Promise<T> answer = Promise.promise();
    final long since = System.nanoTime();

    /** Whether others were asked on the link at the same time. */
    boolean together;

    /** Whether it is to be asked alone. */
    boolean alone;

    /** Whether the link broke without a reason while it was asked alone. */
    boolean broken;

    Ask(String what, boolean repeatable, Function<L, Future<T>> action, long deadline) {
      this.what = what;
      this.repeatable = repeatable;
      this.alone = !repeatable;
      this.action = action;
      this.deadline = deadline;
    }
  }

  private final Vertx vertx;
  private final Context context;
  private final Spare<L> spare;
  private final Duration limit;
  private final Supplier<Optional<Long>> wellSince;
  private final Refusals refusals = new Refusals();
  private final Deque<Ask<L, ?>> waiting = new ArrayDeque<>();
  private long quietUntil = System.nanoTime();
  private long count;
  private final Set<Ask<L, ?>> running = new HashSet<>();
  private boolean pausing;
  private boolean closed;

  /**
   * Nothing is asked yet. Called on the context of the links.
   *
   * @param vertx the node's
   * @param links makes links, for example {@link LinkKeeper#another}
   * @param limit how long one may wait for its turn, and how long it may take
   */
  public Trials(Vertx vertx, Supplier<Future<L>> links, Duration limit) {
    this(vertx, links, limit, Optional::empty);
  }

  /**
   * The same, for a node that keeps another link.
   *
   * @param vertx the node's
   * @param links makes links, for example {@link LinkKeeper#another}
   * @param limit how long one may wait for its turn, and how long it may take
   * @param wellSince says when that link was made, by {@link System#nanoTime}, if it is there: a
   *     server that keeps it and breaks each link on which it is asked for one thing, without a
   *     word, refuses that
   */
  public Trials(
      Vertx vertx, Supplier<Future<L>> links, Duration limit, Supplier<Optional<Long>> wellSince) {
    this.wellSince = wellSince;
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.spare = new Spare<>(vertx, links, limit, IDLE_MILLIS);
    this.limit = limit;
  }

  /**
   * Asks when it is its turn.
   *
   * @param what names it, for refusals
   * @param repeatable whether it may be asked twice. If the link breaks without a reason each time
   *     that it is asked alone, that is taken for a refusal, one that passes if nothing tells that
   *     the server is well. What may not is answered {@link MillraceException.Code#TIMEOUT} if the
   *     link ends and the server does not say clearly that it refuses
   * @param action asks; while one that is not repeatable is not complete the link is used for
   *     nothing else
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
    while (!pausing && !waiting.isEmpty() && mayBegin(waiting.peek())) {
      Ask<L, ?> ask = waiting.remove();
      long now = System.nanoTime();
      Optional<MillraceException> known = refusals.of(ask.what, now);
      if (known.isPresent()) {
        ask.answer.fail(known.get());
      } else if (ask.deadline - now <= 0) {
        ask.answer.fail(slow());
      } else {
        begin(ask);
      }
    }
  }

  private boolean mayBegin(Ask<L, ?> ask) {
    return running.isEmpty()
        || (!ask.alone
            && running.size() < MOST_TOGETHER
            && running.stream().noneMatch(other -> other.alone));
  }

  private <T> void begin(Ask<L, T> ask) {
    running.add(ask);
    ask.together = false;
    if (running.size() > 1) {
      running.forEach(each -> each.together = true);
    }
    spare
        .link()
        .onFailure(none -> over(ask, Future.failedFuture(none)))
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
          && known.getCause() instanceof LinkException) {
        refuse(ask.what, known);
      }
      over(ask, outcome);
      return;
    }
    pause();
    Throwable cause = linked.ended().result();
    if (ask.together) {
      ask.alone = true;
      again(ask);
    } else if (cause instanceof LinkException) {
      MillraceException refusal = Refusals.typed(cause);
      refuse(ask.what, refusal);
      over(ask, isSure(ask, outcome.cause(), cause) ? Future.failedFuture(refusal) : outcome);
    } else if (!ask.repeatable || isLate(outcome.cause())) {
      over(ask, outcome);
    } else if (ask.broken) {
      vertx.setTimer(SETTLED_MILLIS, settled -> refusedInSilence(ask, cause));
    } else {
      ask.broken = true;
      again(ask);
    }
  }

  /** A server that restarts breaks links without a word, too, but all of them. */
  private <T> void refusedInSilence(Ask<L, T> ask, Throwable cause) {
    boolean well = wellSince.get().filter(since -> since - ask.since < 0).isPresent();
    MillraceException refusal =
        well
            ? new MillraceException(
                MillraceException.Code.FORBIDDEN,
                "The broker breaks the connection on which it is asked for this.",
                cause)
            : new MillraceException(
                MillraceException.Code.UNAVAILABLE,
                "The broker breaks its connections. Try again later.",
                cause);
    refuse(ask.what, refusal);
    over(ask, Future.failedFuture(refusal));
  }

  private void again(Ask<L, ?> ask) {
    running.remove(ask);
    waiting.addFirst(ask);
    goOn();
  }

  /**
   * Whether what a server said last was its answer. If not, as when it shuts down, it may have
   * taken before what must not be asked twice.
   */
  private static boolean isSure(Ask<?, ?> ask, @Nullable Throwable answer, Throwable last) {
    boolean isNamed =
        answer instanceof MillraceException known && known.getCause() instanceof LinkException;
    return ask.repeatable || isNamed || Refusals.isClear(last);
  }

  /** Whether the server did not answer in time, rather than break the link. */
  static boolean isLate(@Nullable Throwable failure) {
    return failure != null && failure.getCause() instanceof TimeoutException;
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

  private <T> void over(Ask<L, T> ask, AsyncResult<T> outcome) {
    running.remove(ask);
    if (outcome.succeeded()) {
      ask.answer.complete(outcome.result());
    } else {
      ask.answer.fail(outcome.cause());
    }
    goOn();
  }

  private void pause() {
    if (!pausing) {
      pausing = true;
      vertx.setTimer(
          PAUSE_MILLIS,
          waited -> {
            pausing = false;
            next();
          });
    }
  }

  private void goOn() {
    context.runOnContext(turn -> next());
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
