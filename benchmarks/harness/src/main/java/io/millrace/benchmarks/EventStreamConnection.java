package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/**
 * A reader of server-sent events: a block that ends with a line of data is one message. The chunked
 * coding around it is ignored, because no server splits an event.
 */
final class EventStreamConnection extends Connection {

  private static final byte[] ID = bytes("id: ");

  private final String path;

  EventStreamConnection(Tally tally, Runnable whenReady, String path) {
    super(tally, whenReady);
    this.path = path;
  }

  @Override
  String opening() {
    String accept = "Accept: text/event-stream";
    String fresh = "Cache-Control: no-cache"; // Then the first block ends at once.
    return cursor.isEmpty()
        ? get(path, accept, fresh)
        : get(path, accept, fresh, "Last-Event-ID: " + cursor);
  }

  @Override
  void parse(ByteBuffer in) {
    int line = in.position();
    int limit = in.limit();
    for (int i = line; i < limit; i++) {
      if (in.get(i) != '\n') {
        continue;
      }
      if (i == line && i > in.position()) {
        block(in, i);
        in.position(i + 1);
      }
      line = i + 1;
    }
  }

  /** Looks at a block that ends with the line end before an index. */
  private void block(ByteBuffer in, int end) {
    follow(in, in.position(), end, ID, '\n');
    int data = end - 1 - tally.size() - "data: ".length();
    if (data >= in.position() && in.get(data) == 'd' && in.get(data - 1) == '\n') {
      delivered(in, end - 1);
    } else {
      ready(); // The first block; later ones are heartbeats.
    }
  }
}
