package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Plan;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.NetSocket;
import io.vertx.core.streams.WriteStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * The most that can be achieved with Vert.x by hand: everything that is pending when the event loop
 * gets to it is joined into one buffer, which is written to every connection. It knows no cursors,
 * filters, slow readers or heartbeats: it is a limit, not a design.
 */
final class JoinedPeer extends VertxPeer {

  private static final String WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private record Published(String channel, String payload) {}

  /** The connections to a channel that get the same bytes, and what is pending for them. */
  private static final class Group {
    final Function<String, Buffer> encoding;
    final List<WriteStream<Buffer>> connections = new ArrayList<>();
    Buffer pending = Buffer.buffer();

    Group(Function<String, Buffer> encoding) {
      this.encoding = encoding;
    }
  }

  private final Map<String, Map<String, Group>> byChannel = new HashMap<>();
  private final Queue<Published> published = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean awake = new AtomicBoolean();
  private final List<Context> eventLoops = new ArrayList<>(1);

  @Override
  Handler<HttpServerRequest> requests() {
    eventLoops.add(vertx.getOrCreateContext());
    return this::handle;
  }

  private void handle(HttpServerRequest request) {
    String[] path = String.valueOf(request.path()).split("/", -1);
    String technique = path[1];
    Map<String, Group> groups = byChannel.computeIfAbsent(path[2], name -> new HashMap<>());
    switch (technique) {
      case "websocket" -> {
        Group group = groups.computeIfAbsent(technique, name -> new Group(JoinedPeer::frame));
        upgrade(request, group);
      }
      case "sse" -> {
        Group group = groups.computeIfAbsent(technique, name -> new Group(BarePeer::event));
        begin(request, "text/event-stream", ": hello\n\n", group);
      }
      default -> {
        Group group = groups.computeIfAbsent(technique, name -> new Group(BarePeer::line));
        begin(request, "application/x-ndjson", "{\"type\":\"welcome\"}\n", group);
      }
    }
  }

  private static void upgrade(HttpServerRequest request, Group group) {
    request
        .response()
        .putHeader("Upgrade", "websocket")
        .putHeader("Connection", "Upgrade")
        .putHeader(
            "Sec-WebSocket-Accept", accept(String.valueOf(request.getHeader("Sec-WebSocket-Key"))));
    request
        .toNetSocket()
        .onSuccess(
            socket -> {
              NetSocket reader = socket.handler(ignored -> {});
              reader.closeHandler(closed -> group.connections.remove(reader));
              group.connections.add(reader);
            });
  }

  private static String accept(String key) {
    try {
      byte[] joined = (key + WEBSOCKET_GUID).getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(joined));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void begin(HttpServerRequest request, String type, String hello, Group group) {
    HttpServerResponse response =
        request.response().putHeader("Content-Type", type).setChunked(true);
    response.exceptionHandler(failure -> {});
    response.closeHandler(closed -> group.connections.remove(response));
    group.connections.add(response);
    response.write(hello);
  }

  private static Buffer frame(String payload) {
    int length = payload.length();
    Buffer frame = Buffer.buffer(length + 4).appendByte((byte) 0x81);
    if (length < 126) {
      frame.appendByte((byte) length);
    } else {
      frame.appendByte((byte) 126).appendUnsignedShort(length);
    }
    return frame.appendString(payload);
  }

  @Override
  public void publish(String channel, String payload) {
    published.add(new Published(channel, payload));
    if (awake.compareAndSet(false, true)) {
      eventLoops.get(0).runOnContext(now -> turn());
    }
  }

  private void append(String name, String payload, List<Group> addressed) {
    for (Group group : byChannel.getOrDefault(name, Map.of()).values()) {
      if (group.pending.length() == 0) {
        addressed.add(group);
      }
      group.pending.appendBuffer(group.encoding.apply(payload));
    }
  }

  private void turn() {
    awake.set(false);
    List<Group> addressed = new ArrayList<>();
    for (Published next = published.poll(); next != null; next = published.poll()) {
      append(next.channel(), next.payload(), addressed);
      append(Plan.channel(Plan.EVERY), next.payload(), addressed);
    }
    for (Group group : addressed) {
      Buffer joined = group.pending;
      group.pending = Buffer.buffer();
      for (WriteStream<Buffer> connection : group.connections) {
        connection.write(joined);
      }
    }
  }
}
