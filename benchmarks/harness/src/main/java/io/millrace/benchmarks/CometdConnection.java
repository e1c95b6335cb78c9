package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/** A reader that speaks Bayeux over WebSocket. */
final class CometdConnection extends WebSocketConnection {

  private static final String CLIENT = "\"clientId\":\"";

  /** {@code [{"data":…}]} is a message, everything else is not. */
  private static final int KEY = "[{\"".length();

  private final String channel;
  private String client = "";

  /**
   * A reader.
   *
   * @param channel the channel, with slashes
   */
  CometdConnection(Tally tally, Runnable whenReady, String path, String channel) {
    super(tally, whenReady, path);
    this.channel = channel;
  }

  @Override
  void opened() {
    send(handshake(Target.WEBSOCKET));
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
      client = client(reply);
      send(subscribe(client, channel));
      send(connect(client, Target.WEBSOCKET));
    } else if (reply.contains("/meta/subscribe")) {
      ready();
    } else if (reply.contains("/meta/connect")) {
      send(connect(client, Target.WEBSOCKET));
    }
    check(reply, tally);
  }

  /**
   * Returns the message that begins a session.
   *
   * @param type the type of its connection
   */
  static String handshake(String type) {
    return """
        [{"id":"1","channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["%s"]}]"""
        .formatted(type);
  }

  /** Returns the name of the session from the reply to a handshake. */
  static String client(String reply) {
    int start = reply.indexOf(CLIENT) + CLIENT.length();
    return reply.substring(start, reply.indexOf('"', start));
  }

  static String subscribe(String client, String channel) {
    return """
        [{"id":"2","channel":"/meta/subscribe","clientId":"%s","subscription":"%s"}]"""
        .formatted(client, channel);
  }

  static String connect(String client, String type) {
    return """
        [{"id":"3","channel":"/meta/connect","clientId":"%s","connectionType":"%s"}]"""
        .formatted(client, type);
  }

  /** Reports a reply that is a refusal. */
  static void check(String reply, Tally tally) {
    if (reply.contains("\"successful\":false")) {
      tally.fault(reply);
    }
  }
}
