package io.millrace.samples.demo;

import io.millrace.Millrace;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * The broker that the messages come from.
 *
 * @param name its name in Millrace
 * @param config its configuration
 */
record BrokerChoice(String name, JsonObject config) {

  static final BrokerChoice MEMORY = new BrokerChoice("memory", new JsonObject());

  /**
   * Reads the values from the command line.
   *
   * @param kind {@code memory}, {@code stomp}, {@code stomp-stream} or {@code amqp}
   * @param url where it is; empty for its default
   * @throws IllegalArgumentException if there is no such broker, or if it has no URL
   */
  static BrokerChoice of(String kind, String url) {
    JsonObject config = new JsonObject();
    if (!url.isEmpty()) {
      config.put("uri", url);
    }
    return switch (kind) {
      case "memory" -> {
        if (!url.isEmpty()) {
          throw new IllegalArgumentException("--broker-url: the memory broker has none");
        }
        yield MEMORY;
      }
      case "stomp", "amqp" -> new BrokerChoice(kind, config);
      case "stomp-stream" -> new BrokerChoice("stomp", config.put("mode", "stream"));
      default ->
          throw new IllegalArgumentException(
              "--broker must be memory, stomp, stomp-stream or amqp, not "
                  + kind.toLowerCase(Locale.ROOT));
    };
  }

  Millrace.Builder chooseFor(Millrace.Builder builder) {
    return builder.broker(name, config);
  }
}
