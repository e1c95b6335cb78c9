package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/**
 * A reader that speaks SockJS over one response: a line is one frame, after {@code data: } if they
 * are server-sent events. The chunked coding around it is ignored, because no frame is split.
 */
final class SockJsStreamConnection extends Connection {

  private static final int DATA = "data: ".length();

  private final String request;

  SockJsStreamConnection(Tally tally, Runnable whenReady, String request) {
    super(tally, whenReady);
    this.request = request;
  }

  @Override
  String opening() {
    return request;
  }

  @Override
  void parse(ByteBuffer in) {
    int limit = in.limit();
    for (int i = in.position(); i < limit; i++) {
      if (in.get(i) == '\n') {
        line(in, in.position(), in.get(Math.max(i - 1, in.position())) == '\r' ? i - 1 : i);
        in.position(i + 1);
      }
    }
  }

  /** Looks at a line; the line of a chunk's size is none of these. */
  private void line(ByteBuffer in, int from, int end) {
    boolean isData = end - from > DATA && in.get(from + DATA - 1) == ' ';
    int frame = isData ? from + DATA : from;
    int length = end - frame;
    boolean opens = length == 1 && in.get(frame) == 'o';
    boolean hasArray = length > 2 && in.get(frame + 1) == '[';
    if (opens || hasArray) {
      SockJsConnection.take(this, in, frame, end);
    }
  }
}
