package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/** A reader that speaks SockJS over WebSocket: {@code a["…"]} contains messages. */
final class SockJsConnection extends WebSocketConnection {

  private static final int BEFORE_FIRST = "a[\"".length();
  private static final int BETWEEN = "\",\"".length();

  SockJsConnection(Tally tally, Runnable whenReady, String path) {
    super(tally, whenReady, path);
  }

  /** Not yet: first the session must be opened. */
  @Override
  void opened() {}

  @Override
  void frame(ByteBuffer in, int from, int length) {
    take(this, in, from, from + length);
  }

  /** Takes a frame, however it arrived. */
  static void take(Connection reader, ByteBuffer in, int from, int end) {
    byte type = in.get(from);
    int size = reader.tally.size();
    if (type == 'a') {
      for (int i = from + BEFORE_FIRST; i < end; i += size + BETWEEN) {
        reader.delivered(in, i + size);
      }
    } else if (type == 'o') {
      reader.ready();
    } else if (type == 'c') {
      reader.tally.fault(text(in, from, end - from));
    }
  }
}
