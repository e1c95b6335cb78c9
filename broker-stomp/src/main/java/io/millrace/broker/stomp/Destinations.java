package io.millrace.broker.stomp;

import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How channels are named at a broker: {@code a.b} is {@code /topic/millrace.a.b}. Only names and
 * patterns that {@link ChannelPattern} has checked get here, so none can bring a wildcard or a
 * slash of its own.
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
      // Some brokers let this stand for no segment, too: what does not match is left out later.
      text = text.substring(0, text.length() - MANY.length()) + dialect.many();
    }
    headers.put("destination", topicPrefix + prefix + text);
    if (dialect == StompDialect.ARTEMIS) {
      headers.put("subscription-type", "MULTICAST");
    }
    return headers;
  }

  /**
   * Returns the name for a queue that is to be handed over, where the broker has such.
   *
   * @param id what no other node has
   */
  Optional<String> queue(String id) {
    // As the broker names those it makes, so that the permissions for them are enough.
    return dialect == StompDialect.RABBITMQ
        ? Optional.of("stomp-subscription-millrace-" + id)
        : Optional.empty();
  }

  /**
   * The headers that give the queue of a SUBSCRIBE a name. It lives while it is read, and ten
   * seconds longer: long enough to be handed over.
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
   * Returns the channel that a MESSAGE is for, if it is one.
   *
   * @param pattern what the subscription is to
   * @param destination the message's destination, where RabbitMQ has percent-encoded whatever no
   *     channel has in its name
   */
  Optional<String> channel(ChannelPattern pattern, String destination) {
    return pattern.isName() ? Optional.of(pattern.toString()) : channel(destination);
  }

  /** Returns the channel that a MESSAGE is for, if it is one. */
  Optional<String> channel(String destination) {
    String start = topicPrefix + prefix;
    if (!destination.startsWith(start)) {
      return Optional.empty();
    }
    String channel = destination.substring(start.length());
    try {
      return Optional.of(ChannelPattern.checkName(channel));
    } catch (MillraceException foreign) {
      return Optional.empty();
    }
  }
}
