package io.millrace.core;

import io.millrace.ChannelPattern;
import io.millrace.spi.Broker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the whole node subscribes to at its broker: each name or pattern once, counted, and kept for
 * a while after the last reader has left. With a broker that brings everything there is nothing to
 * do. Safe on any thread.
 */
final class Interests {

  private static final Logger LOG = System.getLogger(Interests.class.getName());

  private static final class Held {
    /** Completes with the place in the log from which on it is heard. */
    final Future<Long> confirmed;

    int readers;

    /** Raised by whatever makes a pending release void. */
    int generation;

    Held(Future<Long> confirmed) {
      this.confirmed = confirmed;
    }
  }

  private final Broker broker;
  private final Log log;
  private final ContextInternal context;
  private final Duration linger;
  private volatile boolean closed;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ChannelPattern, Held> held = new HashMap<>();

  /** Unsubscriptions that the broker has not confirmed yet. */
  private final Map<ChannelPattern, Future<Void>> leaving = new HashMap<>();

  Interests(Broker broker, Log log, ContextInternal context, Duration linger) {
    this.broker = broker;
    this.log = log;
    this.context = context;
    this.linger = linger;
  }

  /** Unsubscribes from nothing any more: the broker is about to be closed. */
  void close() {
    closed = true;
  }

  int size() {
    lock.lock();
    try {
      return held.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Subscribes to what is not subscribed yet.
   *
   * @return completes when the broker confirmed all; if it fails, nothing is held
   */
  Future<Void> acquire(List<ReaderSubscription> subscriptions) {
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
    Future<Void> before;
    lock.lock();
    try {
      Held known = held.get(pattern);
      if (known != null) {
        known.readers++;
        known.generation++;
        return known.confirmed;
      }
      Held added = new Held(confirmation.future());
      added.readers = 1;
      held.put(pattern, added);
      before = leaving.getOrDefault(pattern, Future.succeededFuture());
    } finally {
      lock.unlock();
    }
    before
        .otherwiseEmpty()
        .compose(left -> broker.subscribe(pattern))
        .map(confirmed -> log.takePlace())
        .onFailure(failure -> forget(pattern, confirmation.future()))
        .onComplete(confirmation);
    return confirmation.future();
  }

  private void forget(ChannelPattern pattern, Future<Long> failed) {
    lock.lock();
    try {
      Held known = held.get(pattern);
      if (known != null && known.confirmed == failed) {
        held.remove(pattern);
      }
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
    } finally {
      lock.unlock();
    }
    if (linger.isZero()) {
      leave(pattern, generation);
    } else {
      context.setTimer(linger.toMillis(), lingered -> leave(pattern, generation));
    }
  }

  private void leave(ChannelPattern pattern, int generation) {
    Promise<Void> left = Promise.promise();
    lock.lock();
    try {
      Held known = held.get(pattern);
      if (known == null || known.generation != generation || closed) {
        return;
      }
      held.remove(pattern);
      leaving.put(pattern, left.future());
    } finally {
      lock.unlock();
    }
    Future.succeededFuture()
        .compose(now -> broker.unsubscribe(pattern))
        .onFailure(
            failure ->
                LOG.log(Logger.Level.WARNING, "Could not unsubscribe from " + pattern, failure))
        .onComplete(
            done -> {
              lock.lock();
              try {
                leaving.remove(pattern, left.future());
              } finally {
                lock.unlock();
              }
              left.complete();
            });
  }
}
