package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Bytes that clients send. */
final class Requests {

  static final String MOUNT = "/live";
  static final String PUBLISH = MOUNT + "/publish";

  private static final int MASKED = 0x80;
  private static final int TEXT = 0x81;
  private static final int SHORT_LENGTH = 126;
  private static final int LONG_LENGTH = 127;
  private static final int MOST_SHORT = 0xffff;

  private Requests() {}

  /** Returns a request without a body. */
  static Buffer request(String method, String target, String... headers) {
    return Buffer.buffer(head(method, target, headers) + "\r\n");
  }

  /** Returns the lines of a request, without the empty one after them. */
  static String head(String method, String target, String... headers) {
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return head.toString();
  }

  /** Returns a request with JSON in its body. */
  static Buffer post(String target, String json) {
    return Buffer.buffer(postHead(target, json.length()) + "\r\n" + json);
  }

  /** Returns the lines of a request with JSON, without the empty one after them. */
  static String postHead(String target, int length) {
    return head("POST", target, "Content-Type: application/json", "Content-Length: " + length);
  }

  /** Returns the request for a WebSocket, with {@code millrace.v1} if it names no format. */
  static Buffer upgrade(String target) {
    String handshake =
        head(
            "GET",
            target,
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    String protocol = "Sec-WebSocket-Protocol: millrace.v1\r\n";
    return Buffer.buffer(handshake + (target.contains("format=") ? "" : protocol) + "\r\n");
  }

  /** Returns a text frame; its mask is zero, which is allowed. */
  static Buffer frame(String text) {
    return frameHead(text.length()).appendBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Returns the beginning of a text frame. */
  static Buffer frameHead(int length) {
    Buffer head = Buffer.buffer().appendByte((byte) TEXT);
    if (length < SHORT_LENGTH) {
      head.appendByte((byte) (MASKED | length));
    } else if (length <= MOST_SHORT) {
      head.appendByte((byte) (MASKED | SHORT_LENGTH)).appendUnsignedShort(length);
    } else {
      head.appendByte((byte) (MASKED | LONG_LENGTH)).appendLong(length);
    }
    return head.appendInt(0);
  }

  /** Returns a list of JSON strings. */
  static String list(IntStream numbers, java.util.function.IntFunction<String> name) {
    return numbers
        .mapToObj(n -> '"' + name.apply(n) + '"')
        .collect(Collectors.joining(",", "[", "]"));
  }

  /** Returns a name of {@code 2 * pairs} characters; all have the same hash code. */
  static String equalHash(int number, int pairs) {
    StringBuilder name = new StringBuilder();
    for (int pair = 0; pair < pairs; pair++) {
      name.append((number >> pair & 1) == 0 ? "Aa" : "BB");
    }
    return name.toString();
  }
}
