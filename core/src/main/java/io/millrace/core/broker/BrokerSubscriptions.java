package io.millrace.core.broker;

import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.log.CatchUp;
import io.millrace.core.log.Log;
import io.millrace.core.log.PatternTree;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.Start;
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
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * The subscriptions of the whole node at its broker: each name or pattern once, counted, and kept
 * for a while after its last reader has left. With a broker that brings everything, there is
 * nothing to do. Safe on any thread.
 *
 * <p>If subscriptions overlap, a channel belongs to the one that was confirmed first, and only what
 * arrives on that subscription is appended. That subscription is kept while any other needs it, so
 * a channel never changes its owner, which could lose or duplicate a message.
 */
public final class BrokerSubscriptions {

  private static final Logger LOG = System.getLogger(BrokerSubscriptions.class.getName());

  private final Broker broker;
  private final Log log;
  private final ContextInternal context;
  private final Duration linger;
  private final Duration patience;
  private final int most;
  private final int mostPassing;
  private final CatchUp catchUp;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ChannelPattern, BrokerSubscription> held = new HashMap<>();

  /** Those that are patterns and not names, and for which the broker was asked. */
  private final Set<BrokerSubscription> wide = new LinkedHashSet<>();

  private final PatternTree<BrokerSubscription> wideByPattern = new PatternTree<>();

  /** Those that nobody reads at present; they are given up first when there is no room. */
  private final Set<BrokerSubscription> lingering = new LinkedHashSet<>();

  /**
   * Those of them that were never used a second time: only a small share may linger, so that names
   * cost little.
   */
  private final Set<BrokerSubscription> passing = new HashSet<>();

  /** For how many of them the broker was asked. */
  private int asked;

  /** Those that have lingered long enough, but that other subscriptions need. */
  private final Set<BrokerSubscription> idle = new LinkedHashSet<>();

  /** Unsubscriptions that the broker has not confirmed yet. */
  private final Map<ChannelPattern, Future<Void>> leaving = new HashMap<>();

  private long confirmations;
  private volatile boolean closed;

  /** Makes an object without subscriptions. */
  public BrokerSubscriptions(
      Broker broker, Log log, ContextInternal context, MillraceOptions options) {
    this.broker = broker;
    this.log = log;
    this.context = context;
    this.linger = options.unsubscribeLinger();
    this.most = options.maxBrokerSubscriptions();
    this.mostPassing = Math.max(Math.min(most, options.maxChannels()), most / 10);
    this.patience = options.publishTimeout();
    this.catchUp = new CatchUp(broker.log(), log);
  }

  /** Returns whether the broker brings only what is subscribed. */
  public boolean areSelective() {
    return broker.selective();
  }

  /** Stops unsubscribing, because the broker is about to be closed. */
  public void close() {
    closed = true;
  }

