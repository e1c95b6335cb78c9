package io.millrace.spi.remote;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.millrace.spi.Ingress;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Live fan-out by the server's topics: one subscription for each name or pattern. If a server
 * refuses something, it may end the connection. So a request is made on the connection that brings
 * messages only after the server has accepted it on another connection. After an outage everything
 * is subscribed again, and the node learns what may be missing. Used only on the context of the
 * connections.
 *
 * @param <C> the connection
 */
public final class Topics<C extends BrokerConnection> implements Messaging<C> {

  private static final long MISSING_MILLIS = 1_000;

  private final Vertx vertx;
  private final Ingress ingress;
  private final SkipCounter skipped;
  private final TopicProtocol<C> protocol;
  private final long limitMillis;
  private final Publishers<C> publishers;
  private final Trials<C> trials;
  private final Map<ChannelPattern, Wanted> wanted = new LinkedHashMap<>();

  /** Those that were subscribed before, and that the server refuses now. */
  private final Set<Wanted> missing = new LinkedHashSet<>();

  /**
   * Those that were subscribed before the connection broke, and for which nothing has arrived on
   * this one.
   */
  private final Set<ChannelPattern> interrupted = new LinkedHashSet<>();

  /** Subscriptions that the server has not ended yet. */
  private final Set<Promise<Void>> leaving = new LinkedHashSet<>();

  private Optional<C> connection = Optional.empty();
  private long connectedAt;

  /** How many subscriptions the server has confirmed on the connection that is kept. */
  private long answers;

  private boolean degraded;

  /** Whether everything is subscribed again on the current connection. */
  private boolean complete;

  /** Whether the last connection may have broken because the server refused something. */
  private boolean cautious;

  /**
   * Makes an object without subscriptions. Called on the context of the connections.
   *
   * @param protocol makes the requests
   * @param ingress the node
   * @param options say how long the server may take to confirm
   * @param skipped counts messages that cannot be brought
   * @param connections makes further connections, on the same context, for example {@link
   *     Reconnector#another}
   */
  public Topics(
      TopicProtocol<C> protocol,
      Ingress ingress,
      RemoteBrokerOptions<?> options,
      SkipCounter skipped,
      Supplier<Future<C>> connections) {
    this.vertx = ingress.vertx();
    this.ingress = ingress;
    this.skipped = skipped;
    this.protocol = protocol;
    this.limitMillis = options.confirmTimeout().toMillis();
    this.publishers = new Publishers<>(vertx, connections, options.confirmTimeout());
    Supplier<Optional<Long>> wellSince =
        protocol.refusesInSilence() ? () -> connection.map(kept -> connectedAt) : Optional::empty;
    this.trials = new Trials<>(vertx, connections, options.confirmTimeout(), wellSince);
  }

  @Override
  public void up(C connected) {
    connection = Optional.of(connected);
    connectedAt = System.nanoTime();
    complete = false;
    interrupted.clear();
    missing.clear();
    publishers.retry();
    trials.retry();
    List<Wanted> all = List.copyOf(wanted.values());
    all.stream().filter(Wanted::isConfirmed).forEach(each -> interrupted.add(each.pattern));
    Window.each(all, each -> bringOver(connected, each))
        .onSuccess(over -> restored(connected))
        .onFailure(connected::end);
  }

  /** Subscribes again. A refusal affects no other subscription, as long as the connection lasts. */
  private Future<Void> bringOver(C connected, Wanted each) {
    if (isLeft(each)) {
      return Future.succeededFuture(); // Before its turn came.
    }
    return (cautious ? introduce(connected, each) : request(connected, each))
        .recover(
            refused ->
                connected.isDown() ? Future.failedFuture(refused) : Future.succeededFuture());
  }

  /** Called when everything is subscribed again. */
  private void restored(C connected) {
    if (connected.isDown()) {
      return;
    }
    complete = true;
    if (!degraded) {
      return;
    }
    degraded = false;
    if (!interrupted.isEmpty()) {
      ingress.interrupted(List.copyOf(interrupted));
      interrupted.clear();
    }
    ingress.restored();
  }

  @Override
  public void down(Throwable cause) {
    connection = Optional.empty();
    cautious = cause instanceof BrokerException || !complete || !missing.isEmpty();
    List.copyOf(wanted.values()).forEach(each -> each.forget(BrokerConnection.outOfReach()));
    allLeft();
    if (!degraded) {
      degraded = true;
      ingress.degraded();
    }
  }

