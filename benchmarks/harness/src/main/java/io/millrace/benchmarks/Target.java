package io.millrace.benchmarks;

/**
 * A server, asked in one of its protocols.
 *
 * @param server its name
 * @param protocol the name of the protocol
 * @param family what it is compared within: {@code websocket}, {@code sse}, {@code stream} or
 *     {@code longpoll}
 * @param readers how to read from it
 */
record Target(String server, String protocol, String family, Protocol readers) {

  static final String BARE = "bare";
  static final String JOINED = "joined";
  static final String MILLRACE = "millrace";

  String name() {
    return server + "/" + protocol;
  }

  boolean isBaseline() {
    return server.equals(BARE);
  }
}
