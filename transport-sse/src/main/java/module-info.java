/** Carries messages over server-sent events. */
module io.millrace.transport.sse {
  requires transitive io.millrace.api;

  exports io.millrace.transport.sse;

  provides io.millrace.spi.Transport with
      io.millrace.transport.sse.SseTransport;
}
