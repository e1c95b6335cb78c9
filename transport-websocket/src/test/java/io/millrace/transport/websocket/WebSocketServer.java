package io.millrace.transport.websocket;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Set;

/** Opens a WebSocket for each request to {@code /ws}, on the loopback address. */
final class WebSocketServer {
  private static final int SEND_BUFFER = 16_384; // small, so that slow readers soon have an effect

  private final Vertx vertx;
  private final WebSocketConnection.Limits limits;
  private final Handler<WebSocketConnection> handler;

  private WebSocketServer(
      Vertx vertx, WebSocketConnection.Limits limits, Handler<WebSocketConnection> handler) {
    this.vertx = vertx;
    this.limits = limits;
    this.handler = handler;
  }

  /** Listens on this port; 0 for any. */
  static Future<HttpServer> listen(
      Vertx vertx,
      int port,
      WebSocketConnection.Limits limits,
      Handler<WebSocketConnection> handler) {
    return listen(vertx, new HttpServerOptions(), port, limits, handler);
  }

  static Future<HttpServer> listen(
      Vertx vertx,
      HttpServerOptions options,
      int port,
      WebSocketConnection.Limits limits,
      Handler<WebSocketConnection> handler) {
    WebSocketServer server = new WebSocketServer(vertx, limits, handler);
    return vertx
        .createHttpServer(options.setSendBufferSize(SEND_BUFFER))
        .requestHandler(server::handle)
        .listen(port, "127.0.0.1");
  }

  private void handle(HttpServerRequest request) {
    if (request.path().equals("/other")) {
      request.response().end("other");
      return;
    }
    Handshake.Answer answer = Handshake.judge(request, Set.of("chat"));
    if (answer instanceof Handshake.Refused refused) {
      refused.addTo(request.response().headers());
      request.response().setStatusCode(refused.status()).end(refused.detail());
    } else if (answer instanceof Handshake.Accepted accepted) {
      WebSocketConnection.open(vertx, request, accepted, limits).onSuccess(handler);
    }
  }
}
