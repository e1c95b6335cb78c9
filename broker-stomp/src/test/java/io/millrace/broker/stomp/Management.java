package io.millrace.broker.stomp;

import io.millrace.tck.RabbitMq;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.List;

/** RabbitMQ's HTTP API for management, used as {@code curl} would. All methods block. */
final class Management {

  private final RabbitMq rabbit;

  Management(RabbitMq rabbit) {
    this.rabbit = rabbit;
  }

  /** Publishes over AMQP 0-9-1 to the topic exchange. */
  void publish(String routingKey, byte[] payload, JsonObject properties) {
    send(
        "POST",
        "exchanges/%2F/amq.topic/publish",
        new JsonObject()
            .put("routing_key", routingKey)
            .put("payload", Base64.getEncoder().encodeToString(payload))
            .put("payload_encoding", "base64")
            .put("properties", properties));
  }

  /** Makes a stream, bound like Millrace's own. */
  void createStream(String name, String prefix) {
    send(
        "PUT",
        "queues/%2F/" + name,
        new JsonObject()
            .put("durable", true)
            .put("arguments", new JsonObject().put("x-queue-type", "stream")));
    send(
        "POST",
        "bindings/%2F/e/amq.topic/q/" + name,
        new JsonObject().put("routing_key", prefix + "#"));
  }

  void deleteQueue(String name) {
    send("DELETE", "queues/%2F/" + name, new JsonObject());
  }

  void putPolicy(String name, String pattern, JsonObject definition) {
    send(
        "PUT",
        "policies/%2F/" + name,
        new JsonObject()
            .put("pattern", pattern)
            .put("definition", definition)
            .put("apply-to", "queues"));
  }

  /** Returns the names of the queues as they were a moment ago. */
  List<String> queues() {
    return new JsonArray(send("GET", "queues/%2F?columns=name", new JsonObject()))
        .stream().map(queue -> ((JsonObject) queue).getString("name")).toList();
  }

  /** Returns the present consumers. */
  JsonArray consumers() {
    return new JsonArray(send("GET", "consumers/%2F", new JsonObject()));
  }

  private String send(String method, String path, JsonObject body) {
    return rabbit.manage(method, path, method.equals("GET") ? "" : body.encode());
  }
}
