package io.millrace.broker.amqp;

/** Where an {@link AmqpBroker} takes messages from. */
public enum AmqpMode {
  /** Topics: live fan-out; each node numbers its own log. */
  TOPIC,

  /**
   * A stream that is the log of all nodes. Not available yet: the broker does not open, and the
   * error says what to use instead.
   */
  STREAM
}
