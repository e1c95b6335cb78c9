package io.millrace.samples.broker;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.millrace.spi.support.MessageHeaders;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Connects nodes over the event bus of one Vert.x instance, or of a Vert.x cluster. Every node
 * receives all messages, and brings to its log those that its readers want.
 */
public final class EventBusBroker implements Broker {

  private static final String ADDRESS = "io.millrace.messages";
  private static final String CHANNEL = "channel";

  /** What belongs to the open broker. */
  private record Opened(Ingress ingress, MessageConsumer<Buffer> consumer) {}

  private final Set<ChannelPattern> names = ConcurrentHashMap.newKeySet();
  private final Set<ChannelPattern> patterns = ConcurrentHashMap.newKeySet();
  private volatile Optional<Opened> opened = Optional.empty();

  @Override
  public String name() {
    return "event-bus";
  }

  @Override
  public Future<Void> open(Ingress ingress) {
    MessageConsumer<Buffer> consumer = ingress.vertx().eventBus().consumer(ADDRESS);
    opened = Optional.of(new Opened(ingress, consumer));
    consumer.handler(this::receive);
    return consumer.completion();
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    if (opened.isEmpty()) {
      return Future.failedFuture(
          new MillraceException(MillraceException.Code.UNAVAILABLE, "The broker is closed."));
    }
    DeliveryOptions headers = new DeliveryOptions().addHeader(CHANNEL, channel);
    MessageHeaders.write(message).forEach(headers::addHeader);
    return opened
        .get()
        .ingress()
        .vertx()
        .eventBus()
        .<Buffer>publisher(ADDRESS, headers)
        .write(message.data())
        .map(Publication.unnamed());
  }

  private void receive(io.vertx.core.eventbus.Message<Buffer> received) {
    Map<String, String> headers = new HashMap<>();
    received.headers().forEach(headers::put);
    String channel = Objects.requireNonNull(headers.get(CHANNEL));
    // Even if a name and a pattern both match, the message is brought once.
    if (names.contains(ChannelPattern.ofKey(channel))
        || patterns.stream().anyMatch(pattern -> pattern.matches(channel))) {
      Message message = MessageHeaders.read(headers, received.body());
      // If the log refuses the message, Vert.x reports that, and the next one still arrives.
      opened.ifPresent(open -> open.ingress().append(channel, message));
    }
  }

  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    // The bus confirmed the consumer in open(): from now on everything that matches is brought.
    (pattern.isName() ? names : patterns).add(pattern);
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    (pattern.isName() ? names : patterns).remove(pattern);
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close() {
    Optional<Opened> closing = opened;
    opened = Optional.empty();
    return closing.map(open -> open.consumer().unregister()).orElse(Future.succeededFuture());
  }
}
