package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Plan;
import io.vertx.core.Context;
import io.vertx.core.Handler;
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
 * Shows what Vert.x itself can do, with code as it is usually written: a set of connections for
 * each channel, and for each message one shared buffer that is written to each connection.
 */
final class BarePeer extends VertxPeer {

  /** A kind of connection. */
  private static final class Technique<T> {
    final Map<String, Set<T>> byChannel = new HashMap<>();
    final Function<String, Buffer> encoding;
    final BiConsumer<T, Buffer> writing;

    Technique(Function<String, Buffer> encoding, BiConsumer<T, Buffer> writing) {
      this.encoding = encoding;
      this.writing = writing;
    }

    void add(String channel, T connection) {
      byChannel.computeIfAbsent(channel, name -> new LinkedHashSet<>()).add(connection);
    }

    void remove(String channel, T connection) {
      byChannel.getOrDefault(channel, Set.of()).remove(connection);
    }

    void publish(String channel, String payload) {
      Set<T> connections = byChannel.getOrDefault(channel, Set.of());
      Set<T> ofAll = byChannel.getOrDefault(Plan.channel(Plan.EVERY), Set.of());
      if (!connections.isEmpty() || !ofAll.isEmpty()) {
        Buffer frame = encoding.apply(payload);
        connections.forEach(connection -> writing.accept(connection, frame));
        ofAll.forEach(connection -> writing.accept(connection, frame));
      }
    }
  }

  private final Technique<ServerWebSocket> webSockets =
      new Technique<>(Buffer::buffer, ServerWebSocket::writeBinaryMessage);
  private final Technique<HttpServerResponse> eventStreams =
      new Technique<>(BarePeer::event, HttpServerResponse::write);
  private final Technique<HttpServerResponse> streams =
      new Technique<>(BarePeer::line, HttpServerResponse::write);
  private final LongPolls longPolls = new LongPolls();
  private final Replays replays = new Replays();
  private final List<Context> eventLoops = new ArrayList<>(1);

  static Buffer event(String payload) {
    return Buffer.buffer("data: " + payload + "\n\n");
  }

  static Buffer line(String payload) {
    return Buffer.buffer("{\"type\":\"message\",\"data\":\"" + payload + "\"}\n");
  }

  @Override
  Handler<HttpServerRequest> requests() {
    eventLoops.add(vertx.getOrCreateContext());
    return this::handle;
  }

  private void handle(HttpServerRequest request) {
    String[] path = String.valueOf(request.path()).split("/", -1);
    String channel = path[2];
    switch (path[1]) {
      case "websocket" ->
          request
              .toWebSocket()
              .onSuccess(
                  socket -> {
                    webSockets.add(channel, socket);
                    socket.closeHandler(closed -> webSockets.remove(channel, socket));
                  });
      case "sse" -> begin(eventStreams, channel, request, "text/event-stream", ": hello\n\n");
      case "stream" ->
          begin(streams, channel, request, "application/x-ndjson", "{\"type\":\"welcome\"}\n");
      case "replay" -> replays.handle(path[2], path[3], request);
      default -> longPolls.handle(channel, request);
    }
  }

  private static void begin(
      Technique<HttpServerResponse> technique,
      String channel,
      HttpServerRequest request,
      String type,
      String hello) {
    HttpServerResponse response =
        request.response().putHeader("Content-Type", type).setChunked(true);
    response.exceptionHandler(failure -> {});
    response.closeHandler(closed -> technique.remove(channel, response));
    technique.add(channel, response);
    response.write(hello);
  }

  @Override
  public void publish(String channel, String payload) {
    eventLoops
        .get(0)
        .runOnContext(
            now -> {
              webSockets.publish(channel, payload);
              eventStreams.publish(channel, payload);
              streams.publish(channel, payload);
              longPolls.publish(channel, payload);
              replays.publish(channel, payload);
            });
  }
}
