package io.millrace.core.http;

import java.util.Arrays;

/** Limits how many are allowed in any second. Owned by one event loop, or guarded by a lock. */
final class RateLimit {

  private static final long WINDOW_MILLIS = 1000;
  private static final int FEW = 4;

  private final int perSecond;

  /**
   * The times of the last ones; used as a ring once it is as long as the limit. Most clients need
   * few.
   */
  private long[] times = {};

  private long latest;
  private int next;
  private int used;

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
    return used < perSecond || perSecond == 0 ? 0 : Math.max(0, times[next] + WINDOW_MILLIS - now);
  }

  /** Returns whether none was counted in the last second, so that a new object would do as well. */
  boolean isIdle(long now) {
    return now - latest >= WINDOW_MILLIS;
  }

  /** Counts one. */
  void count(long now) {
    count(now, 1);
  }

  /** Counts several. Those beyond the limit are counted when they would have been allowed. */
  void count(long now, int several) {
    if (perSecond == 0) {
      return;
    }
    if (isIdle(now)) {
      next = 0;
      used = 0;
    }
    for (int i = 0; i < several; i++) {
      long allowed = now + waitMillis(now);
      if (next == times.length) {
        times = Arrays.copyOf(times, Math.min(perSecond, Math.max(FEW, 2 * next)));
      }
      times[next] = allowed;
      latest = allowed;
      next = (next + 1) % perSecond;
      used = Math.min(used + 1, perSecond);
    }
  }
}
