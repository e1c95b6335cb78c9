package io.millrace.transport.websocket;

import io.vertx.core.buffer.Buffer;

/**
 * Checks UTF-8 (RFC 3629) as it arrives, in pieces that may be cut anywhere.
 *
 * <p>It refuses a piece at the first byte after which no text can be valid any more, as RFC 6455
 * section 8.1 allows. So a bad message is refused before it is complete. Not thread-safe.
 */
final class Utf8Validator {
  private static final long NON_ASCII = 0x8080808080808080L;

  /** How many continuation bytes the current character still needs. */
  private int needed;

  /** The range of the next continuation byte; narrower than 80..BF after E0, ED, F0 and F4. */
  private int lowest;

  private int highest;

  /** Whether the bytes accepted so far end with a complete character. */
  boolean complete() {
    return needed == 0;
  }

  /**
   * Takes the bytes from {@code start} to {@code end} (exclusive) of {@code buffer}.
   *
   * @return false if no text can begin with the bytes taken so far; no more bytes may be taken
   *     after that
   */
  boolean accept(Buffer buffer, int start, int end) {
    int position = start;
    while (position < end) {
      if (needed == 0) {
        position = skipAscii(buffer, position, end);
        if (position == end) {
          return true;
        }
      }
      if (!accept(buffer.getByte(position++) & 0xFF)) {
        return false;
      }
    }
    return true;
  }

  private static int skipAscii(Buffer buffer, int start, int end) {
    int position = start;
    while (position + Long.BYTES <= end && (buffer.getLong(position) & NON_ASCII) == 0) {
      position += Long.BYTES;
    }
    while (position < end && buffer.getByte(position) >= 0) {
      position++;
    }
    return position;
  }

  private boolean accept(int octet) {
    if (needed == 0) {
      return begin(octet);
    }
    boolean valid = octet >= lowest && octet <= highest;
    needed--;
    lowest = 0x80;
    highest = 0xBF;
    return valid;
  }

  /** The table of RFC 3629 section 4. */
  private boolean begin(int octet) {
    lowest = 0x80;
    highest = 0xBF;
    if (octet < 0x80) {
      return true;
    }
    if (octet >= 0xC2 && octet <= 0xDF) {
      needed = 1;
      return true;
    }
    if (octet >= 0xE0 && octet <= 0xEF) {
      needed = 2;
      if (octet == 0xE0) {
        lowest = 0xA0; // below is an overlong form
      } else if (octet == 0xED) {
        highest = 0x9F; // above is a surrogate
      }
      return true;
    }
    if (octet >= 0xF0 && octet <= 0xF4) {
      needed = 3;
      if (octet == 0xF0) {
        lowest = 0x90; // below is an overlong form
      } else if (octet == 0xF4) {
        highest = 0x8F; // above is beyond U+10FFFF
      }
      return true;
    }
    return false;
  }
}