  /** Returns for how many subscriptions the broker was asked. */
  public int size() {
    lock.lock();
    try {
      return asked;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many are held, including those for which the broker was not asked. */
  int heldCount() {
    lock.lock();
    try {
      return held.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns whether a message of a channel should be appended when it arrives on a subscription.
   */
  boolean isOwner(ChannelPattern subscription, ChannelPattern channel) {
    lock.lock();
    try {
      BrokerSubscription owner = held.get(channel);
      for (BrokerSubscription candidate : wideByPattern.matching(channel.segments())) {
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
   * read at another node.
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
    BrokerSubscription added;
    Future<Void> before;
    Map<ChannelPattern, Promise<Void>> gone = Map.of();
    lock.lock();
    try {
      BrokerSubscription known = held.get(pattern);
      if (known != null) {
        return again(known);
      }
      Optional<BrokerSubscription> covering = covering(pattern);
      if (covering.isPresent()) {
        BrokerSubscription covered =
            new BrokerSubscription(pattern, covering, covering.get().confirmed);
        hold(covered);
        return covered.confirmed;
      }
      if (asked + leaving.size() > most + mostPassing) {
        return Future.failedFuture(full()); // The broker is slower than clients come and go.
      }
      if (asked >= most) {
        gone = makeRoom();
      }
      if (asked >= most) {
        return Future.failedFuture(full());
      }
      asked++;
      added = new BrokerSubscription(pattern, covering, confirmation.future());
      hold(added);
      if (!pattern.isName()) {
        wide.add(added);
        wideByPattern.add(pattern, added);
      }
      before = leaving.getOrDefault(pattern, Future.succeededFuture());
    } finally {
      lock.unlock();
    }
    gone.forEach(this::unsubscribe);
    Future<Void> subscribed = before.otherwiseEmpty().compose(left -> broker.subscribe(pattern));
    inTime(subscribed, pattern)
        .map(confirmed -> confirm(added))
        .onFailure(failure -> forget(added))
        .onComplete(confirmation);
    return confirmation.future();
  }

  private void hold(BrokerSubscription added) {
    held.put(added.pattern, added);
    log.readers().add(added.footprint);
  }

  /** Returns whether it should be given up, and uncounts it if so. */
  private boolean isLetGo(BrokerSubscription known, boolean gone) {
    if (gone) {
      log.readers().add(-known.footprint);
    }
    return gone;
  }

  private Future<Long> again(BrokerSubscription known) {
    known.returned |= known.readers == 0;
    known.readers++;
    known.generation++;
    context.owner().cancelTimer(known.timer);
    idle.remove(known);
    lingering.remove(known);
    passing.remove(known);
    return known.confirmed;
  }

  private static MillraceException full() {
    return new MillraceException(
        MillraceException.Code.UNAVAILABLE,
        "This server has the maximum number of subscriptions at its broker. Try again later.");
  }

  /**
   * Gives up the oldest that nobody reads and no other subscription needs. If there is none, gives
   * up the oldest that nobody reads together with those that need it, if nobody reads those either.
   */
  private Map<ChannelPattern, Promise<Void>> makeRoom() {
    List<BrokerSubscription> oldestFirst =
        lingering.stream().filter(known -> known.covering.isEmpty()).toList();
    return oldestFirst.stream()
        .filter(known -> !isNeeded(known))
        .findFirst()
        .or(
            () ->
                oldestFirst.stream()
                    .filter(known -> lingering.containsAll(needing(known).toList()))
                    .findFirst())
        .map(
            known -> {
              idle.add(known);
              idle.addAll(needing(known).toList());
              idle.forEach(left -> context.owner().cancelTimer(left.timer));
              return leaveIdle();
            })
        .orElse(Map.of());
  }

  /** A confirmation that comes too late is given up again, before the same is requested again. */
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

  private Optional<BrokerSubscription> covering(ChannelPattern pattern) {
    Collection<BrokerSubscription> candidates =
        pattern.isName() ? wideByPattern.matching(pattern.segments()) : wide;
    return candidates.stream()
        .filter(candidate -> candidate.pattern.covers(pattern))
        .min(Comparator.comparingLong(candidate -> candidate.order));
  }

  private long confirm(BrokerSubscription subscribed) {
    lock.lock();
    try {
      subscribed.order = ++confirmations;
    } finally {
      lock.unlock();
    }
    return log.takePlace();
  }

  private void forget(BrokerSubscription failed) {
    lock.lock();
    try {
      if (held.get(failed.pattern) == failed) {
        asked--;
      }
      held.values().removeIf(known -> isLetGo(known, known.confirmed == failed.confirmed));
      lingering.removeIf(known -> known.confirmed == failed.confirmed);
      passing.removeIf(known -> known.confirmed == failed.confirmed);
      idle.removeIf(known -> known.confirmed == failed.confirmed);
      forgetWide(failed);
    } finally {
      lock.unlock();
    }
  }

  /** Gives up what {@link #acquire} acquired. */
  public void release(Collection<ReaderSubscription> subscriptions) {
    if (broker.selective()) {
      subscriptions.forEach(subscription -> release(subscription.pattern));
    }
  }

  private void release(ChannelPattern pattern) {
    int generation;
    lock.lock();
    try {
      BrokerSubscription known = held.get(pattern);
      if (known == null || --known.readers > 0) {
        return;
      }
      generation = ++known.generation;
      // Subscriptions that are covered are not requested from the broker, so clients that come and
      // go could make very many of them linger.
      if (!linger.isZero()
          && lingering.size() < 2L * most
          && (known.returned || passing.size() < mostPassing)) {
        lingering.add(known);
        if (!known.returned) {
          passing.add(known);
        }
        known.timer = context.setTimer(linger.toMillis(), due -> leave(pattern, generation));
        return;
      }
    } finally {
      lock.unlock();
    }
    leave(pattern, generation);
  }

  /** Gives up a subscription that nobody reads now, without letting it linger. */
  public void giveUp(ChannelPattern pattern) {
    int generation;
    lock.lock();
    try {
      BrokerSubscription known = held.get(pattern);
      if (known == null || !lingering.contains(known)) {
        return;
      }
      context.owner().cancelTimer(known.timer);
      generation = known.generation;
    } finally {
      lock.unlock();
    }
    leave(pattern, generation);
  }

  private void leave(ChannelPattern pattern, int generation) {
    Map<ChannelPattern, Promise<Void>> left;
    lock.lock();
    try {
      BrokerSubscription known = held.get(pattern);
      if (known == null || known.generation != generation || closed) {
        return;
      }
      idle.add(known);
      left = leaveIdle();
    } finally {
      lock.unlock();
    }
    left.forEach(this::unsubscribe);
  }

  /** Removes what can be removed, and returns what must be unsubscribed at the broker. */
  private Map<ChannelPattern, Promise<Void>> leaveIdle() {
    Map<ChannelPattern, Promise<Void>> left = new HashMap<>();
    for (BrokerSubscription removed : removeIdle()) {
      if (removed.covering.isEmpty()) {
        asked--;
        Promise<Void> promise = Promise.promise();
        left.put(removed.pattern, promise);
        leaving.put(removed.pattern, promise.future());
      }
    }
    return left;
  }

  /** Removes what nobody reads and no other subscription needs. */
  private List<BrokerSubscription> removeIdle() {
    List<BrokerSubscription> removed = new ArrayList<>();
    Optional<BrokerSubscription> next = unneeded();
    while (next.isPresent()) {
      BrokerSubscription gone = next.get();
      idle.remove(gone);
      lingering.remove(gone);
      passing.remove(gone);
      isLetGo(gone, held.remove(gone.pattern, gone));
      forgetWide(gone);
      removed.add(gone);
      next = unneeded(); // Those that only this one needed may now be removed, too.
    }
    return removed;
  }

  private Optional<BrokerSubscription> unneeded() {
    return idle.stream().filter(candidate -> !isNeeded(candidate)).findFirst();
  }

  private void forgetWide(BrokerSubscription gone) {
    if (wide.remove(gone)) {
      wideByPattern.remove(gone.pattern, gone);
    }
  }

  private boolean isNeeded(BrokerSubscription subscribed) {
    return needing(subscribed).findAny().isPresent();
  }

  /**
   * Returns the subscriptions that would lose a channel without it, or would have to take one over.
   */
  private Stream<BrokerSubscription> needing(BrokerSubscription subscribed) {
    if (subscribed.covering.isPresent()) {
      return Stream.empty();
    }
    Collection<BrokerSubscription> others = subscribed.pattern.isName() ? wide : held.values();
    return others.stream()
        .filter(
            other ->
                (other.order > subscribed.order || isCovering(subscribed, other))
                    && other.pattern.overlaps(subscribed.pattern));
  }

  private static boolean isCovering(BrokerSubscription subscribed, BrokerSubscription other) {
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
