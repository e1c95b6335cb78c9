package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One reader. A subclass knows what to send and how to find the messages in what arrives.
 * Everything is called on the load client's thread.
 */
abstract class Connection {

  private static final byte[] NOTHING = {};

  /** Counts what all readers together have received. */
  final Tally tally;

  /** How many messages this reader has received since the tally began. */
  long count;

  /** Whether it reads nothing from its socket, so that nobody waits for it. */
  boolean slow;

  /** Whether it remembers the cursors that it receives. */
  boolean following;

  /** The cursor from which it resumes: the last one that it received, if it remembers them. */
  String cursor = "";

  private final Runnable whenReady;
  private SocketChannel channel;
  private byte[] rest = NOTHING;
  private boolean ready;
  private boolean headSeen;

  @SuppressWarnings("NullAway.Init") // The channel is set before anything else happens.
  Connection(Tally tally, Runnable whenReady) {
    this.tally = tally;
    this.whenReady = whenReady;
  }

  /** Returns the request that opens the connection. */
  abstract String opening();

  /** Called once that request has been sent. */
  void asked() {}

  /** Called once the head of the response has arrived. */
  void opened() {}

  /** Takes complete messages from what has arrived; the rest is passed again, with what follows. */
  abstract void parse(ByteBuffer in);

  final void connected(SocketChannel connected) throws IOException {
    channel = connected;
    write(ByteBuffer.wrap(opening().getBytes(StandardCharsets.US_ASCII)));
    asked();
  }

  /** Reads what has arrived. Returns false at the end. */
  final boolean read(ByteBuffer in) throws IOException {
    in.clear().put(rest);
    rest = NOTHING;
    if (channel.read(in) < 0) {
      return false;
    }
    in.flip();
    tally.tick();
    if (headSeen || !isStream()) {
      parse(in);
    } else {
      parseHead(in);
    }
    if (in.remaining() == in.capacity()) {
      throw new IOException("a frame is larger than the load client's buffer");
    }
    if (in.hasRemaining()) {
      rest = new byte[in.remaining()];
      in.get(rest);
    }
    return true;
  }

  private void parseHead(ByteBuffer in) throws IOException {
    int end = endOfHead(in);
    if (end < 0) {
      return;
    }
    String head = StandardCharsets.ISO_8859_1.decode(in.slice(in.position(), end)).toString();
    if (!head.startsWith("HTTP/1.1 101") && !head.startsWith("HTTP/1.1 200")) {
      throw new IOException("refused: " + head.lines().findFirst().orElse(""));
    }
    in.position(in.position() + end);
    headSeen = true;
    opened();
    parse(in);
  }

  /** Whether there is only one head, and everything after it is one stream. */
  boolean isStream() {
    return true;
  }

  /** Returns the length of a head with its blank line, or -1 if it is not complete. */
  static int endOfHead(ByteBuffer in) {
    for (int i = in.position() + 3; i < in.limit(); i++) {
      if (in.get(i) == '\n' && in.get(i - 1) == '\r' && in.get(i - 2) == '\n') {
        return i + 1 - in.position();
      }
    }
    return -1;
  }

  /** Called when it is subscribed: messages count from now on. */
  final void ready() {
    if (!ready) {
      ready = true;
      whenReady.run();
    }
  }

  final boolean isReady() {
    return ready;
  }

  final void write(ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes); // Requests are small: this does not spin.
      }
    } catch (IOException e) {
      tally.fault("write: " + e.getMessage());
    }
  }

  /** Counts a message whose payload ends before an index. */
  final void delivered(ByteBuffer in, int end) {
    int times = end - Payload.TIME_DIGITS;
    tally.delivered(
        this,
        number(in, times - Payload.ROUND_DIGITS, Payload.ROUND_DIGITS),
        number(in, times, Payload.TIME_DIGITS));
  }

  private static long number(ByteBuffer in, int from, int digits) {
    long value = 0;
    for (int i = from; i < from + digits; i++) {
      value = value * 10 + (in.get(i) - '0');
    }
    return value;
  }

  private static final byte[] DATA = "\"data\":\"".getBytes(StandardCharsets.US_ASCII);

  /**
   * Counts every payload in JSON of the form {@code "data":"…"}, and returns how many there are.
   */
  final int deliveredIn(ByteBuffer in, int from, int end) {
    int found = 0;
    for (int i = from; i + DATA.length + tally.size() < end; i++) {
      if (in.get(i) == '"' && isAt(in, i, DATA)) {
        i += DATA.length + tally.size();
        delivered(in, i);
        found++;
      }
    }
    return found;
  }

  private static final byte[] CURSOR = "\"cursor\":\"".getBytes(StandardCharsets.US_ASCII);

  /** Remembers the cursor in JSON, if there is one. */
  final void follow(ByteBuffer in, int from, int end) {
    follow(in, from, end, CURSOR, '"');
  }

  /** Remembers the text between a key and an end. */
  final void follow(ByteBuffer in, int from, int end, byte[] key, char last) {
    if (!following) {
      return;
    }
    for (int i = from; i + key.length < end; i++) {
      if (isAt(in, i, key)) {
        int begin = i + key.length;
        int length = 0;
        while (in.get(begin + length) != last) {
          length++;
        }
        cursor = text(in, begin, length);
        return;
      }
    }
  }

  private static boolean isAt(ByteBuffer in, int index, byte[] expected) {
    for (int i = 0; i < expected.length; i++) {
      if (in.get(index + i) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  static String text(ByteBuffer in, int from, int length) {
    byte[] bytes = new byte[length];
    in.get(from, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String get(String path, String... headers) {
    return head("GET " + path, headers) + "\r\n";
  }

  /**
   * Returns a request with a body.
   *
   * @param body the body, in ASCII
   */
  static String post(String path, String body, String... headers) {
    return head("POST " + path, headers)
        + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body);
  }

  private static String head(String start, String... headers) {
    StringBuilder head = new StringBuilder(start + " HTTP/1.1\r\nHost: localhost\r\n");
    Arrays.asList(headers).forEach(header -> head.append(header).append("\r\n"));
    return head.toString();
  }
}
