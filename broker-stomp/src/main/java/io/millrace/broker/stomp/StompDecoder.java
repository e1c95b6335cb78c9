package io.millrace.broker.stomp;

import io.millrace.spi.remote.BrokerException;
import io.millrace.spi.support.MessageHeaders;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads frames of STOMP 1.0, 1.1 and 1.2 from a stream of bytes that may be cut anywhere.
 *
 * <p>Lines end in LF or CR LF. Nothing is trimmed. If a header is repeated, the first one counts. A
 * body has as many bytes as {@code content-length} says, or ends at the first NUL. A body above the
 * limit is skipped, and its frame is delivered without it; so it costs no memory, and the
 * connection continues.
 *
 * <p>Bytes that are not STOMP are fatal, and so is a head above its limits. But the contents of a
 * MESSAGE may come from any program. So a header of a MESSAGE that cannot be read, or is one of too
 * many, is skipped if it is not needed. If it is needed, or if the length is wrong, the frame is
 * delivered with a description of the flaw. Either way the connection continues.
 *
 * <p>This is not vertx-stomp's {@code FrameParser}, which (in 5.0.7) throws an exception for {@code
 * content-length:0} and for a backslash in CONNECTED, does not unescape the names of headers, holds
 * a line of any length, and belongs to a client whose socket cannot be paused.
 *
 * <p>Not safe for use by several threads.
 */
final class StompDecoder implements Handler<Buffer> {

  static final int MAX_HEAD_BYTES = 512 << 10;
  static final int MAX_HEADERS = 1000;
  private static final int MAX_COMMAND = 32;

  /** The headers of a MESSAGE that are needed, however many it has. */
  private static final Set<String> NEEDED =
      Set.of(
          "subscription",
          "destination",
          "message-id",
          "ack",
          "x-stream-offset",
          "timestamp",
          StompFrame.CONTENT_LENGTH,
          MessageHeaders.CONTENT_TYPE,
          MessageHeaders.EVENT,
          MessageHeaders.KEY,
          MessageHeaders.PRIORITY,
          MessageHeaders.TIME,
          StompMessages.TYPE,
          StompMessages.NATIVE,
          StompMessages.AMQP_CONTENT_TYPE,
          StompMessages.ORIGINAL);

  private static final int MAX_NAME = 64;

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
  private String flaw = "";

  /** Whether the rest of the line is skipped. */
  private boolean skipping;

  /** How many bytes of a counted body have not arrived yet. */
  private long missing;

  /**
   * Makes a decoder.
   *
   * @param maxBodyBytes larger bodies are left out
   * @param frames gets the frames; heart-beats are not frames
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
   * Reads the next bytes.
   *
   * @throws BrokerException if this is not STOMP; nothing more may be read after that
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
    if (headBytes > MAX_HEAD_BYTES && !isMessage()) {
      throw new BrokerException("A frame's head has more than " + MAX_HEAD_BYTES + " bytes.");
    }
    if (!skipping) {
      line.appendBytes(bytes, from, end - from);
      if (line.length() > MAX_HEAD_BYTES) {
        passOver();
      }
    }
    if (end == bytes.length) {
      return end;
    }
    if (skipping) {
      skipping = false;
    } else {
      takeLine();
    }
    return end + 1;
  }

  private boolean isMessage() {
    return state == State.HEADERS && command.equals(StompFrame.MESSAGE);
  }

  /** Skips a message's header that is too long. */
  private void passOver() {
    String start = line.getString(0, MAX_NAME, StandardCharsets.UTF_8.name());
    if (NEEDED.contains(start.substring(0, Math.max(0, start.indexOf(':'))))) {
      flaw("One of its headers is too long.");
    }
    line = Buffer.buffer();
    skipping = true;
  }

  private void takeLine() {
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
    } else if (isMessage()) {
      takeForeign(text);
    } else {
      takeHeader(text);
    }
  }

  private void takeForeign(String text) {
    String name = text.substring(0, Math.max(0, text.indexOf(':')));
    boolean tooMany = headerCount >= MAX_HEADERS || headBytes > MAX_HEAD_BYTES;
    if (name.isEmpty() || (tooMany && !NEEDED.contains(name))) {
      return;
    }
    headerCount = Math.min(headerCount, MAX_HEADERS - 1);
    try {
      takeHeader(text);
    } catch (BrokerException unreadable) {
      if (NEEDED.contains(name) && !headers.containsKey(name)) {
        flaw("One of its headers cannot be read.");
      }
    }
  }

  private void takeCommand(String text) {
    if (text.isEmpty()) {
      headBytes = 0; // A heart-beat, or the end of line that may follow a frame.
      return;
    }
    if (text.length() > MAX_COMMAND || !text.chars().allMatch(c -> c >= 'A' && c <= 'Z')) {
      throw new BrokerException("The bytes received are not a STOMP command.");
    }
    command = text;
    state = State.HEADERS;
  }

  private void takeHeader(String text) {
    int colon = text.indexOf(':');
    if (colon < 1) {
      throw new BrokerException("A header has no name or no colon.");
    }
    if (++headerCount > MAX_HEADERS) {
      throw new BrokerException("A frame has more than " + MAX_HEADERS + " headers.");
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
    if (!length.matches("[0-9]{1,10}")) {
      flawed("Its content-length is not a number of bytes.");
      return;
    }
    missing = Long.parseLong(length);
    cut(missing > maxBodyBytes);
    state = missing == 0 ? State.END : State.COUNTED_BODY;
  }

  /** A MESSAGE with this flaw ends at the next NUL; for any other frame, it is fatal. */
  private void flawed(String why) {
    if (!command.equals(StompFrame.MESSAGE)) {
      throw new BrokerException(why);
    }
    flaw(why);
    state = State.OPEN_BODY;
  }

  /** Keeps the first flaw, because which others are seen depends on how the bytes are cut. */
  private void flaw(String why) {
    if (flaw.isEmpty()) {
      flaw = why;
    }
  }

  private void cut(boolean tooLarge) {
    if (tooLarge) {
      flaw("It is larger than maxMessageBytes.");
    }
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
      flawed("Its body is longer than its content-length.");
      return at;
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
    cut(body.length() + length > maxBodyBytes);
    if (!flaw.isEmpty()) {
      body = Buffer.buffer();
    } else {
      body.appendBytes(bytes, from, length);
    }
  }

  private void finish() {
    StompFrame frame = new StompFrame(command, headers, body, flaw);
    state = State.COMMAND;
    headBytes = 0;
    headers = new LinkedHashMap<>();
    headerCount = 0;
    body = Buffer.buffer();
    flaw = "";
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
