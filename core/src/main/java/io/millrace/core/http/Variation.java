package io.millrace.core.http;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Varies times and bounds by 30 %, so that clients do not all do something at the same moment. */
final class Variation {

  private static final double MOST = 0.3;

  private Variation() {}

  /** Returns a time that is as often shorter as longer. */
  static Duration around(Duration time) {
    return part(time, 1 + MOST * (2 * ThreadLocalRandom.current().nextDouble() - 1));
  }

  /** Returns the part, of 70 % or more, that counts of a bound. */
  static double below() {
    return 1 - MOST * ThreadLocalRandom.current().nextDouble();
  }

  /** Returns a part of a time. */
  static Duration part(Duration whole, double part) {
    return Duration.ofMillis(Math.round(whole.toMillis() * part));
  }
}
