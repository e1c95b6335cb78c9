package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/** A reader of newline-delimited JSON: a line that begins like a message is one message. */
final class LineConnection extends Connection {

  private static final int TYPE = "{\"type\":\"".length();
  private static final int AFTER_PAYLOAD = "\"}".length();

  private final String path;

  /**
   * A reader.
   *
   * @param path the path, with the cursor at its end if there is one
   */
  LineConnection(Tally tally, Runnable whenReady, String path) {
    super(tally, whenReady);
    this.path = path;
  }

  @Override
  String opening() {
    return get(path + cursor, "Accept: application/x-ndjson");
  }

  @Override
  void parse(ByteBuffer in) {
    int limit = in.limit();
    for (int i = in.position(); i < limit; i++) {
      if (in.get(i) == '\n') {
        line(in, in.position(), i);
        in.position(i + 1);
      }
    }
  }

  /** Looks at a line; those of the chunked coding do not begin with a brace. */
  private void line(ByteBuffer in, int from, int end) {
    if (in.get(from) != '{') {
      return;
    }
    byte type = in.get(from + TYPE);
    follow(in, from, end);
    if (type == 'm') {
      delivered(in, end - AFTER_PAYLOAD);
    } else if (type == 'w') {
      ready();
    } else if (type == 'g') {
      tally.fault(text(in, from, end - from));
    }
  }
}
