package io.millrace.transport.websocket;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Set;

/** Sends every message back; stops reading while it cannot write. Also the Autobahn suite's target. */
final class EchoServer {
  private static final int LARGEST = 64 << 20;

  private EchoServer() {}

  /** Listens on this port of the loopback address, 0 for any. */
  static Future<HttpServer> start(Vertx vertx, int port) {
    return vertx
        .createHttpServer()
        .requestHandler(request -> handle(vertx, request))
        .listen(port, "127.0.0.1");
  }

  private static void handle(Vertx vertx, HttpServerRequest request) {
    Handshake.Answer answer = Handshake.judge(request, Set.of());
    if (answer instanceof Handshake.Refused refused) {
      refused.addTo(request.response().headers());
      request.response().setStatusCode(refused.status()).end(refused.detail());
    } else if (answer instanceof Handshake.Accepted accepted) {
      var limits =
          new WebSocketConnection.Limits(LARGEST, LARGEST, Duration.ofSeconds(10));
      WebSocketConnection.open(vertx, request, accepted, limits).onSuccess(EchoServer::echo);
    }
  }

  private static void echo(WebSocketConnection connection) {
    connection
        .onText(utf8 -> write(connection, FrameWriter.text(utf8)))
        .onBinary(payload -> write(connection, FrameWriter.binary(payload)))
        .onDrained(connection::resume);
  }

  private static void write(WebSocketConnection connection, Buffer frame) {
    connection.write(frame);
    if (connection.writeQueueFull()) {
      connection.pause();
    }
  }
}
