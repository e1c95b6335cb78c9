package io.millrace.broker.amqp;

/** The broker refuses what was asked of it; asking again would not help. */
final class AmqpException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  AmqpException(String message) {
    super(message);
  }
}
