package io.millrace.broker.amqp;

import io.millrace.spi.link.LinkException;

/** The broker refuses a request, and another attempt would not help. */
final class AmqpException extends LinkException {

  private static final long serialVersionUID = 1L;

  AmqpException(String message) {
    super(message);
  }
}
