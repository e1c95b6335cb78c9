package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the answers to commands, and the close code, in what follows a handshake. */
final class WebSocketAnswers implements AnswerReader {

  private static final Pattern ANSWER =
      Pattern.compile("^\\{\"type\":\"(ok|error|gap)\"(?:.*?\"code\":\"([a-z-]+)\")?");

  private static final int HEAD_BYTES = 2;
  private static final int SHORT_LENGTH = 126;
  private static final int LONG_LENGTH = 127;
  private static final int CLOSE = 0x88;

  private final Answers answers;
  private final HttpAnswers handshake;
  private Buffer pending = Buffer.buffer();
  private boolean refused;
  private volatile boolean upgraded;
  private volatile int answered;

  WebSocketAnswers(Answers answers) {
    this.answers = answers;
    this.handshake = new HttpAnswers(answers);
  }

  @Override
  public void read(Buffer bytes) {
    if (refused) {
      handshake.read(bytes);
      return;
    }
    pending.appendBuffer(bytes);
    if (!upgraded && !open()) {
      return;
    }
    int at = 0;
    for (int end = endOfFrame(at); end > 0; end = endOfFrame(at)) {
      frame(at, end);
      at = end;
    }
    pending = Buffer.buffer().appendBuffer(pending, at, pending.length() - at);
  }

  /** Reads the answer to the handshake, and returns whether frames follow. */
  private boolean open() {
    String head = pending.toString(StandardCharsets.ISO_8859_1);
    int end = head.indexOf("\r\n\r\n");
    if (end < 0) {
      return false;
    }
    handshake.read(pending);
    upgraded = head.startsWith("HTTP/1.1 101");
    refused = !upgraded;
    pending = pending.getBuffer(end + 4, pending.length());
    return upgraded;
  }

  /** Returns the end of the frame that begins there; 0 if it has not arrived completely. */
  private int endOfFrame(int at) {
    if (pending.length() < at + HEAD_BYTES) {
      return 0;
    }
    int begin = at + headLength(at);
    if (pending.length() < begin) {
      return 0;
    }
    long length =
        switch (pending.getByte(at + 1)) {
          case SHORT_LENGTH -> pending.getUnsignedShort(at + HEAD_BYTES);
          case LONG_LENGTH -> pending.getLong(at + HEAD_BYTES);
          default -> pending.getByte(at + 1);
        };
    return begin + length <= pending.length() ? (int) (begin + length) : 0;
  }

  private int headLength(int at) {
    return switch (pending.getByte(at + 1)) {
      case SHORT_LENGTH -> HEAD_BYTES + 2;
      case LONG_LENGTH -> HEAD_BYTES + 8;
      default -> HEAD_BYTES;
    };
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Written by one event loop.
  private void frame(int at, int end) {
    int payload = at + headLength(at);
    if (pending.getUnsignedByte(at) == CLOSE && end >= payload + 2) {
      answers.add("closed " + pending.getUnsignedShort(payload));
      return;
    }
    Matcher answer = ANSWER.matcher(pending.getString(payload, end));
    if (answer.find()) {
      answered++;
      String code = answer.group(2);
      answers.add(answer.group(1).equals("error") ? "error " + code : answer.group(1));
    }
  }

  @Override
  public void end() {
    handshake.end();
  }

  @Override
  public int answered() {
    return answered;
  }

  @Override
  public boolean isUpgraded() {
    return upgraded;
  }
}
