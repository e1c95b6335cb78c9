package io.millrace.broker.stomp;

import io.millrace.spi.link.BrokerException;

/** The peer does not speak STOMP, or refuses a request; the link cannot continue. */
final class StompException extends BrokerException {

  private static final long serialVersionUID = 1L;

  StompException(String message) {
    super(message);
  }
}
