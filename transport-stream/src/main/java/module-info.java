/** Carries messages over a streamed HTTP response, one JSON object per line. */
module io.millrace.transport.stream {
  requires transitive io.millrace.api;

  exports io.millrace.transport.stream;

  provides io.millrace.spi.Transport with
      io.millrace.transport.stream.StreamTransport;
}
