package io.millrace.spi.remote;

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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes requests that a server may refuse. They have a connection of their own, because a server
 * may end the connection on which it refuses. Requests that may be repeated are made together; if
 * the connection ends, they are repeated one by one, to find out which one was refused. A refusal
 * is remembered for three seconds, in which the same request fails without being made; one because
 * of a limit counts for all requests, for a second. Used on one context only.
 *
 * @param <C> the connection
 */
public final class Trials<C extends BrokerConnection> {

  private static final Logger LOG = System.getLogger(Trials.class.getName());
  private static final int MOST_WAITING = 10_000;
  private static final int MOST_TOGETHER = 32;
  private static final long IDLE_MILLIS = 10_000;
  private static final long QUIET_NANOS = 60_000_000_000L;

  /** After this time, a server that is going down has ended its other connections, too. */
  private static final long SETTLED_MILLIS = 500;

  /** The pause after a connection was lost: refused requests must not keep the server busy. */
  private static final long PAUSE_MILLIS = 100;

  private static final class Ask<C, T> {
    final String what;
    final boolean repeatable;
    final Function<C, Future<T>> action;
    final long deadline;
    final Promise<T> answer = Promise.promise();
    final long since = System.nanoTime();

    /** Whether others were made on the connection at the same time. */
    boolean together;

    /** Whether it must be made alone. */
    boolean alone;

    /** Whether the connection broke without a reason while it was made alone. */
    boolean broken;

    /** The connection on which it is made. */
    Optional<C> on = Optional.empty();

    /** What comes of it there. */
    Promise<T> outcome = Promise.promise();

    Ask(String what, boolean repeatable, Function<C, Future<T>> action, long deadline) {
      this.what = what;
      this.repeatable = repeatable;
      this.alone = !repeatable;
      this.action = action;
      this.deadline = deadline;
    }
  }

  private final Vertx vertx;
  private final Context context;
  private final Spare<C> spare;
  private final Duration limit;
  private final Supplier<Optional<Long>> wellSince;
  private final Refusals refusals = new Refusals();
  private final Deque<Ask<C, ?>> waiting = new ArrayDeque<>();
  private long quietUntil = System.nanoTime();
  private long count;
  private final Set<Ask<C, ?>> running = new LinkedHashSet<>();

  /** The connection whose end is waited for, once and not for each request. */
  private Optional<C> watched = Optional.empty();

  private boolean pausing;
  private boolean closed;

  /**
   * Makes trials without requests. Called on the context of the connections.
   *
   * @param vertx the node's
   * @param connections makes connections, for example {@link Reconnector#another}
   * @param limit how long a request may wait for its turn, and then how long it may take
   */
  public Trials(Vertx vertx, Supplier<Future<C>> connections, Duration limit) {
    this(vertx, connections, limit, Optional::empty);
  }

  /**
   * The same, for a node that keeps another connection.
   *
   * @param vertx the node's
   * @param connections makes connections, for example {@link Reconnector#another}
   * @param limit how long a request may wait for its turn, and then how long it may take
   * @param wellSince returns when that connection was made, by {@link System#nanoTime}, if there is
   *     one. If the server keeps that connection, but breaks every connection on which a certain
   *     request is made, without giving a reason, it refuses that request
   */
  public Trials(
      Vertx vertx,
      Supplier<Future<C>> connections,
      Duration limit,
      Supplier<Optional<Long>> wellSince) {
    this.wellSince = wellSince;
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.spare = new Spare<>(vertx, connections, limit, IDLE_MILLIS);
    this.limit = limit;
  }

  /**
   * Makes a request when its turn comes.
   *
   * @param what the name of the request, by which refusals are remembered
   * @param repeatable whether it may be made twice. If the connection breaks without a reason each
   *     time that it is made alone, that counts as a refusal; as a temporary one, if nothing shows
   *     that the server is well. A request that may not be made twice fails with {@link
   *     MillraceException.Code#TIMEOUT} if the connection ends and the server does not say clearly
   *     that it refuses
   * @param action makes the request; until one that is not repeatable is complete, the connection
   *     is used for nothing else
   * @param <T> the type of the result
   * @return completes as the action does; fails with {@link MillraceException.Code#FORBIDDEN} if
   *     the server does not permit it, and with one that is retryable if it refuses for another
   *     reason
   */
  public <T> Future<T> ask(String what, boolean repeatable, Function<C, Future<T>> action) {
    long now = System.nanoTime();
    Optional<MillraceException> known = refusals.of(what, now);
    if (known.isPresent()) {
      return Future.failedFuture(known.get());
    }
    if (closed || waiting.size() >= MOST_WAITING) {
      return Future.failedFuture(closed ? BrokerConnection.outOfReach() : slow());
    }
    Ask<C, T> ask = new Ask<>(what, repeatable, action, now + limit.toNanos());
    waiting.add(ask);
    next();
    return ask.answer.future();
  }

