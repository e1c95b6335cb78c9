package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;

/** Counts messages by their {@link Mark}s, as a reader that reads as fast as it can. */
final class Deliveries implements AnswerReader {

  private volatile int signs;

  @Override
  public void read(Buffer bytes) {
    int found = signs;
    for (byte value : bytes.getBytes()) {
      found += value == Mark.SIGN ? 1 : 0;
    }
    signs = found;
  }

  @Override
  public int answered() {
    return signs / Mark.SIGNS;
  }
}
