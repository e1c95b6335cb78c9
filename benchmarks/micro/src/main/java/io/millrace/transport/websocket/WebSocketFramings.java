package io.millrace.transport.websocket;

import io.millrace.spi.Framing;

/** The framings of WebSockets. */
public final class WebSocketFramings {

  /** Payloads only. */
  public static final Framing PLAIN = new PlainFraming();

  /** The subprotocol {@code millrace.v1}. */
  public static final Framing ENVELOPE = new EnvelopeFraming();

  private WebSocketFramings() {}
}
