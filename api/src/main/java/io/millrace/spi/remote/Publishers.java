package io.millrace.spi.remote;

import io.millrace.MillraceException;
import io.millrace.internal.BoundedMap;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes over a connection of its own, so that readers are not harmed if the server refuses a
 * message or accepts nothing for a while. The first message to a channel is a {@linkplain Trials
 * trial}; further messages to that channel wait for its result. So a refusal breaks no connection
 * on which others publish. Used on one context only.
 *
 * @param <C> the connection
 */
public final class Publishers<C extends BrokerConnection> {

  /** How many channels are remembered to which the server accepts messages. */
  private static final int MOST_TAKEN = 10_000;

  private static final long DOUBT_NANOS = 60_000_000_000L;

  private final Spare<C> shared;
  private final Trials<C> trials;
  private final BoundedMap<String, Boolean> taken = BoundedMap.byUse(MOST_TAKEN);

  /**
   * Until when every message to a channel is a trial, since a connection broke without a reason
   * over it alone.
   */
  private final BoundedMap<String, Long> doubted = BoundedMap.byUse(MOST_TAKEN);

  /** The trials that are not over, by channel. */
  private final Map<String, Future<Void>> trying = new HashMap<>();

  /** Channels whose messages the server did not confirm in time, until it confirms any. */
  private final Set<String> late = new HashSet<>();

  /** Whether a message to another channel is under way, to find out if the server confirms that. */
  private boolean probing;

  private int pending;

  /**
   * Nothing is published yet. Called on the context of the connections.
   *
   * @param vertx the node's
   * @param connections makes connections, for example {@link Reconnector#another}
   * @param limit how long the server may take to confirm
   */
  public Publishers(Vertx vertx, Supplier<Future<C>> connections, Duration limit) {
    this.shared = new Spare<>(vertx, connections, limit, 0);
    this.trials = new Trials<>(vertx, connections, limit);
  }

  /**
   * Publishes a message. Messages to one channel are sent in the order of the calls.
   *
   * @param channel the channel
   * @param send sends it; completes when the server has confirmed
   * @return completes when the server has confirmed; fails as {@link Trials#ask} does
   */
  public Future<Void> publish(String channel, Function<C, Future<Void>> send) {
    if (taken.get(channel) != null) {
      return publishTaken(channel, send);
    }
    Future<Void> trial = trying.get(channel);
    if (trial != null) {
      return trial.transform(
          over ->
              concernsChannel(over.cause())
                  ? Future.failedFuture(unsent(over.cause()))
                  : publish(channel, send));
    }
    Future<Void> begun =
        trials
            .ask("publish " + channel, false, send)
            .onSuccess(confirmed -> confirmed(channel))
            .onFailure(failure -> refused(channel, failure))
            .onComplete(over -> trying.remove(channel));
    if (!begun.isComplete()) {
      trying.put(channel, begun);
    }
    return begun;
  }

  /**
   * A server may accept the next message and then break the connection again: over STOMP, RabbitMQ
   * does so when a queue that rejects further messages is full.
   */
  private void confirmed(String channel) {
    Long until = doubted.get(channel);
    if (until == null || until - System.nanoTime() <= 0) {
      doubted.remove(channel);
      taken.put(channel, true);
    }
  }

  private void refused(String channel, Throwable failure) {
    if (isUnknown(failure) && !Trials.isLate(failure)) {
      doubted.put(channel, System.nanoTime() + DOUBT_NANOS);
    }
  }

  private static boolean isUnknown(Throwable failure) {
    return failure instanceof MillraceException known
        && known.code() == MillraceException.Code.TIMEOUT;
  }

  /** Returns whether another message would fail too; those that waited were not sent. */
  private static boolean concernsChannel(@Nullable Throwable failure) {
    return failure instanceof MillraceException known
        && (known.retryable() || known.code() == MillraceException.Code.FORBIDDEN);
  }

  /**
   * Returns the failure of a message that waited: whatever became of the trial, this one was not
   * sent.
   */
  private static Throwable unsent(Throwable failure) {
    return isUnknown(failure) ? BrokerConnection.outOfReach() : failure;
  }

  private Future<Void> publishTaken(String channel, Function<C, Future<Void>> send) {
    boolean probe = !late.isEmpty() && !late.contains(channel);
    if (probe ? probing : !late.isEmpty() && pending > 0) {
      // One finds out when the server continues; more would only wait in memory.
      return Future.failedFuture(Trials.slow());
    }
    probing |= probe;
    pending++;
    return shared
        .connection()
        .compose(send)
        .onComplete(
            done -> {
              pending--;
              probing &= !probe;
              if (done.succeeded()) {
                late.clear();
              } else {
                failed(channel, done.cause());
              }
            });
  }

  private void failed(String channel, Throwable cause) {
    if (!Trials.isLate(cause)) {
      taken.remove(channel); // It may be what the server refused.
    } else if (late.size() < MOST_TAKEN) {
      late.add(channel);
    }
  }

  /**
   * Allows attempts again at once after a connection could not be made: the server is known to be
   * up again.
   */
  public void retry() {
    shared.retry();
    trials.retry();
  }

  /**
   * Stops publishing.
   *
   * @return completes when the connections are closed
   */
  public Future<Void> close() {
    return Future.join(trials.close(), shared.close()).mapEmpty();
  }
}
