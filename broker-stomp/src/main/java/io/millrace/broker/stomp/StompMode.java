package io.millrace.broker.stomp;

/** The ways to use a broker. */
public enum StompMode {
  /**
   * Live fan-out by topics, on every broker. Each node numbers its own log: a client that comes to
   * another node is told a gap, and what was published while the link was down is lost, and told.
   */
  TOPIC,

  /**
   * A stream of RabbitMQ that all nodes read. Its offsets are the log's sequence: a client can
   * continue on every node, also after all have been restarted, and an outage loses nothing.
   */
  STREAM
}
