package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/**
 * A reader that speaks Socket.IO 5 over long polls: an answer has one or more packets, and what the
 * reader has to send goes between two polls.
 */
final class SocketIoPollConnection extends AnswerConnection {

  private static final char BETWEEN = '\u001e';
  private static final String SESSION = "\"sid\":\"";

  private final String channel;
  private String path;
  private boolean hasSession;

  SocketIoPollConnection(Tally tally, Runnable whenReady, String path, String channel) {
    super(tally, whenReady);
    this.path = path;
    this.channel = channel;
  }

  @Override
  String opening() {
    return get(path);
  }

  @Override
  void answered(String head, ByteBuffer in, int from, int end) {
    StringBuilder replies = new StringBuilder();
    int start = from;
    for (int i = from; i <= end; i++) {
      if (i == end || in.get(i) == BETWEEN) {
        if (SocketIoConnection.isMessage(in, start, i)) {
          delivered(in, i - SocketIoConnection.AFTER_PAYLOAD);
        } else {
          packet(text(in, start, i - start), replies);
        }
        start = i + 1;
      }
    }
    ask(replies.isEmpty() ? get(path) : post(path, replies.toString(), "Content-Type: text/plain"));
  }

  private void packet(String packet, StringBuilder replies) {
    if (!hasSession) {
      int id = packet.indexOf(SESSION) + SESSION.length();
      path += "&sid=" + packet.substring(id, packet.indexOf('"', id));
      hasSession = true;
    }
    String reply = SocketIoConnection.reply(packet, channel, tally);
    if (!reply.isEmpty()) {
      replies.append(replies.isEmpty() ? "" : BETWEEN).append(reply);
    } else if (SocketIoConnection.isSubscribed(packet)) {
      ready();
    }
  }
}
