package io.millrace.benchmarks.chaos;

import java.time.Duration;
import java.util.Random;

/** When a client leaves for a while, as a laptop does that is shut. Used by one thread. */
final class Naps {

  private final Duration longest;
  private final Random random;
  private long due;

  /**
   * Naps of a client.
   *
   * @param longest how long one lasts at most; it stays awake one to three times as long. Zero for
   *     never
   */
  Naps(Duration longest, Random random) {
    this.longest = longest;
    this.random = random;
    stay();
  }

  private void stay() {
    due = System.nanoTime() + (long) (longest.toNanos() * (1 + 2 * random.nextDouble()));
  }

  /** Whether it is time for one. */
  boolean isDue() {
    return !longest.isZero() && System.nanoTime() - due > 0;
  }

  /** How long the one lasts that is due; the time to the next begins. */
  Duration next() {
    Duration nap = Duration.ofMillis((long) (longest.toMillis() * random.nextDouble()));
    stay();
    due += nap.toNanos();
    return nap;
  }
}
