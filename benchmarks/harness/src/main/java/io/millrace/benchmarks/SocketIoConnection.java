package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/** A reader that speaks Socket.IO 5 over WebSocket: a frame is one packet. */
final class SocketIoConnection extends WebSocketConnection {

  /** Where {@code 42["message","…"]} ends after its payload. */
  static final int AFTER_PAYLOAD = "\"]".length();

  private final String channel;

  SocketIoConnection(Tally tally, Runnable whenReady, String path, String channel) {
    super(tally, whenReady, path);
    this.channel = channel;
  }

  @Override
  void opened() {
    // It is subscribed when this has been acknowledged.
  }

  @Override
  void frame(ByteBuffer in, int from, int length) {
    if (isMessage(in, from, from + length)) {
      delivered(in, from + length - AFTER_PAYLOAD);
    } else {
      String packet = text(in, from, length);
      String reply = reply(packet, channel, tally);
      if (!reply.isEmpty()) {
        send(reply);
      } else if (isSubscribed(packet)) {
        ready();
      }
    }
  }

  /** Returns whether a packet is an event. */
  static boolean isMessage(ByteBuffer in, int from, int end) {
    return end - from > 2 && in.get(from) == '4' && in.get(from + 1) == '2';
  }

  /** Returns the answer to a packet that is not an event; empty if there is none. */
  static String reply(String packet, String channel, Tally tally) {
    if (packet.startsWith("0")) { // The connection is open.
      return "40";
    }
    if (packet.startsWith("40")) { // The namespace is open.
      return "420[\"subscribe\",\"" + channel + "\"]";
    }
    if (packet.equals("2")) { // A ping.
      return "3";
    }
    if (packet.startsWith("1") || packet.startsWith("41") || packet.startsWith("44")) {
      tally.fault(packet);
    }
    return "";
  }

  /** Returns whether a packet acknowledges the subscription of {@link #reply}. */
  static boolean isSubscribed(String packet) {
    return packet.startsWith("430");
  }
}
