package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/** A reader that asks again after each answer, with the cursor from that answer. */
final class LongPollConnection extends AnswerConnection {

  private static final String CURSOR = "\"cursor\":\"";

  private final String poll;
  private final String longPoll;

  /**
   * A reader.
   *
   * @param poll the path that answers at once, with the cursor to begin with
   * @param longPoll the path that waits, without the cursor at its end
   */
  LongPollConnection(Tally tally, Runnable whenReady, String poll, String longPoll) {
    super(tally, whenReady);
    this.poll = poll;
    this.longPoll = longPoll;
  }

  @Override
  String opening() {
    return cursor.isEmpty() ? get(poll) : next();
  }

  @Override
  void answered(String head, ByteBuffer in, int from, int end) {
    deliveredIn(in, from, end);
    cursor = cursor(in, from, end);
    ask(next());
    ready();
  }

  private String next() {
    return get(longPoll + cursor, "Prefer: wait=25");
  }

  private static String cursor(ByteBuffer in, int from, int end) {
    String beginning = text(in, from, Math.min(end - from, 100));
    int at = beginning.indexOf(CURSOR) + CURSOR.length();
    return beginning.substring(at, beginning.indexOf('"', at));
  }
}
