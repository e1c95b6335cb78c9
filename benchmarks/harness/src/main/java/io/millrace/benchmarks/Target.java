package io.millrace.benchmarks;

import java.util.List;
import java.util.stream.Stream;

/**
 * A server, asked in one of its protocols.
 *
 * @param server its name
 * @param protocol the name of the protocol
 * @param family what it is compared within: {@code websocket}, {@code sse}, {@code stream}, {@code
 *     longpoll}, or {@value #RABBITMQ} for WebSocket through RabbitMQ
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

  static final String WEBSOCKET = "websocket";
  static final String SSE = "sse";
  static final String STREAM = "stream";
  static final String LONGPOLL = "longpoll";

  /** Alone: its own STOMP over WebSocket. */
  static final String RABBITMQ = "rabbitmq";

  static final String MILLRACE_TOPIC = "millrace-topic";
  static final String MILLRACE_STREAM = "millrace-stream";

  /** Those that have a RabbitMQ. */
  static final List<String> ON_RABBITMQ = List.of(RABBITMQ, MILLRACE_TOPIC, MILLRACE_STREAM);

  /** Those that run on the class path of the harness. */
  static final List<String> ON_CLASS_PATH =
      Stream.concat(Stream.of(BARE, JOINED, SOCKJS, MILLRACE), ON_RABBITMQ.stream()).toList();

  /** Returns the server that those of its family are compared with. */
  String baseline() {
    return family.equals(RABBITMQ) ? RABBITMQ : BARE;
  }

  /** Returns whether it is Millrace, with whichever broker. */
  boolean isMillrace() {
    return server.startsWith(MILLRACE);
  }

  /** Those that are no Java, and used where they are installed. */
  static final List<String> FOREIGN = List.of(WS, SOCKETIO, NCHAN, NATS);

  String name() {
    return server + "/" + protocol;
  }
}
