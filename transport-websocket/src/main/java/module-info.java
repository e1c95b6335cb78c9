/** The WebSocket transport (RFC 6455). */
module io.millrace.transport.websocket {
  requires io.vertx.core;
  requires io.netty.transport;
  requires static org.jspecify;
}
