/** The engine behind the API. It exports nothing: use it through {@code io.millrace.Millrace}. */
module io.millrace.core {
  requires io.millrace.api;
  requires io.vertx.auth.common;

  // For what applications publish: Message.json encodes records, java.time and Optional with them.
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.datatype.jdk8;
  requires com.fasterxml.jackson.datatype.jsr310;

  uses io.millrace.spi.Broker;
  uses io.millrace.spi.Transport;

  provides io.millrace.MillraceProvider with
      io.millrace.core.CoreProvider;
}
