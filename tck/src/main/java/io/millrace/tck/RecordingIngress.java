package io.millrace.tck;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Records what a broker reports to its node, in order. For brokers whose subscriptions may overlap
 * and that have no log of their own; any other call fails. Safe on any thread.
 */
public final class RecordingIngress implements Ingress {

  /**
   * A message that was brought.
   *
   * @param subscription the subscription that it was brought for
   * @param channel where it was published
   * @param message the message
   */
  public record Received(ChannelPattern subscription, String channel, Message message) {}

  private final Vertx vertx;
  private final List<String> events = new CopyOnWriteArrayList<>();
  private final List<Received> received = new CopyOnWriteArrayList<>();

  /**
   * Makes an ingress; nothing has happened yet.
   *
   * @param vertx the node's Vert.x instance
   */
  public RecordingIngress(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * {@return a list that grows: {@code degraded}, {@code restored}, {@code interrupted [a, b]}, and
   * for a message, its subscription and its channel}
   */
  public List<String> events() {
    return Collections.unmodifiableList(events);
  }

  /** {@return the messages that were brought, in a list that grows} */
  public List<Received> received() {
    return Collections.unmodifiableList(received);
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
