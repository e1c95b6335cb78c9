package io.millrace.core.http;

/** Checks the field {@code Host} (RFC 9110, section 7.2; RFC 3986, section 3.2). */
final class HostField {

  /** The characters of a name that are neither letters nor digits. */
  private static final String MARKS = "-._~!$&'()*+,;=";

  private HostField() {}

  /** Returns whether a value is a host, which may be empty, and perhaps a port. */
  static boolean isOne(String value) {
    int end = value.startsWith("[") ? afterLiteral(value) : afterName(value);
    if (end >= 0 && end < value.length() && value.charAt(end) == ':') {
      end++;
      while (end < value.length() && isDigit(value.charAt(end))) {
        end++;
      }
    }
    return end == value.length();
  }

  private static int afterName(String value) {
    int end = 0;
    while (end < value.length() && value.charAt(end) != ':') {
      char c = value.charAt(end);
      if (c == '%' && isHex(value, end + 1) && isHex(value, end + 2)) {
        end += 2;
      } else if (!isLetter(c) && !isDigit(c) && MARKS.indexOf(c) < 0) {
        return -1;
      }
      end++;
    }
    return end;
  }

  /** An address of IPv6, or of a future version. */
  private static int afterLiteral(String value) {
    int close = value.indexOf(']');
    for (int i = 1; i < close; i++) {
      char c = value.charAt(i);
      if (c != ':' && !isLetter(c) && !isDigit(c) && MARKS.indexOf(c) < 0) {
        return -1;
      }
    }
    return close > 1 ? close + 1 : -1;
  }

  private static boolean isHex(String value, int index) {
    return index < value.length() && Character.digit(value.charAt(index), 16) >= 0;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
