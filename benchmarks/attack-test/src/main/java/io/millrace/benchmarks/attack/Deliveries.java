package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;

/** Counts messages by their {@link Mark}s, for a reader that reads as fast as it can. */
final class Deliveries implements AnswerReader {

  /** How much of a mark was found: nothing, then signs and digits in turn. */
  private int found;

  private volatile int delivered;

  @Override
  public void read(Buffer bytes) {
    int count = delivered;
    for (byte value : bytes.getBytes()) {
      if (value >= '0' && value <= '9') {
        // A number may have many digits, and follows a sign.
        found = found % 2 == 1 ? found + 1 : found;
      } else if (value == Mark.SIGN) {
        // If no number follows, this sign is the first, because heads of frames contain such bytes.
        found = found % 2 == 1 ? 1 : found + 1;
        if (found == Mark.PARTS) {
          count++;
          found = 0;
        }
      } else {
        found = 0;
      }
    }
    delivered = count;
  }

  @Override
  public int answered() {
    return delivered;
  }
}
