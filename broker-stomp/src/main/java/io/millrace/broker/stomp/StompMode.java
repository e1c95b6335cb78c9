package io.millrace.broker.stomp;

/** The ways to use a broker. */
public enum StompMode {
  /**
   * Live fan-out by topics, on every broker. Each node numbers its own log, so a client that
   * connects to another node receives a gap notice. Messages that are published while the
   * connection is down are lost, and readers receive a gap notice.
   */
  TOPIC,

  /**
   * A stream of RabbitMQ that all nodes read. Its offsets are the log's sequence, so a client can
   * continue on every node, even after all of them were restarted, and an outage loses nothing.
   */
  STREAM
}
