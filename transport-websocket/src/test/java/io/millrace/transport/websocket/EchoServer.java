package io.millrace.transport.websocket;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.time.Duration;

/** Sends every message back; stops reading while it cannot write. */
final class EchoServer {
  private static final int LARGEST = 64 << 20;
  private static final WebSocketConnection.Limits LIMITS =
      new WebSocketConnection.Limits(LARGEST, LARGEST, Duration.ofSeconds(10));

  private EchoServer() {}

  /** Listens on this port of the loopback address; 0 for any. */
  static Future<HttpServer> listen(Vertx vertx, int port) {
    return WebSocketServer.listen(vertx, port, LIMITS, EchoServer::echo);
  }

  static void echo(WebSocketConnection connection) {
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
