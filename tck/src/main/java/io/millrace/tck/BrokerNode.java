package io.millrace.tck;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** A node reduced to its link: it records what a broker brings. Safe on any thread. */
final class BrokerNode implements Ingress {

  record Received(String channel, Message message) {}

  /** A record of the backend's own log. */
  record Logged(long offset, String channel, Message message) {}

  private final Vertx vertx;
  private final Broker broker;
  private final Predicate<Message> refused;
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final List<String> reports = new CopyOnWriteArrayList<>();
  private final Set<ChannelPattern> interrupted = ConcurrentHashMap.newKeySet();
  private final List<ChannelPattern> subscriptions = new CopyOnWriteArrayList<>();
  private final List<Logged> logged = new CopyOnWriteArrayList<>();
  private final List<String> epochs = new CopyOnWriteArrayList<>();
  private volatile long newestOffset = -1;
  private boolean closed;
  private final AtomicLong sequence = new AtomicLong();

  BrokerNode(Vertx vertx, Broker broker, Predicate<Message> refused) {
    this.vertx = vertx;
    this.broker = broker;
    this.refused = refused;
  }

  BrokerNode open() {
    TestNode.await(broker.open(this));
    return this;
  }

  @Override
  public Vertx vertx() {
    return vertx;
  }

  @Override
  public Publication append(String channel, Message message) {
    ChannelPattern.ofKey(channel);
    if (refused.test(message)) {
      throw new MillraceException(MillraceException.Code.TOO_LARGE, "The message is too large.");
    }
    received.add(new Received(channel, message));
    return Publication.named("tck-" + sequence.incrementAndGet());
  }

  /** If subscriptions overlap, a channel belongs to the one that was confirmed first. */
  @Override
  public void append(ChannelPattern subscription, String channel, Message message) {
    Optional<ChannelPattern> owner =
        subscriptions.stream().filter(pattern -> pattern.matches(channel)).findFirst();
    if (owner.filter(subscription::equals).isPresent()) {
      append(channel, message);
    }
  }

  @Override
  public Duration lead() {
    return Duration.ofMinutes(6);
  }

  @Override
  public Future<Void> begin(String epoch) {
    epochs.add(epoch);
    newestOffset = -1;
    return Future.succeededFuture();
  }

  @Override
  public Publication append(long offset, String channel, Message message) {
    skip(offset);
    append(channel, message);
    logged.add(new Logged(offset, channel, message));
    return Publication.named(epochs.get(epochs.size() - 1) + "-" + (offset + 1));
  }

  @Override
  public void skip(long offset) {
    if (offset <= newestOffset) {
      throw new IllegalArgumentException("offset " + offset + " came after " + newestOffset);
    }
    newestOffset = offset;
  }

  @Override
  public void interrupted(Collection<ChannelPattern> patterns) {
    interrupted.addAll(patterns);
  }

  @Override
  public void degraded() {
    reports.add("degraded");
  }

  @Override
  public void restored() {
    reports.add("restored");
  }

  /** Closes the broker; a second call does nothing. */
  void close() {
    if (!closed) {
      closed = true;
      TestNode.await(broker.close());
    }
  }

  Broker broker() {
    return broker;
  }

  void subscribe(String pattern) {
    TestNode.await(subscribing(pattern));
  }

  Future<Void> subscribing(String pattern) {
    return subscribing(ChannelPattern.of(pattern));
  }

  Future<Void> subscribing(ChannelPattern wanted) {
    return broker
        .subscribe(wanted)
        .andThen(
            confirmed -> {
              if (confirmed.succeeded()) {
                subscriptions.add(wanted);
              }
            });
  }

  void unsubscribe(String pattern) {
    ChannelPattern wanted = ChannelPattern.of(pattern);
    subscriptions.remove(wanted);
    TestNode.await(broker.unsubscribe(wanted));
  }

  /** Publishes as the engine does: with a time. */
  Future<Publication> publish(String channel, Message message) {
    return broker.publish(
        channel, message.time().isPresent() ? message : message.withTime(Instant.now()));
  }

  List<Received> received() {
    return received;
  }

  /** The payloads of the messages on channels that match a pattern, as text. */
  List<String> texts(String pattern) {
    return texts(ChannelPattern.of(pattern));
  }

  List<String> texts(ChannelPattern wanted) {
    return received.stream()
        .filter(entry -> wanted.matches(entry.channel()))
        .map(entry -> entry.message().data().toString())
        .toList();
  }

  List<Logged> logged() {
    return logged;
  }

  List<String> epochs() {
    return epochs;
  }

  List<String> reports() {
    return reports;
  }

  /** Forgets what was reported of the link, and which patterns it interrupted. */
  void forgetReports() {
    reports.clear();
    interrupted.clear();
  }

  Set<ChannelPattern> interruptedPatterns() {
    return interrupted;
  }
}
