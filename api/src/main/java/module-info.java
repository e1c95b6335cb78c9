/** The application API of Millrace and the SPIs for transports and brokers. */
@SuppressWarnings("module") // The modules that it exports a package to are compiled later.
module io.millrace.api {
  requires transitive io.vertx.core;
  requires transitive io.vertx.web;
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.core;
  requires static com.fasterxml.jackson.databind;
  requires static com.fasterxml.jackson.datatype.jdk8;
  requires static com.fasterxml.jackson.datatype.jsr310;
  requires io.netty.buffer;
  requires io.netty.codec.http;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;

  exports io.millrace;
  exports io.millrace.spi;
  exports io.millrace.spi.options;
  exports io.millrace.spi.remote;
  exports io.millrace.spi.support;
  exports io.millrace.internal to
      io.millrace.broker.stomp,
      io.millrace.core,
      io.millrace.transport.longpoll,
      io.millrace.transport.sse,
      io.millrace.transport.websocket;

  uses io.millrace.MillraceProvider;
}
