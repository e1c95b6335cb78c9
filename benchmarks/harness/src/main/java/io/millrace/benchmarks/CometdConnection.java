package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/** A reader that speaks Bayeux over WebSocket. */
final class CometdConnection extends WebSocketConnection {

  private static final String CLIENT = "\"clientId\":\"";

  /** {@code [{"data":…}]} is a message, all else is not. */
  private static final int KEY = "[{\"".length();

  private final String channel;
  private String client = "";

  /**
   * A reader.
   *
   * @param channel with slashes
   */
  CometdConnection(Tally tally, Runnable whenReady, String path, String channel) {
    super(tally, whenReady, path);
    this.channel = channel;
  }

  @Override
  void opened() {
    send(
        """
        [{"id":"1","channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["websocket"]}]""");
  }

  @Override
  void frame(ByteBuffer in, int from, int length) {
    if (length > KEY && in.get(from + KEY) == 'd') {
      deliveredIn(in, from, from + length);
    } else {
      reply(text(in, from, length));
    }
  }

  private void reply(String reply) {
    if (reply.contains("/meta/handshake")) {
      int start = reply.indexOf(CLIENT) + CLIENT.length();
      client = reply.substring(start, reply.indexOf('"', start));
      send(
          "[{\"id\":\"2\",\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\",\"subscription\":\"%s\"}]"
              .formatted(client, channel));
      connect();
    } else if (reply.contains("/meta/subscribe")) {
      ready();
    } else if (reply.contains("/meta/connect")) {
      connect();
    }
    if (reply.contains("\"successful\":false")) {
      tally.fault(reply);
    }
  }

  private void connect() {
    send(
        "[{\"id\":\"3\",\"channel\":\"/meta/connect\",\"clientId\":\"%s\",\"connectionType\":\"websocket\"}]"
            .formatted(client));
  }
}
