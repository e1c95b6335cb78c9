package io.millrace.transport.stream;

import io.millrace.spi.Framing;

/** The framing of HTTP streams. */
public final class StreamFramings {

  /** A JSON object on each line. */
  public static final Framing LINES = new StreamFraming();

  private StreamFramings() {}
}
