package io.millrace.acceptance;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;

/** Frames that a client of HTTP/2 sends (RFC 9113), with heads that need no table (RFC 7541). */
final class Http2Bytes {

  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int END_HEADERS = 4;
  private static final int END_STREAM_AND_HEADERS = 5;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int GET = 0x82;
  private static final int HTTP = 0x86;
  private static final int AUTHORITY = 1;
  private static final int PATH = 4;

  private Http2Bytes() {}

  /** Returns what opens a connection. */
  static byte[] opening() {
    return opening(new byte[0]);
  }

  /** Returns what opens a connection on which the server may send no data. */
  static byte[] openingWithoutWindow() {
    return opening(new byte[] {0, INITIAL_WINDOW_SIZE, 0, 0, 0, 0});
  }

  private static byte[] opening(byte[] settings) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
    frame(out, SETTINGS, 0, 0, settings);
    return out.toByteArray();
  }

  /** Returns a request. */
  static byte[] get(int stream, String target) {
    return get(stream, target, END_STREAM_AND_HEADERS);
  }

  /** Returns a request whose stream the client keeps open. */
  static byte[] unendedGet(int stream, String target) {
    return get(stream, target, END_HEADERS);
  }

  private static byte[] get(int stream, String target, int flags) {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    head.write(GET);
    head.write(HTTP);
    text(head, PATH, target);
    text(head, AUTHORITY, "localhost");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    frame(out, HEADERS, flags, stream, head.toByteArray());
    return out.toByteArray();
  }

  /** A field whose name is in the static table, with a value of at most 126 characters. */
  private static void text(ByteArrayOutputStream head, int name, String value) {
    head.write(name);
    head.write(value.length());
    head.writeBytes(value.getBytes(US_ASCII));
  }

  private static void frame(
      ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload) {
    out.write(payload.length >> 16);
    out.write(payload.length >> 8);
    out.write(payload.length);
    out.write(type);
    out.write(flags);
    out.write(stream >> 24);
    out.write(stream >> 16);
    out.write(stream >> 8);
    out.write(stream);
    out.writeBytes(payload);
  }
}
