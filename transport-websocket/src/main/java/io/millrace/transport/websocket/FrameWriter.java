package io.millrace.transport.websocket;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/**
 * A server's frames (RFC 6455 section 5.2): final, unmasked, without extensions.
 *
 * <p>The returned buffers contain nothing that is specific to a recipient, so they may be written
 * to any number of connections, as long as nobody changes them. Lengths are in bytes, and encoded
 * in the fewest octets.
 */
final class FrameWriter {
  /** The maximum payload of a control frame, in bytes, section 5.5. */
  static final int MAX_CONTROL = 125;

  /** A ping without a payload. */
  static final Buffer PING = ping(Buffer.buffer());

  private static final int FINAL = 0x80;
  private static final int CODE_BYTES = 2;

  private FrameWriter() {}

  /** A text message. {@code utf8} must be valid UTF-8; it is copied, not checked. */
  static Buffer text(Buffer utf8) {
    return frame(Opcode.TEXT, utf8);
  }

  /** A binary message. The payload is copied. */
  static Buffer binary(Buffer payload) {
    return frame(Opcode.BINARY, payload);
  }

  /**
   * A ping.
   *
   * @throws IllegalArgumentException if the payload has more than {@value #MAX_CONTROL} bytes
   */
  static Buffer ping(Buffer payload) {
    return control(Opcode.PING, payload);
  }

  /**
   * A pong.
   *
   * @throws IllegalArgumentException if the payload has more than {@value #MAX_CONTROL} bytes
   */
  static Buffer pong(Buffer payload) {
    return control(Opcode.PONG, payload);
  }

  /** A Close frame without a code; its receiver sees 1005. */
  static Buffer close() {
    return control(Opcode.CLOSE, Buffer.buffer());
  }

  /**
   * A Close frame.
   *
   * @param reason the reason; cut to 123 bytes of UTF-8, between characters
   * @throws IllegalArgumentException if the code must not be sent (1005, 1006, 1015 and all
   *     undefined codes), section 7.4
   */
  static Buffer close(int code, String reason) {
    if (!CloseCode.mayTravel(code)) {
      throw new IllegalArgumentException("a close frame must not have this code: " + code);
    }
    byte[] utf8 = reason.getBytes(StandardCharsets.UTF_8);
    Buffer payload =
        Buffer.buffer(CODE_BYTES + utf8.length)
            .appendUnsignedShort(code)
            .appendBytes(utf8, 0, cut(utf8, MAX_CONTROL - CODE_BYTES));
    return control(Opcode.CLOSE, payload);
  }

  /**
   * The header of a message with this many bytes of payload, to join headers and payloads in one
   * buffer.
   *
   * @param opcode {@link Opcode#TEXT} or {@link Opcode#BINARY}
   */
  static Buffer header(int opcode, int length) {
    return appendHeader(Buffer.buffer(10), opcode, length);
  }

  /** How many bytes of text fit into {@code limit} without cutting a character. */
  private static int cut(byte[] utf8, int limit) {
    if (utf8.length <= limit) {
      return utf8.length;
    }
    int end = limit;
    while ((utf8[end] & 0xC0) == 0x80) {
      end--;
    }
    return end;
  }

  private static Buffer control(int opcode, Buffer payload) {
    if (payload.length() > MAX_CONTROL) {
      throw new IllegalArgumentException(
          "a control frame's payload has at most 125 bytes: " + payload.length());
    }
    return frame(opcode, payload);
  }

  private static Buffer frame(int opcode, Buffer payload) {
    Buffer frame = Buffer.buffer(10 + payload.length());
    return appendHeader(frame, opcode, payload.length()).appendBuffer(payload);
  }

  private static Buffer appendHeader(Buffer frame, int opcode, int length) {
    frame.appendByte((byte) (FINAL | opcode));
    if (length <= MAX_CONTROL) {
      return frame.appendByte((byte) length);
    }
    if (length <= 0xFFFF) {
      return frame.appendByte((byte) 126).appendUnsignedShort(length);
    }
    return frame.appendByte((byte) 127).appendLong(length);
  }
}
