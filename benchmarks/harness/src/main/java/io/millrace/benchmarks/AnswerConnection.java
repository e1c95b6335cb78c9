package io.millrace.benchmarks;

import java.nio.ByteBuffer;
import java.util.Locale;

/** A reader that sends one request after the other, each when the one before has been answered. */
abstract class AnswerConnection extends Connection {

  AnswerConnection(Tally tally, Runnable whenReady) {
    super(tally, whenReady);
  }

  /** Takes an answer, whose body lies between two indices, and asks again. */
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
    String length = field(head, "content-length");
    if (length.isEmpty() || !head.startsWith("HTTP/1.1 200")) {
      tally.fault("refused: " + head);
      in.position(in.limit());
      return;
    }
    int body = in.position() + headLength;
    int end = body + Integer.parseInt(length);
    if (in.limit() < end) {
      return;
    }
    in.position(end);
    answered(head, in, body, end);
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
