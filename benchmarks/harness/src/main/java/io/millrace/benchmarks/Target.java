package io.millrace.benchmarks;

import java.util.List;
import java.util.stream.Stream;

/**
 * A server with one of its protocols.
 *
 * @param server its name
 * @param protocol the name of the protocol
 * @param family the group within which it is compared: {@code websocket}, {@code sse}, {@code
 *     stream}, {@code longpoll}, or {@value #RABBITMQ} for WebSocket through RabbitMQ
 * @param readers how to read from it
 */
record Target(String server, String protocol, String family, Protocol readers) {

  static final String BARE = "bare";
  static final String JOINED = "joined";
  static final String SOCKJS = "sockjs";
  static final String MILLRACE = "millrace";

  /** Millrace that knows clients by tokens. */
  static final String MILLRACE_JWT = "millrace-jwt";

  static final String WS = "ws";
  static final String SOCKETIO = "socketio";
  static final String NCHAN = "nchan";
  static final String NATS = "nats";

  static final String WEBSOCKET = "websocket";
  static final String SSE = "sse";
  static final String STREAM = "stream";
  static final String LONGPOLL = "longpoll";

  /** RabbitMQ alone, with its own STOMP over WebSocket. */
  static final String RABBITMQ = "rabbitmq";

  static final String MILLRACE_TOPIC = "millrace-topic";
  static final String MILLRACE_STREAM = "millrace-stream";

  /** The servers that use a RabbitMQ. */
  static final List<String> ON_RABBITMQ = List.of(RABBITMQ, MILLRACE_TOPIC, MILLRACE_STREAM);

  /** The servers that run on the class path of the harness. */
  static final List<String> ON_CLASS_PATH =
      Stream.concat(Stream.of(BARE, JOINED, SOCKJS, MILLRACE, MILLRACE_JWT), ON_RABBITMQ.stream())
          .toList();

  /** Returns the server with which its family is compared. */
  String baseline() {
    return family.equals(RABBITMQ) ? RABBITMQ : BARE;
  }

  /** Returns whether it is Millrace, with whichever broker. */
  boolean isMillrace() {
    return server.startsWith(MILLRACE);
  }

  /** The servers that are not written in Java; they are used if they are installed. */
  static final List<String> FOREIGN = List.of(WS, SOCKETIO, NCHAN, NATS);

  String name() {
    return server + "/" + protocol;
  }
}
