package io.millrace.core;

import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.spi.Broker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the whole node subscribes to at its broker: each name or pattern once, counted, and kept for
 * a while after the last reader has left. With a broker that brings everything there is nothing to
 * do. Safe on any thread.
 *
 * <p>Where subscriptions overlap, a channel belongs to the one that was confirmed first, and is
 * appended from that one only. It keeps the channel while anything else that is held needs it, so
 * that a channel never changes hands, which could lose or double a message.
 */
final class Interests {

  private static final Logger LOG = System.getLogger(Interests.class.getName());

  private static final class Held {
    final ChannelPattern pattern;

    /** What covers it, so that the broker need not be asked. */
    final Optional<Held> covering;

    /** Completes with the place in the log from which on it is heard. */
    final Future<Long> confirmed;

    int readers = 1;

    /** What gives it up when it has lingered, zero if nothing does. */
    long timer;

    /** Raised by whatever makes a pending release void. */
    int generation;

    /** Which of the confirmed ones it is; none is before those that are not confirmed yet. */
    long order = Long.MAX_VALUE;

    Held(ChannelPattern pattern, Optional<Held> covering, Future<Long> confirmed) {
      this.pattern = pattern;
      this.covering = covering;
      this.confirmed = confirmed;
    }
  }

  private final Broker broker;
  private final Log log;
  private final ContextInternal context;
  private final Duration linger;
  private final Duration patience;
  private final CatchUp catchUp;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ChannelPattern, Held> held = new HashMap<>();

  /** Those held that are patterns, not names, and for which the broker was asked. */
  private final Set<Held> wide = new LinkedHashSet<>();

  private final PatternTree<Held> wideByPattern = new PatternTree<>();

  /** Those that nobody has read for as long as they linger, but that others held need. */
  private final Set<Held> idle = new LinkedHashSet<>();

  /** Unsubscriptions that the broker has not confirmed yet. */
  private final Map<ChannelPattern, Future<Void>> leaving = new HashMap<>();

  private long confirmations;
  private volatile boolean closed;

  Interests(Broker broker, Log log, ContextInternal context, MillraceOptions options) {
    this.broker = broker;
    this.log = log;
    this.context = context;
    this.linger = options.unsubscribeLinger();
    this.patience = options.publishTimeout();
    this.catchUp = new CatchUp(broker.log(), log);
  }

  /** Unsubscribes from nothing any more: the broker is about to be closed. */
  void close() {
    closed = true;
  }

