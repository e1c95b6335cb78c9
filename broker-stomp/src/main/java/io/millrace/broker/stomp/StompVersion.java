package io.millrace.broker.stomp;

import io.millrace.spi.remote.BrokerException;
import java.util.Optional;

/**
 * A version of STOMP, and how it escapes header names and values (STOMP 1.2, section "Value
 * Encoding"). Version 1.0 has no escapes, and 1.1 none for CR. CONNECT and CONNECTED are never
 * escaped, whatever the version.
 */
enum StompVersion {
  V1_0("1.0"),
  V1_1("1.1"),
  V1_2("1.2");

  private final String text;

  StompVersion(String text) {
    this.text = text;
  }

  /** The versions that a client offers: all of these. */
  static String accepted() {
    return V1_2 + "," + V1_1 + "," + V1_0;
  }

  static Optional<StompVersion> of(String text) {
    for (StompVersion version : values()) {
      if (version.text.equals(text)) {
        return Optional.of(version);
      }
    }
    return Optional.empty();
  }

  /**
   * Escapes a header's name or value.
   *
   * @throws IllegalArgumentException if this version cannot express it
   */
  String escape(String plain) {
    int length = plain.length();
    for (int i = 0; i < length; i++) {
      char c = plain.charAt(i);
      if (c == '\r' || c == '\n' || c == ':' || c == '\\' || c == 0) {
        return escape(plain, i);
      }
    }
    return plain;
  }

  private String escape(String plain, int from) {
    StringBuilder escaped = new StringBuilder(plain.length() + 8).append(plain, 0, from);
    for (int i = from; i < plain.length(); i++) {
      char c = plain.charAt(i);
      if (c == 0 || (c == '\r' && this != V1_2) || (c == '\n' && this == V1_0)) {
        throw new IllegalArgumentException("STOMP " + text + " cannot express this header.");
      }
      switch (this == V1_0 ? 0 : c) {
        case '\r' -> escaped.append("\\r");
        case '\n' -> escaped.append("\\n");
        case ':' -> escaped.append("\\c");
        case '\\' -> escaped.append("\\\\");
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /**
   * Reads a header's name or value.
   *
   * @throws BrokerException if it has an undefined escape, which is fatal
   */
  String unescape(String escaped) {
    int from = escaped.indexOf('\\');
    if (from < 0 || this == V1_0) {
      return escaped;
    }
    StringBuilder plain = new StringBuilder(escaped.length()).append(escaped, 0, from);
    for (int i = from; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      plain.append(c == '\\' ? unescape(++i < escaped.length() ? escaped.charAt(i) : ' ') : c);
    }
    return plain.toString();
  }

  private static char unescape(char c) {
    return switch (c) {
      case 'r' -> '\r';
      case 'n' -> '\n';
      case 'c' -> ':';
      case '\\' -> '\\';
      default -> throw new BrokerException("A header has an undefined escape.");
    };
  }

  /** {@return the version as it is sent} */
  @Override
  public String toString() {
    return text;
  }
}
