package io.millrace.broker.amqp;

import java.time.Duration;

/** What options may be. */
final class Bounds {

  private Bounds() {}

  static String withoutNul(String value, String name) {
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(name + " must not have NUL");
    }
    return value;
  }

  static long atLeast(long least, long value, String name) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
    }
    return value;
  }

  static Duration atLeast(long leastMillis, Duration value, String name) {
    atLeast(leastMillis, value.toMillis(), name);
    return value;
  }

  static Duration millis(Object json) {
    return Duration.ofMillis(((Number) json).longValue());
  }
}
