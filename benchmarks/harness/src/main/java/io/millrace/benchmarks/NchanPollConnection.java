package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/**
 * A reader that uses long polls of nchan: an answer is one message, and its validators are the
 * cursor.
 */
final class NchanPollConnection extends AnswerConnection {

  private final String path;

  NchanPollConnection(Tally tally, Runnable whenReady, String path) {
    super(tally, whenReady);
    this.path = path;
  }

  @Override
  String opening() {
    return get(path);
  }

  /**
   * There is no answer before the first message: it is subscribed as soon as the request has
   * arrived.
   */
  @Override
  void asked() {
    ready();
  }

  @Override
  void answered(String head, ByteBuffer in, int from, int end) {
    delivered(in, end);
    ask(
        get(
            path,
            "If-Modified-Since: " + field(head, "last-modified"),
            "If-None-Match: " + field(head, "etag")));
  }
}