  static MillraceException slow() {
    return new MillraceException(
        MillraceException.Code.UNAVAILABLE,
        "The broker answers more slowly than requests are made. Try again.");
  }

  private void next() {
    while (!pausing && !waiting.isEmpty() && mayBegin(waiting.peek())) {
      Ask<C, ?> ask = waiting.remove();
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

  private boolean mayBegin(Ask<C, ?> ask) {
    return running.isEmpty()
        || (!ask.alone
            && running.size() < MOST_TOGETHER
            && running.stream().noneMatch(other -> other.alone));
  }

  private <T> void begin(Ask<C, T> ask) {
    running.add(ask);
    ask.together = false;
    if (running.size() > 1) {
      running.forEach(each -> each.together = true);
    }
    spare
        .connection()
        .onFailure(none -> over(ask, Future.failedFuture(none)))
        .onSuccess(connected -> begin(ask, connected));
  }

  private <T> void begin(Ask<C, T> ask, C connected) {
    Promise<T> outcome = Promise.promise();
    ask.on = Optional.of(connected);
    ask.outcome = outcome;
    long timer =
        vertx.setTimer(
            limit.toMillis() + PAUSE_MILLIS,
            late -> connected.end(new IOException("The broker did not answer in time.")));
    watch(connected);
    outcome.future().onComplete(done -> vertx.cancelTimer(timer));
    // The connection may be about to say why it ended.
    outcome.future().onComplete(done -> context.runOnContext(turn -> judge(ask, connected, done)));
    try {
      ask.action.apply(connected).onComplete(outcome::tryComplete, outcome::tryFail);
    } catch (MillraceException refused) {
      outcome.tryFail(refused);
    }
  }

  private void watch(C connected) {
    if (watched.isEmpty() || watched.get() != connected || connected.ended().isComplete()) {
      watched = Optional.of(connected);
      connected.ended().onSuccess(cause -> broken(connected));
    }
  }

  private void broken(C connected) {
    if (watched.isPresent() && watched.get() == connected) {
      watched = Optional.empty();
    }
    List.copyOf(running).stream()
        .filter(ask -> ask.on.isPresent() && ask.on.get() == connected)
        .forEach(ask -> ask.outcome.tryFail(BrokerConnection.broken()));
  }

  private <T> void judge(Ask<C, T> ask, C connected, AsyncResult<T> outcome) {
    if (outcome.succeeded() || !connected.ended().isComplete()) {
      if (outcome.cause() instanceof MillraceException known
          && known.getCause() instanceof BrokerException) {
        refuse(ask.what, known);
      }
      over(ask, outcome);
      return;
    }
    pause();
    Throwable cause = connected.ended().result();
    if (ask.together) {
      ask.alone = true;
      again(ask);
    } else if (cause instanceof BrokerException) {
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

  /** A server that restarts also breaks connections without a reason, but all of them. */
  private <T> void refusedInSilence(Ask<C, T> ask, Throwable cause) {
    boolean well = wellSince.get().filter(since -> since - ask.since < 0).isPresent();
    MillraceException refusal =
        well
            ? new MillraceException(
                MillraceException.Code.FORBIDDEN,
                "The broker breaks every connection on which this is requested.",
                cause)
            : new MillraceException(
                MillraceException.Code.UNAVAILABLE,
                "The broker breaks its connections. Try again later.",
                cause);
    refuse(ask.what, refusal);
    over(ask, Future.failedFuture(refusal));
  }

  private void again(Ask<C, ?> ask) {
    running.remove(ask);
    waiting.addFirst(ask);
    goOn();
  }

  /**
   * Returns whether the last thing that a server said was its answer. If not, for example when it
   * shuts down, it may have carried out a request that must not be made twice.
   */
  private static boolean isSure(Ask<?, ?> ask, @Nullable Throwable answer, Throwable last) {
    boolean isNamed =
        answer instanceof MillraceException known && known.getCause() instanceof BrokerException;
    return ask.repeatable || isNamed || Refusals.isClear(last);
  }

  /** Returns whether the server did not answer in time, rather than breaking the connection. */
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
          "The broker refused to {0}: {1} This is refusal number {2}; those of the next minute are only counted.",
          what,
          refusal.getCause() == null ? refusal.getMessage() : refusal.getCause().getMessage(),
          count);
    }
  }

  private <T> void over(Ask<C, T> ask, AsyncResult<T> outcome) {
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

  /**
   * Allows requests again at once after a connection could not be made: the server is known to be
   * up again.
   */
  public void retry() {
    spare.retry();
  }

  /**
   * Makes no more requests.
   *
   * @return completes when the connection is closed
   */
  public Future<Void> close() {
    closed = true;
    waiting.forEach(ask -> ask.answer.tryFail(BrokerConnection.outOfReach()));
    waiting.clear();
    return spare.close();
  }
}
