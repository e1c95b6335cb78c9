/** Carries messages over HTTP streaming of newline-delimited JSON. */
module io.millrace.transport.stream {
  requires transitive io.millrace.api;

// exports io.millrace.transport.stream;
}
