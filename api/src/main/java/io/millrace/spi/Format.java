package io.millrace.spi;

import java.util.Locale;

/** What of a message travels. */
public enum Format {
  /** The payload alone, for clients with no library. */
  PLAIN,
  /** A JSON object with the channel, cursor, event, time and payload. */
  ENVELOPE;

  /** {@return the name in lower case, as in the query parameter {@code format}} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
