package io.millrace.core.http;

/**
 * A token bucket: so many are allowed in a second, and as many at once if there were none before.
 * Owned by one event loop, or guarded by a lock.
 */
final class RateLimit {

  private static final long NANOS = 1_000_000_000;
  private static final long NANOS_OF_MILLI = 1_000_000;

  private final int perSecond;

  /** When the bucket is full again, in nanoseconds. */
  private long full = Long.MIN_VALUE;

  /**
   * Makes a limit.
   *
   * @param perSecond how many; zero for no limit
   */
  RateLimit(int perSecond) {
    this.perSecond = perSecond;
  }

  /** Returns in how many milliseconds one more is allowed; zero for now. */
  long waitMillis(long now) {
    if (perSecond == 0) {
      return 0;
    }
    long nanos = now * NANOS_OF_MILLI;
    long wait = Math.max(full, nanos) - nanos + NANOS / perSecond - NANOS;
    return Math.max(0, (wait + NANOS_OF_MILLI - 1) / NANOS_OF_MILLI);
  }

  /** Returns whether the bucket is full, so that a new object would do as well. */
  boolean isIdle(long now) {
    return full <= now * NANOS_OF_MILLI;
  }

  /** Counts one. */
  void count(long now) {
    count(now, 1);
  }

  /** Counts several. Those beyond the limit are counted when they would have been allowed. */
  void count(long now, int several) {
    if (perSecond > 0) {
      full = Math.max(full, now * NANOS_OF_MILLI) + several * (NANOS / perSecond);
    }
  }

  /** Counts one less. */
  void giveBack() {
    if (perSecond > 0) {
      full -= NANOS / perSecond;
    }
  }

  /** Counts one if it is allowed now. Returns in how many milliseconds it is; zero if it was. */
  long take(long now) {
    long wait = waitMillis(now);
    if (wait == 0) {
      count(now);
    }
    return wait;
  }
}
