package io.millrace.broker.stomp;

import io.millrace.MillraceException;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * Extracts the body from encoded sections of AMQP 1.0 (parts 1.2 and 3.2), if it is text or bytes.
 */
final class AmqpBody {

  private static final int DESCRIBED = 0x00;
  private static final int SMALL_ULONG = 0x53;

  // Descriptors of sections. Those from HEADER to APPLICATION_PROPERTIES, and FOOTER, are no body.
  private static final int HEADER = 0x70;
  private static final int APPLICATION_PROPERTIES = 0x74;
  private static final int DATA = 0x75;
  private static final int SEQUENCE = 0x76;
  private static final int VALUE = 0x77;
  private static final int FOOTER = 0x78;

  // Constructors of values.
  private static final int BINARY_8 = 0xA0;
  private static final int STRING_8 = 0xA1;
  private static final int BINARY_32 = 0xB0;
  private static final int STRING_32 = 0xB1;

  private static final int NONE = -1;
  private static final long BEYOND = Long.MAX_VALUE;

  private final Buffer encoded;
  private final Buffer body = Buffer.buffer();
  private int at;

  /** The descriptor of the body's sections. */
  private int kind = NONE;

  private boolean readable = true;
  private boolean text;

  private AmqpBody(Buffer encoded) {
    this.encoded = encoded;
  }

  /**
   * A decoded body.
   *
   * @param bytes the bytes of all data sections, of a binary value, or of a string in UTF-8
   * @param text whether it is a string; then the bytes are UTF-8, whatever the content type says
   */
  record Decoded(Buffer bytes, boolean text) {}

  /**
   * Decodes sections.
   *
   * @return the body; empty if the bytes are not whole sections, or no body is among them
   * @throws MillraceException if the body is a value of another type, or a sequence
   */
  static Optional<Decoded> decode(Buffer encoded) {
    AmqpBody decoder = new AmqpBody(encoded);
    while (decoder.at < encoded.length()) {
      if (!decoder.section()) {
        return Optional.empty();
      }
    }
    if (!decoder.readable) {
      throw unreadable();
    }
    return Optional.of(new Decoded(decoder.body, decoder.text))
        .filter(found -> decoder.kind != NONE);
  }

  /** {@return the exception for a message whose body is neither text nor bytes} */
  static MillraceException unreadable() {
    return new MillraceException(
        MillraceException.Code.BAD_REQUEST,
        "Its body is an AMQP 1.0 value that is neither text nor bytes. Send it as data.");
  }

  /** Reads a section. Returns false if there is none. */
  private boolean section() {
    int value = at + 3;
    long end = end(value);
    if (unsigned(at) != DESCRIBED || unsigned(at + 1) != SMALL_ULONG || end > encoded.length()) {
      return false;
    }
    int descriptor = unsigned(at + 2);
    at = (int) end;
    boolean isBody = descriptor >= DATA && descriptor <= VALUE;
    return isBody
        ? append(descriptor, value)
        : descriptor == FOOTER || (descriptor >= HEADER && descriptor <= APPLICATION_PROPERTIES);
  }

  /**
   * Adds a section of the body. Returns whether it is allowed: a value must be the only section.
   */
  private boolean append(int descriptor, int value) {
    if (kind != NONE && (kind != descriptor || kind == VALUE)) {
      return false;
    }
    kind = descriptor;
    int constructor = unsigned(value);
    text = kind == VALUE && (constructor == STRING_8 || constructor == STRING_32);
    if (descriptor == SEQUENCE) {
      readable = false;
    } else if (constructor == BINARY_8 || (text && constructor == STRING_8)) {
      body.appendBuffer(encoded, value + 2, at - value - 2);
    } else if (constructor == BINARY_32 || text) {
      body.appendBuffer(encoded, value + 5, at - value - 5);
    } else {
      readable = false;
    }
    return true;
  }

  /** The end of the value at an index; beyond the buffer if the value is cut off or unknown. */
  private long end(int start) {
    return switch (unsigned(start) >> 4) {
      case 0x4 -> start + 1;
      case 0x5 -> start + 2;
      case 0x6 -> start + 3;
      case 0x7 -> start + 5;
      case 0x8 -> start + 9;
      case 0x9 -> start + 17;
      case 0xA, 0xC, 0xE ->
          start + 2 <= encoded.length() ? start + 2L + unsigned(start + 1) : BEYOND;
      case 0xB, 0xD, 0xF ->
          start + 5 <= encoded.length() ? start + 5L + encoded.getUnsignedInt(start + 1) : BEYOND;
      default -> BEYOND;
    };
  }

  private int unsigned(int index) {
    return index < encoded.length() ? encoded.getUnsignedByte(index) : NONE;
  }
}
