package io.millrace.broker.stomp;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what a broker does to its node, in order. */
final class RecordingIngress implements Ingress {

  record Received(ChannelPattern subscription, String channel, Message message) {}

  private final Vertx vertx;
  final List<String> events = new CopyOnWriteArrayList<>();
  final List<Received> received = new CopyOnWriteArrayList<>();

  RecordingIngress(Vertx vertx) {
    this.vertx = vertx;
  }

  @Override
  public Vertx vertx() {
    return vertx;
  }

  @Override
  public void append(ChannelPattern subscription, String channel, Message message) {
    received.add(new Received(subscription, channel, message));
    events.add(subscription + " " + channel);
  }

  @Override
  public void interrupted(Collection<ChannelPattern> patterns) {
    events.add("interrupted " + patterns);
  }

  @Override
  public void degraded() {
    events.add("degraded");
  }

  @Override
  public void restored() {
    events.add("restored");
  }

  @Override
  public Publication append(String channel, Message message) {
    throw new AssertionError("Subscriptions may overlap.");
  }

  @Override
  public Duration lead() {
    throw new AssertionError("Topics are no log.");
  }

  @Override
  public Future<Void> begin(String epoch) {
    throw new AssertionError("Topics are no log.");
  }

  @Override
  public Publication append(long offset, String channel, Message message) {
    throw new AssertionError("Topics are no log.");
  }

  @Override
  public void skip(long offset) {
    throw new AssertionError("Topics are no log.");
  }
}
