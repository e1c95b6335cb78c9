package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/** A reader that speaks STOMP over WebSocket. */
final class StompConnection extends WebSocketConnection {

  private final String destination;

  StompConnection(Tally tally, Runnable whenReady, String path, String destination) {
    super(tally, whenReady, path);
    this.destination = destination;
  }

  @Override
  String[] headers() {
    return new String[] {"Sec-WebSocket-Protocol: v12.stomp"};
  }

  @Override
  void opened() {
    send("CONNECT\naccept-version:1.2\nhost:localhost\n\n\0");
  }

  @Override
  void frame(ByteBuffer in, int from, int length) {
    byte command = in.get(from);
    if (command == 'M') {
      delivered(in, from + length - 1); // A NUL ends it.
    } else if (command == 'C') {
      send("SUBSCRIBE\nid:0\ndestination:" + destination + "\n\n\0");
      ready();
    } else if (command == 'E') {
      tally.fault(text(in, from, length));
    }
  }
}
