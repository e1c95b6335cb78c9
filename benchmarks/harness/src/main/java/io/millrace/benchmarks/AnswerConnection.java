package io.millrace.benchmarks;

import java.nio.ByteBuffer;
import java.util.Locale;

/** A reader that sends a request whenever the one before has been answered. */
abstract class AnswerConnection extends Connection {

  private static final int HEX = 16;
  private static final int LINE_END = "\r\n".length();

  AnswerConnection(Tally tally, Runnable whenReady) {
    super(tally, whenReady);
  }

  /** Takes an answer, whose body is between two indices, and sends the next request. */
  abstract void answered(String head, ByteBuffer in, int from, int end);

  @Override
  final boolean isStream() {
    return false;
  }

  @Override
  final void parse(ByteBuffer in) {
    int headLength = endOfHead(in);
    if (headLength < 0) {
      return;
    }
    String head = text(in, in.position(), headLength);
    if (!head.startsWith("HTTP/1.1 200")) {
      refused(head, in);
      return;
    }
    int body = in.position() + headLength;
    String length = field(head, "content-length");
    if (!length.isEmpty()) {
      whole(head, in, body, body + Integer.parseInt(length));
    } else if (field(head, "transfer-encoding").equalsIgnoreCase("chunked")) {
      chunked(head, in, body);
    } else {
      refused(head, in);
    }
  }

  private void whole(String head, ByteBuffer in, int body, int end) {
    if (in.limit() >= end) {
      in.position(end);
      answered(head, in, body, end);
    }
  }

  private void refused(String head, ByteBuffer in) {
    tally.fault("refused: " + head);
    in.position(in.limit());
  }

  /** Takes an answer in chunks (RFC 9112, section 7.1) once the last chunk has arrived. */
  private void chunked(String head, ByteBuffer in, int body) {
    ByteBuffer joined = ByteBuffer.allocate(in.limit() - body);
    int chunk = body;
    int size;
    do {
      int data = endOfLine(in, chunk);
      if (data < 0) {
        return;
      }
      size = Integer.parseInt(text(in, chunk, data - chunk).strip(), HEX);
      chunk = data + size + LINE_END;
      if (chunk > in.limit()) {
        return;
      }
      joined.put(in.slice(data, size));
    } while (size > 0);
    in.position(chunk);
    answered(head, joined, 0, joined.position());
  }

  /** Returns where the next line begins, or -1 if this line is not complete. */
  private static int endOfLine(ByteBuffer in, int from) {
    for (int i = from; i < in.limit(); i++) {
      if (in.get(i) == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  /**
   * Returns a field of a head, or an empty text.
   *
   * @param name in lower case
   */
  static String field(String head, String name) {
    int at = head.toLowerCase(Locale.ROOT).indexOf("\n" + name + ":");
    if (at < 0) {
      return "";
    }
    int value = at + name.length() + 2;
    return head.substring(value, head.indexOf('\r', value)).strip();
  }

  final void ask(String request) {
    write(ByteBuffer.wrap(bytes(request)));
  }
}