  /** All subscriptions have ended with the connection. */
  private void allLeft() {
    List.copyOf(leaving).forEach(Promise::tryComplete);
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    if (connection.isEmpty()) {
      return Future.failedFuture(BrokerConnection.outOfReach());
    }
    return publishers
        .publish(channel, connected -> protocol.publish(connected, channel, message))
        .map(Publication.unnamed());
  }

  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    Wanted known = wanted.get(pattern);
    if (known != null) {
      return known.confirmed.future();
    }
    Wanted added = new Wanted(pattern);
    wanted.put(pattern, added);
    // While the connection is down, it waits for the next one, but not forever.
    long timer =
        vertx.setTimer(
            limitMillis,
            late -> {
              var unused = unsubscribe(pattern);
            });
    connection.ifPresent(
        connected -> {
          var unused = introduce(connected, added);
        });
    return added.confirmed.future().onComplete(done -> vertx.cancelTimer(timer));
  }

  private boolean isLeft(Wanted each) {
    return wanted.get(each.pattern) != each;
  }

  /** Subscribes on the connection that must not break. */
  private Future<Void> request(C connected, Wanted each) {
    return subscribe(connected, each, Optional.empty())
        .onFailure(refused -> refused(connected, each, refused));
  }

  /** Subscribes first on a connection that may break, and then on the one that must not. */
  private Future<Void> introduce(C connected, Wanted each) {
    return trials
        .ask("subscribe " + each.pattern, true, trial -> tryOut(trial, connected, each))
        .onFailure(refused -> refused(connected, each, refused));
  }

  private Future<Void> tryOut(C trial, C connected, Wanted each) {
    return protocol.tryOut(
        trial, each.pattern, queue -> unlessStuck(connected, subscribe(connected, each, queue)));
  }

  /**
   * Ends a connection that does not answer a request that the server has just accepted on another
   * connection, unless it is only slow and still answers earlier requests. Half of the limit must
   * be enough: a new subscription may be given up after that.
   */
  private Future<Void> unlessStuck(C connected, Future<Void> asked) {
    long before = answers;
    long timer =
        vertx.setTimer(
            Math.max(1, limitMillis / 2),
            late -> {
              if (answers == before) {
                giveUp(connected);
              }
            });
    return asked.onComplete(done -> vertx.cancelTimer(timer));
  }

  private static void giveUp(BrokerConnection connected) {
    connected.end(new IOException("The broker did not answer in time."));
  }

  private Future<Void> subscribe(C connected, Wanted each, Optional<String> queue) {
    if (connected.isDown() || isLeft(each)) {
      return Future.failedFuture(BrokerConnection.outOfReach());
    }
    if (each.subscription.isPresent()) {
      return each.answer.future(); // Its trial broke meanwhile, and was repeated.
    }
    each.answer = Promise.promise();
    TopicSubscription made =
        protocol.subscribe(connected, each.pattern, queue, new Arrivals(connected, each));
    each.subscription = Optional.of(made);
    made.confirmed().onComplete(done -> answered(connected, each, made, done));
    made.ended().onSuccess(gone -> again(connected, each, made));
    return each.answer.future();
  }

  private void answered(C connected, Wanted each, TopicSubscription made, AsyncResult<Void> done) {
    if (!each.has(made)) {
      return; // It was left, or the connection broke.
    }
    if (done.succeeded()) {
      answers++;
      each.answer.tryComplete();
      each.confirmed.tryComplete();
      return;
    }
    if (Trials.isLate(done.cause())) {
      // If the server confirmed later, the connection would bring everything twice.
      giveUp(connected);
    }
    each.forget(done.cause());
  }

  /**
   * The server ended a subscription that is wanted: readers may miss messages until it is
   * subscribed again.
   */
  private void again(C connected, Wanted each, TopicSubscription gone) {
    if (each.has(gone) && each.answer.future().succeeded()) {
      each.forget(BrokerConnection.outOfReach());
      bringBack(connected, each);
    }
  }

  /**
   * Gives up a new subscription; requests one that was subscribed before again from time to time.
   */
  private void refused(C connected, Wanted each, Throwable refused) {
    if (connected.isDown() || isLeft(each)) {
      return;
    }
    if (each.isConfirmed()) {
      missing.add(each);
      vertx.setTimer(MISSING_MILLIS, due -> bringBack(connected, each));
    } else {
      var unused = leave(each, refused);
    }
  }

  private void bringBack(C connected, Wanted each) {
    if (!connected.isDown() && !isLeft(each)) {
      introduce(connected, each)
          .onSuccess(
              back -> {
                missing.remove(each);
                ingress.interrupted(List.of(each.pattern));
              });
    }
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    Wanted known = wanted.get(pattern);
    return known == null ? Future.succeededFuture() : leave(known, BrokerConnection.outOfReach());
  }

  private Future<Void> leave(Wanted known, Throwable why) {
    wanted.remove(known.pattern);
    interrupted.remove(known.pattern);
    missing.remove(known);
    known.confirmed.tryFail(why);
    // If the connection is gone, the subscription is gone, too.
    return known
        .forget(why)
        .flatMap(subscription -> connection.map(connected -> end(connected, subscription)))
        .orElse(Future.succeededFuture());
  }

  private Future<Void> end(C connected, TopicSubscription subscription) {
    Promise<Void> left = Promise.promise();
    leaving.add(left);
    subscription
        .end()
        .recover(
            failure -> connected.isDown() ? Future.succeededFuture() : Future.failedFuture(failure))
        .onComplete(left::tryComplete, left::tryFail);
    return left.future().onComplete(over -> leaving.remove(left));
  }

  @Override
  public Future<Void> close() {
    connection = Optional.empty();
    List<Wanted> all = List.copyOf(wanted.values());
    wanted.clear();
    all.forEach(each -> each.confirmed.tryFail(BrokerConnection.outOfReach()));
    all.forEach(each -> each.forget(BrokerConnection.outOfReach()));
    allLeft();
    return Future.join(publishers.close(), trials.close()).mapEmpty();
  }

  /** What one subscription on one connection brings. */
  private final class Arrivals implements TopicReceiver {

    private final C connected;
    private final Wanted each;

    Arrivals(C connected, Wanted each) {
      this.connected = connected;
      this.each = each;
    }

    @Override
    public void bring(String origin, String channel, Supplier<Message> message) {
      if (isLive() && each.pattern.matches(channel)) {
        try {
          ingress.append(each.pattern, channel, message.get());
        } catch (RuntimeException refused) {
          skipped.add(origin, String.valueOf(refused.getMessage()));
        }
      }
    }

    @Override
    public void skip(String origin, String why) {
      if (isLive()) {
        skipped.add(origin, why);
      }
    }

    /** If it is live on this connection, any missing messages were published before this one. */
    private boolean isLive() {
      boolean isLive = !connected.isDown() && !isLeft(each);
      if (isLive && interrupted.remove(each.pattern)) {
        ingress.interrupted(List.of(each.pattern));
      }
      return isLive;
    }
  }
}
