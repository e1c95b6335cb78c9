package io.millrace.core;

/** So many in any second. Owned by one event loop. */
final class RateLimit {

  private static final long WINDOW_MILLIS = 1000;

  /** When the last ones were, in a circle. */
  private final long[] times;

  private int next;
  private int used;

  /**
   * A limit.
   *
   * @param perSecond how many; zero for no limit
   */
  RateLimit(int perSecond) {
    this.times = new long[perSecond];
  }

  /** Returns in how many milliseconds one more is allowed; zero if now. */
  long waitMillis(long now) {
    return used < times.length || times.length == 0
        ? 0
        : Math.max(0, times[next] + WINDOW_MILLIS - now);
  }

  /** Counts one. */
  void count(long now) {
    if (times.length > 0) {
      times[next] = now;
      next = (next + 1) % times.length;
      used = Math.min(used + 1, times.length);
    }
  }
}
