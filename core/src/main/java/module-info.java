/** The engine behind the API. It exports nothing: use it through {@code io.millrace.Millrace}. */
module io.millrace.core {
  requires io.millrace.api;
  requires io.vertx.auth.common;

  uses io.millrace.spi.Broker;
  uses io.millrace.spi.Transport;

  provides io.millrace.spi.MillraceProvider with
      io.millrace.core.CoreProvider;
}
