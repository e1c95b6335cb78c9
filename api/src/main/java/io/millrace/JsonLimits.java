package io.millrace;

/** Checks that JSON text is within the limits, whether or not it is JSON in other respects. */
final class JsonLimits {

  private final byte[] text;
  private int depth;

  private JsonLimits(byte[] text) {
    this.text = text;
  }

  static void check(byte[] text) {
    JsonLimits limits = new JsonLimits(text);
    int next = 0;
    while (next < text.length) {
      next = limits.after(next);
    }
  }

  /** Returns where the next token or white space begins. */
  private int after(int start) {
    byte first = text[start];
    if (first == '"') {
      return afterString(start);
    }
    if (isOfNumber(first)) {
      int end = start;
      while (end < text.length && isOfNumber(text[end])) {
        end++;
      }
      require(end - start <= JsonText.MOST_NUMBER, "a number", JsonText.MOST_NUMBER, "characters");
      return end;
    }
    if (first == '[' || first == '{') {
      require(++depth <= JsonText.MOST_DEPTH, "nesting", JsonText.MOST_DEPTH, "levels");
    } else if (first == ']' || first == '}') {
      depth--;
    }
    return start + 1;
  }

  private int afterString(int start) {
    int end = start + 1;
    while (end < text.length && text[end] != '"') {
      end += text[end] == '\\' ? 2 : 1;
    }
    int length = end - start - 1;
    require(length <= JsonText.MOST_STRING, "a string", JsonText.MOST_STRING, "bytes");
    if (length > JsonText.MOST_NAME) {
      int next = end + 1;
      while (next < text.length && text[next] <= ' ' && text[next] >= 0) {
        next++;
      }
      boolean name = next < text.length && text[next] == ':';
      require(!name, "a name", JsonText.MOST_NAME, "bytes");
    }
    return end + 1;
  }

  private static boolean isOfNumber(byte b) {
    return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
  }

  private static void require(boolean holds, String what, int most, String unit) {
    if (!holds) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          String.format(
              "In JSON, %s may have at most %,d %s. Shorten it, or send bytes.", what, most, unit));
    }
  }
}
