package io.millrace.broker.stomp;

import io.millrace.ChannelPattern;
import io.millrace.internal.BoundedMap;
import io.millrace.spi.remote.TopicReceiver;
import io.millrace.spi.remote.TopicSubscription;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A subscription to a topic, on the connection that brings messages. Used only on its context. */
final class StompSubscription implements TopicSubscription {

  private static final int MOST_RECENT = 256;

  private final StompBrokerConnection connection;
  private final String id;
  private final ChannelPattern pattern;

  /** The queue that a trial has handed over, and that must not outlive the subscription. */
  private final Optional<String> queue;

  private final StompBrokerOptions options;
  private final TopicReceiver receiver;

  /**
   * The ids of the newest messages. Ids are unique (STOMP 1.2, MESSAGE), so if an id arrives again,
   * the message was delivered again.
   */
  private final BoundedMap<String, Boolean> recent = new BoundedMap<>(() -> MOST_RECENT);

  private final Future<Void> confirmed;

  StompSubscription(
      StompBrokerConnection connection,
      String id,
      ChannelPattern pattern,
      Optional<String> queue,
      StompBrokerOptions options,
      TopicReceiver receiver) {
    this.connection = connection;
    this.id = id;
    this.pattern = pattern;
    this.queue = queue;
    this.options = options;
    this.receiver = receiver;
    Map<String, String> headers = connection.destinations().subscribe(pattern);
    queue.ifPresent(name -> headers.putAll(Destinations.named(name)));
    headers.put("id", id);
    if (acknowledges()) {
      headers.put("ack", "client-individual");
      headers.put("prefetch-count", Integer.toString(options.prefetch()));
    }
    connection.onMessage(id, this::receive);
    confirmed = connection.request("SUBSCRIBE", headers, Buffer.buffer());
  }

  /** RabbitMQ sends without limit if nothing is acknowledged; others wait for the socket. */
  private boolean acknowledges() {
    return connection.destinations().dialect() == StompDialect.RABBITMQ;
  }

  @Override
  public Future<Void> confirmed() {
    return confirmed;
  }

  private void receive(StompFrame frame) {
    // Artemis 2.55 may bring a message twice when a subscription begins under load.
    if (frame.header("message-id").map(this::isNew).orElse(true)) {
      bring(frame);
    }
    if (acknowledges()) {
      connection.acknowledge(frame);
    }
  }

  private boolean isNew(String messageId) {
    boolean isNew = recent.get(messageId) == null;
    recent.put(messageId, true);
    return isNew;
  }

  private void bring(StompFrame frame) {
    String destination = frame.header("destination").orElse("");
    Optional<String> channel = connection.destinations().channel(pattern, destination);
    if (channel.isEmpty()) {
      receiver.skip(destination, "Its destination is not a valid channel.");
    } else if (frame.isFlawed()) {
      receiver.skip(destination, frame.flaw());
    } else {
      receiver.bring(
          destination, channel.get(), () -> StompMessages.read(frame, options.maxMessageBytes()));
    }
  }

  @Override
  public Future<Void> end() {
    connection.offMessage(id);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("id", id);
    queue.ifPresent(name -> headers.putAll(Destinations.deleting(name)));
    return connection.request("UNSUBSCRIBE", headers, Buffer.buffer());
  }
}
