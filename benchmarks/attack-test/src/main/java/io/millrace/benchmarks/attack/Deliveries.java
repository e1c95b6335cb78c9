package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;

/** Counts messages by their {@link Mark}s, as a reader that reads as fast as it can. */
final class Deliveries implements AnswerReader {

  /** What of a mark was found: nothing, then a sign and digits by turns. */
  private int found;

  private volatile int delivered;

  @Override
  public void read(Buffer bytes) {
    int count = delivered;
    for (byte value : bytes.getBytes()) {
      if (value >= '0' && value <= '9') {
        // A number may have many digits, and stands after a sign.
        found = found % 2 == 1 ? found + 1 : found;
      } else if (value == Mark.SIGN) {
        // A sign without a number after it is the first: frames have such bytes in their heads.
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
