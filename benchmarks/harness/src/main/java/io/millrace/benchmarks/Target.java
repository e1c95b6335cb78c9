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

  static final String WS = "ws";
  static final String SOCKETIO = "socketio";
  static final String NCHAN = "nchan";
  static final String NATS = "nats";

  /** Those that run on the class path of the harness. */
  static final List<String> ON_VERTX = List.of(BARE, JOINED, SOCKJS, MILLRACE);

  /** Those that are no Java, and used where they are installed. */
  static final List<String> FOREIGN = List.of(WS, SOCKETIO, NCHAN, NATS);

  String name() {
    return server + "/" + protocol;
  }
}
