package io.millrace.benchmarks;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Recovery as it is usually written by hand: an array has every message of a channel, encoded once
 * with its number, and a client that reconnects gets those that it missed, one by one. Nothing is
 * ever forgotten.
 */
final class Replays {

  /** A kind of connection. */
  private static final class Technique<T> {
    final Map<String, Channel<T>> byName = new HashMap<>();
    final Function<Numbered, Buffer> encoding;
    final BiConsumer<T, Buffer> writing;

    Technique(Function<Numbered, Buffer> encoding, BiConsumer<T, Buffer> writing) {
      this.encoding = encoding;
      this.writing = writing;
    }

    Channel<T> channel(String name) {
      return byName.computeIfAbsent(name, created -> new Channel<>());
    }

    void add(String name, T connection, String after) {
      Channel<T> channel = channel(name);
      int head = channel.messages.size();
      int from = after.isEmpty() ? head : Integer.parseInt(after);
      writing.accept(connection, encoding.apply(new Numbered(from, "")));
      for (int i = from; i < head; i++) {
        writing.accept(connection, channel.messages.get(i));
      }
      channel.connections.add(connection);
    }

    void publish(String name, String payload) {
      Channel<T> channel = byName.get(name);
      if (channel != null) {
        Buffer message = encoding.apply(new Numbered(channel.messages.size() + 1, payload));
        channel.messages.add(message);
        channel.connections.forEach(connection -> writing.accept(connection, message));
      }
    }
  }

  private static final class Channel<T> {
    final List<Buffer> messages = new ArrayList<>();
    final Set<T> connections = new LinkedHashSet<>();
  }

  /** A message with its number, or the greeting at the beginning if there is no payload. */
  private record Numbered(int number, String payload) {

    Buffer frame(String end) {
      return Buffer.buffer(
          payload.isEmpty()
              ? "{\"type\":\"welcome\",\"cursor\":\"" + number + "\"}" + end
              : "{\"type\":\"message\",\"cursor\":\""
                  + number
                  + "\",\"data\":\""
                  + payload
                  + "\"}"
                  + end);
    }

    Buffer event() {
      return Buffer.buffer(
          "id: " + number + (payload.isEmpty() ? "\n\n" : "\ndata: " + payload + "\n\n"));
    }
  }

  private final Technique<ServerWebSocket> webSockets =
      new Technique<>(message -> message.frame(""), ServerWebSocket::writeBinaryMessage);
  private final Technique<HttpServerResponse> eventStreams =
      new Technique<>(Numbered::event, HttpServerResponse::write);
  private final Technique<HttpServerResponse> streams =
      new Technique<>(message -> message.frame("\n"), HttpServerResponse::write);

  void handle(String technique, String channel, HttpServerRequest request) {
    switch (technique) {
      case "websocket" -> {
        String after = request.getParam("after", "");
        request
            .toWebSocket()
            .onSuccess(
                socket -> {
                  webSockets.add(channel, socket, after);
                  socket.closeHandler(
                      closed -> webSockets.channel(channel).connections.remove(socket));
                });
      }
      case "sse" -> {
        String after = request.headers().get("Last-Event-ID");
        begin(eventStreams, channel, request, "text/event-stream", after == null ? "" : after);
      }
      default ->
          begin(streams, channel, request, "application/x-ndjson", request.getParam("after", ""));
    }
  }

  private static void begin(
      Technique<HttpServerResponse> technique,
      String channel,
      HttpServerRequest request,
      String type,
      String after) {
    HttpServerResponse response =
        request.response().putHeader("Content-Type", type).setChunked(true);
    response.exceptionHandler(failure -> {});
    response.closeHandler(closed -> technique.channel(channel).connections.remove(response));
    technique.add(channel, response, after);
  }

  void publish(String channel, String payload) {
    webSockets.publish(channel, payload);
    eventStreams.publish(channel, payload);
    streams.publish(channel, payload);
  }
}
