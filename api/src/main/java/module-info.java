/** The application API of Millrace and the SPIs for transports and brokers. */
module io.millrace.api {
  requires transitive io.vertx.core;
  requires transitive io.vertx.web;
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.core;

  exports io.millrace;
  exports io.millrace.spi;
  exports io.millrace.spi.link;

  uses io.millrace.spi.MillraceProvider;
}