  /** Returns how many subscriptions the broker was asked for. */
  int size() {
    lock.lock();
    try {
      return (int) held.values().stream().filter(known -> known.covering.isEmpty()).count();
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether what a subscription brought of a channel is to be appended. */
  boolean isOwner(ChannelPattern subscription, ChannelPattern channel) {
    lock.lock();
    try {
      Held owner = held.get(channel);
      for (Held candidate : wideByPattern.matching(channel.segments())) {
        if (owner == null || owner.covering.isPresent() || candidate.order < owner.order) {
          owner = candidate;
        }
      }
      return owner != null && owner.order < Long.MAX_VALUE && owner.pattern.equals(subscription);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Subscribes to what is not subscribed yet, and waits until this node has what a client may have
   * read at another.
   *
   * @return completes when a reader may be attached; if it fails, nothing is held
   */
  Future<Void> acquire(List<ReaderSubscription> subscriptions, Start start) {
    return acquire(subscriptions)
        .compose(acquired -> catchUp.before(start).onFailure(failure -> release(subscriptions)));
  }

  private Future<Void> acquire(List<ReaderSubscription> subscriptions) {
    if (!broker.selective() || subscriptions.isEmpty()) {
      return Future.succeededFuture();
    }
    List<Future<Long>> confirmations = new ArrayList<>();
    for (ReaderSubscription subscription : subscriptions) {
      confirmations.add(acquire(subscription.pattern));
    }
    return Future.join(confirmations)
        .<Void>mapEmpty()
        .onSuccess(
            confirmed -> {
              for (int i = 0; i < confirmations.size(); i++) {
                subscriptions.get(i).heardFrom = confirmations.get(i).result();
              }
            })
        .onFailure(
            failure -> {
              for (int i = 0; i < confirmations.size(); i++) {
                if (confirmations.get(i).succeeded()) {
                  release(subscriptions.get(i).pattern);
                }
              }
            });
  }

  private Future<Long> acquire(ChannelPattern pattern) {
    Promise<Long> confirmation = Promise.promise();
    Held added;
    Future<Void> before;
    lock.lock();
    try {
      Held known = held.get(pattern);
      if (known != null) {
        known.readers++;
        known.generation++;
        context.owner().cancelTimer(known.timer);
        idle.remove(known);
        return known.confirmed;
      }
      Optional<Held> covering = covering(pattern);
      added =
          new Held(
              pattern, covering, covering.map(it -> it.confirmed).orElse(confirmation.future()));
      held.put(pattern, added);
      if (covering.isPresent()) {
        return added.confirmed;
      }
      if (!pattern.isName()) {
        wide.add(added);
        wideByPattern.add(pattern, added);
      }
      before = leaving.getOrDefault(pattern, Future.succeededFuture());
    } finally {
      lock.unlock();
    }
    Future<Void> subscribed = before.otherwiseEmpty().compose(left -> broker.subscribe(pattern));
    inTime(subscribed, pattern)
        .map(confirmed -> confirm(added))
        .onFailure(failure -> forget(added))
        .onComplete(confirmation);
    return confirmation.future();
  }

  /** What comes too late is given up again, before the same is asked for anew. */
  private Future<Void> inTime(Future<Void> subscribed, ChannelPattern pattern) {
    if (subscribed.isComplete()) {
      return subscribed;
    }
    return subscribed
        .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .recover(
            failure -> {
              if (!(failure instanceof TimeoutException) || subscribed.isComplete()) {
                return Future.failedFuture(failure);
              }
              Promise<Void> left = Promise.promise();
              lock.lock();
              try {
                leaving.put(pattern, left.future());
              } finally {
                lock.unlock();
              }
              subscribed.onComplete(
                  late -> unsubscribe(pattern, left), failed -> left(pattern, left));
              return Future.failedFuture(
                  new MillraceException(
                      MillraceException.Code.TIMEOUT,
                      "The broker did not confirm the subscription in time. Try again.",
                      failure));
            });
  }

  private Optional<Held> covering(ChannelPattern pattern) {
    Collection<Held> candidates =
        pattern.isName() ? wideByPattern.matching(pattern.segments()) : wide;
    return candidates.stream()
        .filter(candidate -> candidate.pattern.covers(pattern))
        .min(Comparator.comparingLong(candidate -> candidate.order));
  }

  private long confirm(Held subscribed) {
    lock.lock();
    try {
      subscribed.order = ++confirmations;
    } finally {
      lock.unlock();
    }
    return log.takePlace();
  }

  private void forget(Held failed) {
    lock.lock();
    try {
      held.values().removeIf(known -> known.confirmed == failed.confirmed);
      idle.removeIf(known -> known.confirmed == failed.confirmed);
      forgetWide(failed);
    } finally {
      lock.unlock();
    }
  }

  /** Gives up what {@link #acquire} got. */
  void release(Collection<ReaderSubscription> subscriptions) {
    if (broker.selective()) {
      subscriptions.forEach(subscription -> release(subscription.pattern));
    }
  }

  private void release(ChannelPattern pattern) {
    int generation;
    lock.lock();
    try {
      Held known = held.get(pattern);
      if (known == null || --known.readers > 0) {
        return;
      }
      generation = ++known.generation;
      if (!linger.isZero()) {
        known.timer = context.setTimer(linger.toMillis(), due -> leave(pattern, generation));
        return;
      }
    } finally {
      lock.unlock();
    }
    leave(pattern, generation);
  }

  private void leave(ChannelPattern pattern, int generation) {
    Map<ChannelPattern, Promise<Void>> left = new HashMap<>();
    lock.lock();
    try {
      Held known = held.get(pattern);
      if (known == null || known.generation != generation || closed) {
        return;
      }
      idle.add(known);
      for (Held removed : removeIdle()) {
        if (removed.covering.isEmpty()) {
          Promise<Void> promise = Promise.promise();
          left.put(removed.pattern, promise);
          leaving.put(removed.pattern, promise.future());
        }
      }
    } finally {
      lock.unlock();
    }
    left.forEach(this::unsubscribe);
  }

  /** Removes what nobody reads and nothing else that is held needs. */
  private List<Held> removeIdle() {
    List<Held> removed = new ArrayList<>();
    Optional<Held> next = unneeded();
    while (next.isPresent()) {
      Held gone = next.get();
      idle.remove(gone);
      held.remove(gone.pattern);
      forgetWide(gone);
      removed.add(gone);
      next = unneeded(); // What only this one needed.
    }
    return removed;
  }

  private Optional<Held> unneeded() {
    return idle.stream().filter(candidate -> !isNeeded(candidate)).findFirst();
  }

  private void forgetWide(Held gone) {
    if (wide.remove(gone)) {
      wideByPattern.remove(gone.pattern, gone);
    }
  }

  /** Returns whether something that is held would lose a channel, or have to take one over. */
  private boolean isNeeded(Held subscribed) {
    if (subscribed.covering.isPresent()) {
      return false;
    }
    Collection<Held> others = subscribed.pattern.isName() ? wide : held.values();
    return others.stream()
        .anyMatch(
            other ->
                (other.order > subscribed.order || isCovering(subscribed, other))
                    && other.pattern.overlaps(subscribed.pattern));
  }

  private static boolean isCovering(Held subscribed, Held other) {
    return other.covering.filter(it -> it == subscribed).isPresent();
  }

  private void unsubscribe(ChannelPattern pattern, Promise<Void> left) {
    Future.succeededFuture()
        .compose(now -> broker.unsubscribe(pattern))
        .onFailure(
            failure ->
                LOG.log(Logger.Level.WARNING, "Could not unsubscribe from " + pattern, failure))
        .onComplete(done -> left(pattern, left));
  }

  private void left(ChannelPattern pattern, Promise<Void> left) {
    lock.lock();
    try {
      leaving.remove(pattern, left.future());
    } finally {
      lock.unlock();
    }
    left.complete();
  }
}
