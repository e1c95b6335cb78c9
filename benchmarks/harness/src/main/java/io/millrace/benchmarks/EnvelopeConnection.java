package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/** A reader of the frames of {@code millrace.v1} that subscribes by a command or by its path. */
final class EnvelopeConnection extends WebSocketConnection {

  /** The index at which the types of frames differ. */
  private static final int TYPE = "{\"type\":\"".length();

  private static final int AFTER_PAYLOAD = "\"}".length();

  private final String channel;

  /**
   * A reader.
   *
   * @param channel what to subscribe to; empty if the path says it, and then the path ends with the
   *     cursor
   */
  EnvelopeConnection(Tally tally, Runnable whenReady, String path, String channel) {
    super(tally, whenReady, path);
    this.channel = channel;
  }

  private boolean subscribes() {
    return !channel.isEmpty();
  }

  @Override
  String path() {
    return subscribes() ? super.path() : super.path() + cursor;
  }

  @Override
  String[] headers() {
    return subscribes() ? new String[] {"Sec-WebSocket-Protocol: millrace.v1"} : super.headers();
  }

  @Override
  void opened() {
    if (subscribes()) {
      send(
          "{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"%s\"]%s}"
              .formatted(channel, cursor.isEmpty() ? "" : ",\"cursor\":\"" + cursor + '"'));
    }
  }

  @Override
  void frame(ByteBuffer in, int from, int length) {
    byte type = in.get(from + TYPE);
    follow(in, from, from + length);
    if (type == 'm') {
      delivered(in, from + length - AFTER_PAYLOAD);
    } else if (type == (subscribes() ? 'o' : 'w')) {
      ready();
    } else if (type == 'g' || type == 'e') {
      tally.fault(text(in, from, length));
    }
  }
}
