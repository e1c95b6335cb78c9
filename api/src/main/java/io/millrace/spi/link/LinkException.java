package io.millrace.spi.link;

/**
 * The server is to blame: it refuses what was asked of it, or does not speak the protocol. Asking
 * again would not help, so as the first thing that a node meets it fails the start.
 */
public class LinkException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * An exception.
   *
   * @param message what the server refuses, for whoever runs the node
   */
  public LinkException(String message) {
    super(message);
  }
}
