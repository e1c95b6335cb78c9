package io.millrace.spi.remote;

/**
 * The server is to blame: it refuses a request, or does not speak the protocol. Asking again would
 * not help, so if this is the first thing that happens, the start fails.
 */
public final class BrokerException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Servers may quote a whole message. */
  private static final int SHOWN = 500;

  /**
   * An exception.
   *
   * @param message what the server refuses, for the operator of the node; the part after 500
   *     characters is left out
   */
  public BrokerException(String message) {
    super(message.length() > SHOWN ? message.substring(0, SHOWN) + "…" : message);
  }
}
