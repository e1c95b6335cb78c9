package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/** A reader over WebSocket (RFC 6455): every data frame is one message, its payload at the end. */
class WebSocketConnection extends Connection {

  private static final int MASKED = 0x80;
  private static final int CONTROL = 0x08;
  private static final byte PING = (byte) 0x89;
  private static final byte PONG = (byte) 0x8A;

  private final String path;

  WebSocketConnection(Tally tally, Runnable whenReady, String path) {
    super(tally, whenReady);
    this.path = path;
  }

  String path() {
    return path;
  }

  /** Returns further header fields of the request. */
  String[] headers() {
    return new String[0];
  }

  /** Takes one data frame. */
  void frame(ByteBuffer in, int from, int length) {
    delivered(in, from + length);
  }

  @Override
  final String opening() {
    String fields = String.join("\r\n", headers());
    return get(
        path(),
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==" + (fields.isEmpty() ? "" : "\r\n" + fields));
  }

  @Override
  void opened() {
    ready();
  }

  @Override
  final void parse(ByteBuffer in) {
    while (in.remaining() >= 2) {
      int start = in.position();
      int length = in.get(start + 1) & 0x7F;
      int header = length < 126 ? 2 : length == 126 ? 4 : 10;
      if (in.remaining() < header) {
        return;
      }
      if (length == 126) {
        length = in.getShort(start + 2) & 0xFFFF;
      } else if (length == 127) {
        length = (int) in.getLong(start + 2);
      }
      if (in.remaining() < header + length) {
        return;
      }
      in.position(start + header + length);
      if ((in.get(start) & CONTROL) == 0) {
        frame(in, start + header, length);
      } else if (in.get(start) == PING) {
        write(ByteBuffer.allocate(6).put(PONG).put((byte) MASKED).putInt(0).flip());
      }
    }
  }

  /** Sends a text frame, masked with zeros. */
  final void send(String text) {
    byte[] payload = bytes(text);
    ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) 0x81);
    if (payload.length < 126) {
      frame.put((byte) (MASKED | payload.length));
    } else {
      frame.put((byte) (MASKED | 126)).putShort((short) payload.length);
    }
    write(frame.putInt(0).put(payload).flip());
  }
}
