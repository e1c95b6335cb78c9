package io.millrace.benchmarks;

import java.util.List;

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
  static final String SOCKJS = "sockjs";
  static final String MILLRACE = "millrace";

  /** Those that run on the class path of the harness. */
  static final List<String> ON_VERTX = List.of(BARE, JOINED, SOCKJS, MILLRACE);

  String name() {
    return server + "/" + protocol;
  }
}
