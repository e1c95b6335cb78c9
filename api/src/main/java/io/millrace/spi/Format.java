package io.millrace.spi;

import java.util.Locale;

/** How much of a message is sent. */
public enum Format {
  /** The payload alone, for clients without a library. */
  PLAIN,
  /** A JSON object with the channel, cursor, event, time and payload. */
  ENVELOPE;

  /** {@return the name in lower case, as in the query parameter {@code format}} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
