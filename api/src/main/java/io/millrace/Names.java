package io.millrace;

import java.util.HexFormat;

/** The characters and lengths of the names that are sent in URLs, headers and frames. */
final class Names {

  private static final int MAX_EVENT_LENGTH = 64;
  private static final int MAX_KEY_LENGTH = 64;
  private static final int MAX_USER_LENGTH = 200;
  private static final int MIN_CLIENT_ID_LENGTH = 8;
  private static final int MAX_CLIENT_ID_LENGTH = 64;

  /** The hex digits of one UTF-16 code unit. */
  private static final int ESCAPE_LENGTH = 4;

  private static final HexFormat HEX = HexFormat.of();

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
    return isPlain(c) || c == '_';
  }

  /** Returns whether a character stays as it is in a segment that was made from a text. */
  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  }

  static String encodeSegment(String text) {
    if (text.isEmpty()) {
      return "_";
    }
    StringBuilder segment = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isPlain(c)) {
        segment.append(c);
      } else {
        segment.append('_').append(HEX.toHexDigits(c));
      }
    }
    return segment.toString();
  }

  static String decodeSegment(String segment) {
    if (segment.equals("_")) {
      return "";
    }
    StringBuilder text = new StringBuilder(segment.length());
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      boolean escape = c == '_' && areHex(segment, i + 1, i + 1 + ESCAPE_LENGTH);
      text.append(
          escape ? (char) HexFormat.fromHexDigits(segment, i + 1, i + 1 + ESCAPE_LENGTH) : c);
      i += escape ? ESCAPE_LENGTH : 0;
    }
    if (!encodeSegment(text.toString()).equals(segment)) {
      throw new IllegalArgumentException(
          "Not a segment that Channel.encodeSegment makes: \"" + segment + "\"");
    }
    return text.toString();
  }

  private static boolean areHex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (i >= text.length() || !HexFormat.isHexDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static String checkEvent(String event) {
    if (event.isEmpty() || event.length() > MAX_EVENT_LENGTH) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "An event must have 1 to " + MAX_EVENT_LENGTH + " characters.");
    }
    if (event.codePoints().anyMatch(Names::isForbiddenInEvents)) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "An event must not contain CR, LF, NUL or an unpaired surrogate.");
    }
    // EventSource fires its own "open" and "error"; "millrace." marks the server's own signals.
    if (event.equals("open") || event.equals("error") || event.startsWith("millrace.")) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "The events \"open\", \"error\" and those that begin with \"millrace.\" are reserved.");
    }
    return event;
  }

  /**
   * An unpaired surrogate is not a character: UTF-8 cannot carry it to other nodes, nor into an SSE
   * frame.
   */
  private static boolean isForbiddenInEvents(int c) {
    return c == '\r'
        || c == '\n'
        || c == 0
        || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  static String checkKey(String key) {
    if (key.length() > MAX_KEY_LENGTH || !isWord(key, 0, key.length())) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "A key must be 1 to " + MAX_KEY_LENGTH + " characters of [A-Za-z0-9_-].");
    }
    return key;
  }

  static String checkUser(String user) {
    boolean allowed =
        !user.isEmpty()
            && user.length() <= MAX_USER_LENGTH
            && user.codePoints().noneMatch(Names::isForbiddenInUsers);
    if (!allowed) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "A user must have 1 to "
              + MAX_USER_LENGTH
              + " characters, without control characters and unpaired surrogates.");
    }
    return user;
  }

  /** Users are written to logs. */
  private static boolean isForbiddenInUsers(int c) {
    return Character.isISOControl(c) || isForbiddenInEvents(c);
  }

  static String checkClientId(String id) {
    boolean allowed =
        id.length() >= MIN_CLIENT_ID_LENGTH
            && id.length() <= MAX_CLIENT_ID_LENGTH
            && isWord(id, 0, id.length());
    if (!allowed) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "A client's id must be "
              + MIN_CLIENT_ID_LENGTH
              + " to "
              + MAX_CLIENT_ID_LENGTH
              + " characters of [A-Za-z0-9_-].");
    }
    return id;
  }

  static String checkReplaces(String value) {
    if (value.length() > MAX_KEY_LENGTH || !isWord(value, 0, value.length())) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "The field replaces must be 1 to " + MAX_KEY_LENGTH + " characters of [A-Za-z0-9_-].");
    }
    return value;
  }
}
