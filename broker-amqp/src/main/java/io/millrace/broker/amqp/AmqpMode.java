package io.millrace.broker.amqp;

/** What an {@link AmqpBroker} takes messages from. */
public enum AmqpMode {
  /** Topics: live fan-out, each node numbers its own log. */
  TOPIC,

  /**
   * A stream that is the log of all nodes. Not offered yet: the broker fails to open and says what
   * to use instead.
   */
  STREAM
}
