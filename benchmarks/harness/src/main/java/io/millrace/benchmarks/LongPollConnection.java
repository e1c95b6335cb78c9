package io.millrace.benchmarks;

import java.nio.ByteBuffer;
import java.util.Locale;

/** A reader that asks again after each answer, from the cursor that it gave. */
final class LongPollConnection extends Connection {

  private static final String LENGTH = "content-length: ";
  private static final String CURSOR = "\"cursor\":\"";

  private final String poll;
  private final String longPoll;

  /**
   * A reader.
   *
   * @param poll the path that answers at once, and says where to begin
   * @param longPoll the path that waits, without the cursor at its end
   */
  LongPollConnection(Tally tally, Runnable whenReady, String poll, String longPoll) {
    super(tally, whenReady);
    this.poll = poll;
    this.longPoll = longPoll;
  }

  @Override
  String opening() {
    return get(poll);
  }

  @Override
  boolean isStream() {
    return false;
  }

  @Override
  void parse(ByteBuffer in) {
    int head = endOfHead(in);
    if (head < 0) {
      return;
    }
    int body = in.position() + head;
    String fields = text(in, in.position(), head).toLowerCase(Locale.ROOT);
    int at = fields.indexOf(LENGTH);
    if (at < 0 || !fields.startsWith("http/1.1 200")) {
      tally.fault("refused: " + fields);
      in.position(in.limit());
      return;
    }
    at += LENGTH.length();
    int length = Integer.parseInt(fields.substring(at, fields.indexOf('\r', at)));
    if (in.limit() < body + length) {
      return;
    }
    in.position(body + length);
    deliveredIn(in, body, body + length);
    write(ByteBuffer.wrap(bytes(get(longPoll + cursor(in, body, length), "Prefer: wait=25"))));
    ready();
  }

  private static String cursor(ByteBuffer in, int body, int length) {
    String beginning = text(in, body, Math.min(length, 100));
    int from = beginning.indexOf(CURSOR) + CURSOR.length();
    return beginning.substring(from, beginning.indexOf('"', from));
  }
}
