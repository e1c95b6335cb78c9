package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/** A reader that speaks STOMP over WebSocket. */
final class StompConnection extends WebSocketConnection {

  private final String login;
  private final String destination;
  private final boolean receipts;

  /**
   * A reader.
   *
   * @param login further headers of CONNECT
   * @param receipts whether the server confirms the subscription
   */
  StompConnection(
      Tally tally,
      Runnable whenReady,
      String path,
      String login,
      String destination,
      boolean receipts) {
    super(tally, whenReady, path);
    this.login = login;
    this.destination = destination;
    this.receipts = receipts;
  }

  @Override
  String[] headers() {
    return new String[] {"Sec-WebSocket-Protocol: v12.stomp"};
  }

  @Override
  void opened() {
    send("CONNECT\naccept-version:1.2\n" + login + "\n\n\0");
  }

  @Override
  void frame(ByteBuffer in, int from, int length) {
    byte command = in.get(from);
    if (command == 'M') {
      int last = from + length - 1;
      delivered(
          in, in.get(last) == '\n' ? last - 1 : last); // It ends with NUL, perhaps a line end.
    } else if (command == 'C') {
      send(
          "SUBSCRIBE\nid:0\ndestination:%s\n%s\n\0"
              .formatted(destination, receipts ? "receipt:1\n" : ""));
      if (!receipts) {
        ready();
      }
    } else if (command == 'R') {
      ready();
    } else if (command == 'E') {
      tally.fault(text(in, from, length));
    }
  }
}
