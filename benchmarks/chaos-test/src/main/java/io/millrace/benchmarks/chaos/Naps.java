package io.millrace.benchmarks.chaos;

import java.time.Duration;
import java.util.Random;

/** Decides when a client leaves for a while, like a laptop that is closed. Used by one thread. */
final class Naps {

  private final Duration longest;
  private final Random random;
  private long due;

  /**
   * Makes the naps of a client.
   *
   * @param longest how long a nap lasts at most; the client stays awake one to three times as long.
   *     Zero for never
   */
  Naps(Duration longest, Random random) {
    this.longest = longest;
    this.random = random;
    stay();
  }

  private void stay() {
    due = System.nanoTime() + (long) (longest.toNanos() * (1 + 2 * random.nextDouble()));
  }

  /** Whether it is time for a nap. */
  boolean isDue() {
    return !longest.isZero() && System.nanoTime() - due > 0;
  }

  /** Returns how long the nap that is due lasts; the time to the next one begins. */
  Duration next() {
    Duration nap = Duration.ofMillis((long) (longest.toMillis() * random.nextDouble()));
    stay();
    due += nap.toNanos();
    return nap;
  }
}
