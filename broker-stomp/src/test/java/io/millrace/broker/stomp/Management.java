package io.millrace.broker.stomp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.tck.RabbitMq;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;

/** RabbitMQ's HTTP API for management, used as {@code curl} would. All methods block. */
final class Management {

  private final RabbitMq rabbit;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

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

  /** Returns the consumers that are there. */
  JsonArray consumers() {
    return new JsonArray(send("GET", "consumers/%2F", new JsonObject()));
  }

  private String send(String method, String path, JsonObject body) {
    String credentials = rabbit.username() + ":" + rabbit.password();
    HttpRequest request =
        HttpRequest.newBuilder(rabbit.managementUrl().resolve(path))
            .header("content-type", "application/json")
            .header(
                "authorization",
                "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8)))
            .method(
                method,
                method.equals("GET")
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.encode()))
            .build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() >= 300) {
        throw new IllegalStateException(response.statusCode() + " " + response.body());
      }
      return response.body();
    } catch (IOException e) {
      throw new IllegalStateException("RabbitMQ's management does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
