/** Carries messages over the WebSocket protocol (RFC 6455). */
module io.millrace.transport.websocket {
  requires transitive io.millrace.api;
  requires io.netty.buffer;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;

  exports io.millrace.transport.websocket;

  provides io.millrace.spi.Transport with
      io.millrace.transport.websocket.WebSocketTransport;
}
