package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/** A reader that speaks SockJS over WebSocket: {@code a["…"]} holds messages. */
final class SockJsConnection extends WebSocketConnection {

  private static final int BEFORE_FIRST = "a[\"".length();
  private static final int BETWEEN = "\",\"".length();

  private final String channel;

  SockJsConnection(Tally tally, Runnable whenReady, String path, String channel) {
    super(tally, whenReady, path);
    this.channel = channel;
  }

  @Override
  void frame(ByteBuffer in, int from, int length) {
    byte type = in.get(from);
    if (type == 'a') {
      for (int i = from + BEFORE_FIRST; i < from + length; i += tally.size() + BETWEEN) {
        delivered(in, i + tally.size());
      }
    } else if (type == 'o') {
      send("[\"" + channel + "\"]");
      ready();
    }
  }
}
