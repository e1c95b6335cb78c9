package io.millrace.core.broker;

import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.log.CatchUp;
import io.millrace.core.log.Log;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.ResumeFrom;
import io.millrace.spi.Broker;
import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

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

  /** How many unsubscriptions may be unanswered when the broker has all that it may have. */
  private final int mostLeaving;

  private final CatchUp catchUp;
  private final ReentrantLock lock = new ReentrantLock();
  private final HeldSubscriptions held;
  private final UnreadSubscriptions unread;

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
    this.mostLeaving = Math.max(Math.min(most, options.maxChannels()), most / 10);
    this.held = new HeldSubscriptions(log.readers());
    this.unread = new UnreadSubscriptions(held, most, mostLeaving);
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
      return held.asked();
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
      return held.isOwner(subscription, channel);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Subscribes to what is not subscribed yet, and waits until this node has what a client may have
   * read at another node.
   *
   * @return completes when a reader may be attached, with the place in the log from which on the
   *     messages of each arrive; if it fails, nothing is held
   */
  public Future<List<Long>> acquire(List<ReaderSubscription> subscriptions, ResumeFrom from) {
    Future<List<Long>> acquired = acquire(subscriptions);
    if (!catchUp.mayWait()) {
      return acquired;
    }
    return acquired.compose(
        heardFrom ->
            catchUp.before(from).map(heardFrom).onFailure(failure -> release(subscriptions)));
  }

  private Future<List<Long>> acquire(List<ReaderSubscription> subscriptions) {
    if (!broker.selective() || subscriptions.isEmpty()) {
      return Future.succeededFuture(Collections.nCopies(subscriptions.size(), 0L));
    }
    List<Future<Long>> confirmations = new ArrayList<>();
    for (ReaderSubscription subscription : subscriptions) {
      confirmations.add(acquire(subscription.pattern()));
    }
    return Future.join(confirmations)
        .map(CompositeFuture::<Long>list)
        .onFailure(
            failure -> {
              for (int i = 0; i < confirmations.size(); i++) {
                if (confirmations.get(i).succeeded()) {
                  release(subscriptions.get(i).pattern());
                }
              }
            });
  }

  private Future<Long> acquire(ChannelPattern pattern) {
    Promise<Long> confirmation = Promise.promise();
    BrokerSubscription added;
    Future<Void> before;
    Map<ChannelPattern, Promise<Void>> left = Map.of();
    lock.lock();
    try {
      Optional<Future<Long>> confirmed = confirmed(pattern);
      if (confirmed.isPresent()) {
        return confirmed.get();
      }
      if (held.asked() + leaving.size() > most + mostLeaving) {
        return Future.failedFuture(full()); // The broker is slower than clients come and go.
      }
      if (held.asked() >= most) {
        left = makeRoom();
      }
      if (held.asked() >= most) {
        return Future.failedFuture(full());
      }
      added = new BrokerSubscription(pattern, confirmation.future());
      held.add(added);
      before = leaving.getOrDefault(pattern, Future.succeededFuture());
    } finally {
      lock.unlock();
    }
    left.forEach(this::unsubscribe);
    Future<Void> subscribed = before.otherwiseEmpty().compose(over -> broker.subscribe(pattern));
    inTime(subscribed, pattern)
        .map(answered -> confirm(added))
        .onFailure(failure -> forget(added))
        .onComplete(confirmation);
    return confirmation.future();
  }

  /** Counts one more reader of a name or pattern, unless the broker must be asked for it. */
  private Optional<Future<Long>> confirmed(ChannelPattern pattern) {
    Optional<BrokerSubscription> known = held.of(pattern);
    known.ifPresent(this::readAgain);
    return known
        .or(() -> held.covering(pattern).map(covering -> hold(pattern, covering)))
        .map(subscription -> subscription.confirmed);
  }

  private BrokerSubscription hold(ChannelPattern pattern, BrokerSubscription covering) {
    BrokerSubscription covered = new BrokerSubscription(pattern, covering);
    held.add(covered);
    return covered;
  }

  private void readAgain(BrokerSubscription known) {
    known.returned |= known.readers == 0;
    known.readers++;
    known.generation++;
    context.owner().cancelTimer(known.timer);
    unread.remove(known);
  }

  private static MillraceException full() {
    return new MillraceException(
        MillraceException.Code.UNAVAILABLE,
        "This server has the maximum number of subscriptions at its broker. Try again later.");
  }

  private Map<ChannelPattern, Promise<Void>> makeRoom() {
    List<BrokerSubscription> expired = unread.expireOldest();
    expired.forEach(each -> context.owner().cancelTimer(each.timer));
    return expired.isEmpty() ? Map.of() : leaveExpired();
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
      for (BrokerSubscription each : held.with(failed)) {
        unread.remove(each);
        held.remove(each);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives up what {@link #acquire} acquired. */
  public void release(Collection<ReaderSubscription> subscriptions) {
    for (ReaderSubscription subscription : subscriptions) {
      release(subscription.pattern());
    }
  }

  /** Gives up one of those that {@link #acquire} acquired. */
  public void release(ChannelPattern pattern) {
    if (!broker.selective()) {
      return;
    }
    int generation;
    lock.lock();
    try {
      Optional<BrokerSubscription> known = held.of(pattern);
      if (known.isEmpty() || --known.get().readers > 0) {
        return;
      }
      generation = ++known.get().generation;
      if (!linger.isZero() && unread.linger(known.get())) {
        known.get().timer = context.setTimer(linger.toMillis(), due -> leave(pattern, generation));
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
      Optional<BrokerSubscription> lingering = held.of(pattern).filter(unread::isLingering);
      if (lingering.isEmpty()) {
        return;
      }
      context.owner().cancelTimer(lingering.get().timer);
      generation = lingering.get().generation;
    } finally {
      lock.unlock();
    }
    leave(pattern, generation);
  }

  private void leave(ChannelPattern pattern, int generation) {
    Map<ChannelPattern, Promise<Void>> left;
    lock.lock();
    try {
      Optional<BrokerSubscription> known = held.of(pattern);
      if (closed || known.isEmpty() || known.get().generation != generation) {
        return;
      }
      unread.expire(known.get());
      left = leaveExpired();
    } finally {
      lock.unlock();
    }
    left.forEach(this::unsubscribe);
  }

  /** Removes what can be removed, and returns what must be unsubscribed at the broker. */
  private Map<ChannelPattern, Promise<Void>> leaveExpired() {
    Map<ChannelPattern, Promise<Void>> left = new HashMap<>();
    for (BrokerSubscription removed : unread.removeExpired()) {
      if (removed.isAsked()) {
        Promise<Void> promise = Promise.promise();
        left.put(removed.pattern, promise);
        leaving.put(removed.pattern, promise.future());
      }
    }
    return left;
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
