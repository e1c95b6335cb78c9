package io.millrace.samples.broker;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Priority;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Links nodes by Vert.x's event bus: those on one Vert.x instance, or on a cluster. All messages go
 * to all nodes; each brings to its log what its readers want.
 */
public final class EventBusBroker implements Broker {

  private static final String ADDRESS = "io.millrace.messages";

  /** What one open link has. */
  private record Link(Ingress ingress, MessageConsumer<Buffer> consumer) {}

  private final Set<ChannelPattern> names = ConcurrentHashMap.newKeySet();
  private final Set<ChannelPattern> patterns = ConcurrentHashMap.newKeySet();
  private volatile Optional<Link> link = Optional.empty();

  @Override
  public String name() {
    return "event-bus";
  }

  @Override
  public Future<Void> open(Ingress ingress) {
    MessageConsumer<Buffer> consumer = ingress.vertx().eventBus().consumer(ADDRESS);
    link = Optional.of(new Link(ingress, consumer));
    consumer.handler(this::receive);
    return consumer.completion();
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    if (link.isEmpty()) {
      return Future.failedFuture(
          new MillraceException(MillraceException.Code.UNAVAILABLE, "The broker is closed."));
    }
    DeliveryOptions headers =
        new DeliveryOptions()
            .addHeader("channel", channel)
            .addHeader("event", message.event())
            .addHeader("json", String.valueOf(message.isJson()))
            .addHeader("priority", message.priority().toString());
    message.time().ifPresent(time -> headers.addHeader("time", "" + time.toEpochMilli()));
    message.key().ifPresent(key -> headers.addHeader("key", key));
    return link.get()
        .ingress()
        .vertx()
        .eventBus()
        .<Buffer>publisher(ADDRESS, headers)
        .write(message.data())
        .map(Publication.unnamed());
  }

  private void receive(io.vertx.core.eventbus.Message<Buffer> received) {
    MultiMap headers = received.headers();
    String channel = Objects.requireNonNull(headers.get("channel"));
    // A name and a pattern may both match: still the message is brought once.
    if (names.contains(ChannelPattern.of(channel))
        || patterns.stream().anyMatch(pattern -> pattern.matches(channel))) {
      // What the log refuses, Vert.x reports; the next message comes all the same.
      link.ifPresent(open -> open.ingress().append(channel, read(headers, received.body())));
    }
  }

  private static Message read(MultiMap headers, Buffer data) {
    boolean json = Boolean.parseBoolean(headers.get("json"));
    Message message =
        (json ? Message.jsonText(data) : Message.bytes(data))
            .withEvent(Objects.requireNonNull(headers.get("event")))
            .withPriority(Priority.of(Objects.requireNonNull(headers.get("priority"))));
    String time = headers.get("time");
    if (time != null) {
      message = message.withTime(Instant.ofEpochMilli(Long.parseLong(time)));
    }
    String key = headers.get("key");
    return key == null ? message : message.withKey(key);
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
    Optional<Link> closing = link;
    link = Optional.empty();
    return closing.map(open -> open.consumer().unregister()).orElse(Future.succeededFuture());
  }
}
