package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;

/**
 * Finds the ends of HTTP/2 streams and connections, and notices if the server does not speak
 * HTTP/2.
 */
final class Http2Answers implements AnswerReader {

  private static final int HEAD_BYTES = 9;
  private static final int TYPE_AT = 3;
  private static final String OLDER = "HTTP/1.";
  private static final int RESET = 3;
  private static final int GO_AWAY = 7;
  private static final int CODE_OF_GO_AWAY = 4;

  private final Answers answers;
  private final HttpAnswers http1;
  private Buffer pending = Buffer.buffer();
  private boolean older;
  private volatile int answered;

  Http2Answers(Answers answers) {
    this.answers = answers;
    this.http1 = new HttpAnswers(answers);
  }

  @Override
  public void read(Buffer bytes) {
    pending.appendBuffer(bytes);
    older = older || pending.toString().startsWith(OLDER);
    if (older) {
      http1.read(pending);
      pending = Buffer.buffer();
      return;
    }
    while (pending.length() >= HEAD_BYTES) {
      int end = HEAD_BYTES + pending.getUnsignedMedium(0);
      if (pending.length() < end) {
        return;
      }
      frame(pending.getByte(TYPE_AT));
      pending = pending.getBuffer(end, pending.length());
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Written by one event loop.
  private void frame(int type) {
    if (type == RESET) {
      answers.add("RST_STREAM " + pending.getUnsignedInt(HEAD_BYTES));
      answered++;
    } else if (type == GO_AWAY) {
      answers.add("GOAWAY " + pending.getUnsignedInt(HEAD_BYTES + CODE_OF_GO_AWAY));
      answered++;
    }
  }

  @Override
  public void end() {
    http1.end();
  }

  @Override
  public int answered() {
    return answered;
  }
}
