package io.millrace.broker.stomp;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads frames of STOMP 1.0, 1.1 and 1.2 from a stream of bytes, however it is cut.
 *
 * <p>Lines end in LF or CR LF. Nothing is trimmed. Of headers repeated the first counts. A body has
 * as many bytes as {@code content-length} says, or ends at the first NUL. A body above the limit is
 * read over and its frame comes without it: so it costs no memory, and the link goes on. A head
 * above its limits is fatal, as is everything that is no STOMP.
 *
 * <p>This is not vertx-stomp's {@code FrameParser}, which (in 5.0.7) throws at {@code
 * content-length:0} and at a backslash in CONNECTED, does not unescape the names of headers, holds
 * a line of any length, and belongs to a client whose socket cannot be paused.
 *
 * <p>Not safe for use by several threads.
 */
final class StompDecoder implements Handler<Buffer> {

  static final int MAX_HEAD_BYTES = 512 << 10;
  static final int MAX_HEADERS = 1000;
  private static final int MAX_COMMAND = 32;

  private enum State {
    COMMAND,
    HEADERS,
    COUNTED_BODY,
    END,
    OPEN_BODY
  }

  private final int maxBodyBytes;
  private final Handler<StompFrame> frames;
  private StompVersion version = StompVersion.V1_2;
  private State state = State.COMMAND;
  private Buffer line = Buffer.buffer();
  private int headBytes;
  private String command = "";
  private Map<String, String> headers = new LinkedHashMap<>();
  private int headerCount;
  private Buffer body = Buffer.buffer();
  private boolean cut;

  /** How much of a counted body is still to come. */
  private long missing;

  /**
   * A decoder.
   *
   * @param maxBodyBytes above this, bodies are left out
   * @param frames gets the frames; heart-beats are none
   */
  StompDecoder(int maxBodyBytes, Handler<StompFrame> frames) {
    this.maxBodyBytes = maxBodyBytes;
    this.frames = frames;
  }

  /** Sets how headers are unescaped from the next frame on. */
  void setVersion(StompVersion agreed) {
    version = agreed;
  }

  /**
   * Reads on.
   *
   * @throws StompException if this cannot be STOMP; nothing more may be read then
   */
  @Override
  public void handle(Buffer chunk) {
    byte[] bytes = chunk.getBytes();
    int at = 0;
    while (at < bytes.length) {
      at =
          switch (state) {
            case COMMAND, HEADERS -> readLine(bytes, at);
            case COUNTED_BODY -> readCounted(bytes, at);
            case END -> readEnd(bytes, at);
            case OPEN_BODY -> readOpen(bytes, at);
          };
    }
  }

  private int readLine(byte[] bytes, int from) {
    int end = find((byte) '\n', bytes, from);
    headBytes += end - from;
    if (headBytes > MAX_HEAD_BYTES) {
      throw new StompException("A frame's head has more than " + MAX_HEAD_BYTES + " bytes.");
    }
    line.appendBytes(bytes, from, end - from);
    if (end == bytes.length) {
      return end;
    }
    int length = line.length();
    if (length > 0 && line.getByte(length - 1) == '\r') {
      length--;
    }
    String text = line.getString(0, length, StandardCharsets.UTF_8.name());
    line = Buffer.buffer();
    if (state == State.COMMAND) {
      takeCommand(text);
    } else if (text.isEmpty()) {
      beginBody();
    } else {
      takeHeader(text);
    }
    return end + 1;
  }

  private void takeCommand(String text) {
    if (text.isEmpty()) {
      headBytes = 0; // A heart-beat, or the end of line that may follow a frame.
      return;
    }
    if (text.length() > MAX_COMMAND || !text.chars().allMatch(c -> c >= 'A' && c <= 'Z')) {
      throw new StompException("What came is not a STOMP command.");
    }
    command = text;
    state = State.HEADERS;
  }

  private void takeHeader(String text) {
    int colon = text.indexOf(':');
    if (colon < 1) {
      throw new StompException("A header has no name or no colon.");
    }
    if (++headerCount > MAX_HEADERS) {
      throw new StompException("A frame has more than " + MAX_HEADERS + " headers.");
    }
    String name = text.substring(0, colon);
    String value = text.substring(colon + 1);
    boolean plain = StompFrame.isPlain(command);
    headers.putIfAbsent(
        plain ? name : version.unescape(name), plain ? value : version.unescape(value));
  }

  private void beginBody() {
    String length = headers.get(StompFrame.CONTENT_LENGTH);
    if (length == null) {
      state = State.OPEN_BODY;
      return;
    }
    if (!length.matches("[0-9]{1,18}")) {
      throw new StompException("A frame's content-length is not a number.");
    }
    missing = Long.parseLong(length);
    cut = missing > maxBodyBytes;
    state = missing == 0 ? State.END : State.COUNTED_BODY;
  }

  private int readCounted(byte[] bytes, int from) {
    int length = (int) Math.min(missing, bytes.length - from);
    take(bytes, from, length);
    missing -= length;
    if (missing == 0) {
      state = State.END;
    }
    return from + length;
  }

  private int readEnd(byte[] bytes, int at) {
    if (bytes[at] != 0) {
      throw new StompException("A body is longer than its content-length.");
    }
    finish();
    return at + 1;
  }

  private int readOpen(byte[] bytes, int from) {
    int end = find((byte) 0, bytes, from);
    take(bytes, from, end - from);
    if (end == bytes.length) {
      return end;
    }
    finish();
    return end + 1;
  }

  private void take(byte[] bytes, int from, int length) {
    cut |= body.length() + length > maxBodyBytes;
    if (cut) {
      body = Buffer.buffer();
    } else {
      body.appendBytes(bytes, from, length);
    }
  }

  private void finish() {
    StompFrame frame = new StompFrame(command, headers, body, cut);
    state = State.COMMAND;
    headBytes = 0;
    headers = new LinkedHashMap<>();
    headerCount = 0;
    body = Buffer.buffer();
    cut = false;
    frames.handle(frame);
  }

  private static int find(byte wanted, byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length && bytes[at] != wanted) {
      at++;
    }
    return at;
  }
}
