package io.millrace.broker.stomp;

import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The names of channels at a broker: {@code a.b} is {@code /topic/millrace.a.b}. {@link
 * ChannelPattern} has checked every name and pattern before, so none contains a wildcard or a slash
 * that does not belong there.
 */
final class Destinations {

  private static final String MANY = "**";

  private final StompDialect dialect;
  private final String topicPrefix;
  private final String prefix;

  Destinations(StompBrokerOptions options, String server) {
    dialect = options.dialect().orElseGet(() -> StompDialect.of(server));
    topicPrefix = options.topicPrefix().orElse(dialect.topicPrefix());
    prefix = options.prefix();
  }

  StompDialect dialect() {
    return dialect;
  }

  /** The headers of a SEND to a channel. */
  Map<String, String> send(String channel) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("destination", topicPrefix + prefix + channel);
    if (dialect == StompDialect.ARTEMIS) {
      headers.put("destination-type", "MULTICAST");
    }
    return headers;
  }

  /** The headers of a SUBSCRIBE to a name or pattern. */
  Map<String, String> subscribe(ChannelPattern pattern) {
    Map<String, String> headers = new LinkedHashMap<>();
    String text = pattern.toString();
    if (text.endsWith(MANY)) {
      // Some brokers also match no segment at all; messages that do not match are dropped later.
      text = text.substring(0, text.length() - MANY.length()) + dialect.many();
    }
    headers.put("destination", topicPrefix + prefix + text);
    if (dialect == StompDialect.ARTEMIS) {
      headers.put("subscription-type", "MULTICAST");
    }
    return headers;
  }

  /**
   * Returns a name for a queue that one connection hands over to another; only for brokers that
   * have them.
   *
   * @param id an id that no other node has
   */
  Optional<String> queue(String id) {
    // Like the names that the broker gives, so that permissions for those are enough.
    return dialect == StompDialect.RABBITMQ
        ? Optional.of("stomp-subscription-millrace-" + id)
        : Optional.empty();
  }

  /**
   * The headers that give the queue of a SUBSCRIBE a name. The queue lives while it is read and ten
   * seconds longer, which is long enough to hand it over.
   */
  static Map<String, String> named(String queue) {
    return Map.of(
        "x-queue-name", queue, "durable", "false", "auto-delete", "false", "x-expires", "10000");
  }

  /** The headers of an UNSUBSCRIBE that make RabbitMQ delete the queue at once. */
  static Map<String, String> deleting(String queue) {
    return Map.of("x-queue-name", queue, "durable", "true");
  }

  /**
   * Returns the channel of a MESSAGE, if its destination is a channel.
   *
   * @param pattern the name or pattern of the subscription
   * @param destination the message's destination; RabbitMQ percent-encodes all characters that
   *     cannot be in a channel
   */
  Optional<String> channel(ChannelPattern pattern, String destination) {
    return pattern.isName() ? Optional.of(pattern.toString()) : channel(destination);
  }

  /** Returns the channel of a MESSAGE, if its destination is a channel. */
  Optional<String> channel(String destination) {
    String start = topicPrefix + prefix;
    if (!destination.startsWith(start)) {
      return Optional.empty();
    }
    String channel = destination.substring(start.length());
    try {
      return Optional.of(ChannelPattern.ofKey(channel).toString());
    } catch (MillraceException foreign) {
      return Optional.empty();
    }
  }
}
