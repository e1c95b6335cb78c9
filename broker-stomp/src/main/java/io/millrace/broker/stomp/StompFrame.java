package io.millrace.broker.stomp;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * A frame of STOMP (1.2, section "STOMP Frames").
 *
 * @param command the command
 * @param headers its headers, unescaped; if one is repeated, the first
 * @param body its body; empty if it has none
 * @param flaw a sentence that says why the frame cannot be used; empty if it can
 */
record StompFrame(String command, Map<String, String> headers, Buffer body, String flaw) {

  static final String MESSAGE = "MESSAGE";

  static final String CONNECT = "CONNECT";
  static final String CONNECTED = "CONNECTED";
  static final String CONTENT_LENGTH = "content-length";

  StompFrame(String command, Map<String, String> headers, Buffer body) {
    this(command, headers, body, "");
  }

  StompFrame(String command, Map<String, String> headers) {
    this(command, headers, Buffer.buffer());
  }

  boolean isFlawed() {
    return !flaw.isEmpty();
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** Returns whether the headers of a command are sent without escapes. */
  static boolean isPlain(String command) {
    return command.equals(CONNECT) || command.equals(CONNECTED);
  }

  /**
   * Encodes the frame. A body gets a {@code content-length}, unless it is empty, because some peers
   * cannot read {@code content-length:0}.
   *
   * @throws IllegalArgumentException if the version cannot express a header
   */
  Buffer encode(StompVersion version) {
    boolean plain = isPlain(command);
    StringBuilder head = new StringBuilder(256).append(command).append('\n');
    headers.forEach(
        (name, value) ->
            head.append(plain ? name : version.escape(name))
                .append(':')
                .append(plain ? value : version.escape(value))
                .append('\n'));
    if (body.length() > 0) {
      head.append(CONTENT_LENGTH).append(':').append(body.length()).append('\n');
    }
    byte[] start = head.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    return Buffer.buffer(start.length + body.length() + 1)
        .appendBytes(start)
        .appendBuffer(body)
        .appendByte((byte) 0);
  }
}
