package io.millrace;

/** The characters and lengths of the names that travel in URLs, headers and frames. */
final class Names {

  private static final int MAX_EVENT_LENGTH = 64;
  private static final int MAX_KEY_LENGTH = 64;

  private Names() {}

  /** Returns whether a part of a text is {@code [A-Za-z0-9_-]+}. */
  static boolean isWord(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!isWordCharacter(text.charAt(i))) {
        return false;
      }
    }
    return from < to;
  }

  private static boolean isWordCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '-';
  }

  static String checkEvent(String event) {
    if (event.isEmpty() || event.length() > MAX_EVENT_LENGTH) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "An event has 1 to " + MAX_EVENT_LENGTH + " characters.");
    }
    if (event.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST, "An event has no CR, LF or NUL.");
    }
    // EventSource fires its own "open" and "error"; "millrace." marks what the server itself says.
    if (event.equals("open") || event.equals("error") || event.startsWith("millrace.")) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "The events \"open\", \"error\" and those beginning \"millrace.\" are reserved.");
    }
    return event;
  }

  static String checkKey(String key) {
    if (key.length() > MAX_KEY_LENGTH || !isWord(key, 0, key.length())) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "A key is 1 to " + MAX_KEY_LENGTH + " of [A-Za-z0-9_-].");
    }
    return key;
  }
}
