package io.millrace.broker.amqp;

import io.millrace.spi.link.BrokerException;

/** The broker refuses a request, and another attempt would not help. */
final class AmqpException extends BrokerException {

  private static final long serialVersionUID = 1L;

  AmqpException(String message) {
    super(message);
  }
}
