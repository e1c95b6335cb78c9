package io.millrace.transport.websocket;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/** A frame as a client sends it, valid or not. */
record ClientFrame(
    boolean last, int reserved, int opcode, boolean masked, int mask, Buffer payload) {

  static ClientFrame frame(int opcode, Buffer payload) {
    return new ClientFrame(true, 0, opcode, true, 0x37FA213D, payload);
  }

  static ClientFrame text(String text) {
    return frame(Opcode.TEXT, Buffer.buffer(text));
  }

  static ClientFrame binary(byte... payload) {
    return frame(Opcode.BINARY, Buffer.buffer(payload));
  }

  static ClientFrame continuation(String text) {
    return frame(Opcode.CONTINUATION, Buffer.buffer(text));
  }

  static ClientFrame ping(String text) {
    return frame(Opcode.PING, Buffer.buffer(text));
  }

  static ClientFrame close(int code, String reason) {
    byte[] utf8 = reason.getBytes(StandardCharsets.UTF_8);
    return frame(Opcode.CLOSE, Buffer.buffer().appendUnsignedShort(code).appendBytes(utf8));
  }

  /** The same frame, of a message that continues in the next one. */
  ClientFrame more() {
    return new ClientFrame(false, reserved, opcode, masked, mask, payload);
  }

  ClientFrame reserved(int bits) {
    return new ClientFrame(last, bits, opcode, masked, mask, payload);
  }

  ClientFrame masked(int key) {
    return new ClientFrame(last, reserved, opcode, true, key, payload);
  }

  ClientFrame unmasked() {
    return new ClientFrame(last, reserved, opcode, false, 0, payload);
  }

  /** The bytes on the wire, with the length in as few octets as possible. */
  Buffer bytes() {
    int length = payload.length();
    return bytes(length <= 125 ? 0 : length <= 0xFFFF ? 2 : 8);
  }

  /** The bytes on the wire, with the length in 0, 2 or 8 extra octets. */
  Buffer bytes(int lengthOctets) {
    Buffer frame = header(lengthOctets, payload.length());
    for (int i = 0; i < payload.length(); i++) {
      frame.appendByte((byte) (payload.getByte(i) ^ mask >>> (24 - i % 4 * 8)));
    }
    return frame;
  }

  /** The header alone, announcing any length. */
  Buffer header(int lengthOctets, long length) {
    Buffer header = Buffer.buffer();
    header.appendByte((byte) ((last ? 0x80 : 0) | reserved << 4 | opcode));
    int flag = masked ? 0x80 : 0;
    switch (lengthOctets) {
      case 0 -> header.appendByte((byte) (flag | (int) length));
      case 2 -> header.appendByte((byte) (flag | 126)).appendUnsignedShort((int) length);
      default -> header.appendByte((byte) (flag | 127)).appendLong(length);
    }
    return masked ? header.appendInt(mask) : header;
  }

  static Buffer bytes(ClientFrame... frames) {
    Buffer all = Buffer.buffer();
    for (ClientFrame frame : frames) {
      all.appendBuffer(frame.bytes());
    }
    return all;
  }
}
