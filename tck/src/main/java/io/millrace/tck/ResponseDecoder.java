package io.millrace.tck;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Removes HTTP's framing from a response (RFC 9112), however it is cut into pieces. */
final class ResponseDecoder {

  private enum State {
    HEAD,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILERS,
    LENGTH,
    UNTIL_CLOSE,
    COMPLETE
  }

  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ?.*");

  private final boolean head;
  private Buffer pending = Buffer.buffer();
  private State state = State.HEAD;
  private String headers = "";
  private int status;
  private long remaining;

  ResponseDecoder(boolean head) {
    this.head = head;
  }

  /** Returns the bytes of the body that are in these bytes. */
  Buffer decode(byte[] bytes) {
    pending = pending.appendBytes(bytes);
    Buffer body = Buffer.buffer();
    while (step(body)) {
      // Each step consumes something.
    }
    return body;
  }

  private boolean step(Buffer body) {
    return switch (state) {
      case HEAD -> readHead();
      case CHUNK_SIZE -> readChunkSize();
      case CHUNK -> readBody(body, State.CHUNK_END);
      case CHUNK_END -> line().map(line -> enter(State.CHUNK_SIZE)).orElse(false);
      case TRAILERS ->
          line().map(line -> enter(line.isEmpty() ? State.COMPLETE : State.TRAILERS)).orElse(false);
      case LENGTH -> readBody(body, State.COMPLETE);
      case UNTIL_CLOSE -> {
        remaining = pending.length();
        yield readBody(body, State.UNTIL_CLOSE);
      }
      case COMPLETE -> false;
    };
  }

  private boolean enter(State next) {
    state = next;
    return true;
  }

  private boolean readHead() {
    int end = indexOf("\r\n\r\n");
    if (end < 0) {
      return false;
    }
    headers = take(end + 4).toString(StandardCharsets.ISO_8859_1);
    Matcher matcher = STATUS.matcher(headers.lines().findFirst().orElse(""));
    if (!matcher.matches()) {
      throw new AssertionError("Not an HTTP/1.1 response: " + headers);
    }
    status = Integer.parseInt(matcher.group(1));
    if (status == 101) {
      return enter(State.UNTIL_CLOSE);
    }
    if (head || status == 204 || status == 304) {
      return enter(State.COMPLETE);
    }
    if (header("transfer-encoding").isPresent()) {
      return enter(State.CHUNK_SIZE);
    }
    remaining = header("content-length").map(Long::parseLong).orElse(-1L);
    return enter(
        remaining < 0 ? State.UNTIL_CLOSE : remaining == 0 ? State.COMPLETE : State.LENGTH);
  }

  private boolean readChunkSize() {
    Optional<String> line = line();
    if (line.isEmpty()) {
      return false;
    }
    remaining = Long.parseLong(line.get(), 16);
    return enter(remaining == 0 ? State.TRAILERS : State.CHUNK);
  }

  private boolean readBody(Buffer body, State after) {
    int length = (int) Math.min(remaining, pending.length());
    if (length == 0) {
      return false;
    }
    body.appendBuffer(take(length));
    remaining -= length;
    if (remaining == 0) {
      state = after;
    }
    return true;
  }

  private Optional<String> line() {
    int end = indexOf("\r\n");
    return end < 0 ? Optional.empty() : Optional.of(take(end + 2).getString(0, end));
  }

  private int indexOf(String text) {
    byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i + wanted.length <= pending.length(); i++) {
      int j = 0;
      while (j < wanted.length && pending.getByte(i + j) == wanted[j]) {
        j++;
      }
      if (j == wanted.length) {
        return i;
      }
    }
    return -1;
  }

  private Buffer take(int length) {
    Buffer taken = pending.getBuffer(0, length);
    pending = pending.getBuffer(length, pending.length());
    return taken;
  }

  boolean hasHead() {
    return state != State.HEAD;
  }

  /** Whether the body has come to its proper end. */
  boolean complete() {
    return state == State.COMPLETE;
  }

  int status() {
    return status;
  }

  Optional<String> header(String name) {
    String prefix = name.toLowerCase(Locale.ROOT) + ":";
    return headers
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
        .map(line -> line.substring(prefix.length()).strip())
        .findFirst();
  }
}
