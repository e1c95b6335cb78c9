package io.millrace.broker.stomp;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The stream as RabbitMQ's STOMP plug-in knows it: a durable queue of type stream. Each node that
 * subscribes binds it to the topic exchange, for every channel.
 */
final class RabbitStreamQueue {

  /** No channel can have this name, so there are no messages of channels there. */
  private static final String MARKERS = "$marker";

  private final StompBrokerOptions options;
  private final String destination;

  RabbitStreamQueue(StompBrokerOptions options) {
    this.options = options;
    this.destination =
        options.topicPrefix().orElse(StompDialect.RABBITMQ.topicPrefix()) + options.prefix();
  }

  /** {@return the destination of markers} */
  String markers() {
    return destination + MARKERS;
  }

  /**
   * The headers of a SUBSCRIBE.
   *
   * @param offset {@code first}, {@code offset=N} or {@code timestamp=N}
   * @param prefetch how many messages may be unacknowledged
   */
  Map<String, String> subscribe(String offset, int prefetch) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("id", "stream");
    headers.put("destination", destination + "#");
    headers.put("x-queue-name", options.stream());
    headers.put("x-queue-type", "stream");
    headers.put("durable", "true");
    headers.put("auto-delete", "false");
    options.streamBytes().ifPresent(bytes -> headers.put("x-max-length-bytes", "" + bytes));
    options
        .streamAge()
        .map(Duration::toSeconds)
        .ifPresent(seconds -> headers.put("x-max-age", seconds + "s"));
    headers.put("x-stream-offset", offset);
    headers.put("ack", "client");
    headers.put("prefetch-count", Integer.toString(prefetch));
    return headers;
  }

  static String at(long offset) {
    return "offset=" + offset;
  }

  /** Starts at the first record that arrived at this time or later. */
  static String since(long millis) {
    return "timestamp=" + Math.max(0, Math.floorDiv(millis, 1000));
  }
}
