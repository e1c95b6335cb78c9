/** The application API, and the interfaces that transports and brokers implement. */
module io.millrace.api {
  requires transitive io.vertx.core;
  requires transitive io.vertx.web;
  requires static transitive org.jspecify;

// exports io.millrace;
// exports io.millrace.spi;
}
