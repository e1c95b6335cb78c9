package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/** A reader that speaks {@code millrace.v1} and subscribes by a command. */
final class EnvelopeConnection extends WebSocketConnection {

  /** Where the types of frames differ. */
  private static final int TYPE = "{\"type\":\"".length();

  private static final int AFTER_PAYLOAD = "\"}".length();

  private final String channel;

  EnvelopeConnection(Tally tally, Runnable whenReady, String path, String channel) {
    super(tally, whenReady, path);
    this.channel = channel;
  }

  @Override
  String[] headers() {
    return new String[] {"Sec-WebSocket-Protocol: millrace.v1"};
  }

  @Override
  void opened() {
    send("{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"" + channel + "\"]}");
  }

  @Override
  void frame(ByteBuffer in, int from, int length) {
    byte type = in.get(from + TYPE);
    if (type == 'm') {
      delivered(in, from + length - AFTER_PAYLOAD);
    } else if (type == 'o') {
      ready();
    } else if (type == 'g' || type == 'e') {
      tally.fault(text(in, from, length));
    }
  }
}
