package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/**
 * A reader that speaks Bayeux over long polls: an answer contains messages, the reply to {@code
 * /meta/connect}, or both.
 */
final class CometdPollConnection extends AnswerConnection {

  private static final String CONNECTION = "long-polling";
  private static final String TYPE = "Content-Type: application/json";

  private final String path;
  private final String channel;
  private String client = "";
  private String cookie = "";

  /**
   * A reader.
   *
   * @param channel the channel, with slashes
   */
  CometdPollConnection(Tally tally, Runnable whenReady, String path, String channel) {
    super(tally, whenReady);
    this.path = path;
    this.channel = channel;
  }

  @Override
  String opening() {
    return post(path, CometdConnection.handshake(CONNECTION), TYPE);
  }

  @Override
  void answered(String head, ByteBuffer in, int from, int end) {
    if (deliveredIn(in, from, end) == 0) {
      CometdConnection.check(text(in, from, end - from), tally);
    }
    if (client.isEmpty()) {
      client = CometdConnection.client(text(in, from, end - from));
      cookie = "Cookie: " + field(head, "set-cookie").split(";", 2)[0];
      ask(post(path, CometdConnection.subscribe(client, channel), TYPE, cookie));
    } else {
      ready();
      ask(post(path, CometdConnection.connect(client, CONNECTION), TYPE, cookie));
    }
  }
}
