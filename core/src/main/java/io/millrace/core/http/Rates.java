package io.millrace.core.http;

import io.millrace.internal.BoundedMap;
import io.millrace.internal.HeapShares;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * One limit for each of many: users, or addresses. It remembers only those who have done something
 * in the last second. Safe on any thread.
 */
final class Rates {

  /** One without its name: the RateLimit 24, its place in a map 48, a String and its array 48. */
  static final int BYTES = 200;

  /** How many are remembered at most: more than a node can answer in a second. */
  private static final int MOST_KNOWN = 100_000;

  /** How many objects of this class share the room. */
  private static final int TABLES = 6;

  /** Their part of the room; the rest is for {@link Neighbours}. */
  private static final int PART = 4;

  private final int perSecond;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final BoundedMap<String, RateLimit> known = BoundedMap.byUse(mostKnown());

  /**
   * @param perSecond how often each may do something; zero for no limit
   * @param clock the time, in milliseconds
   */
  Rates(int perSecond, LongSupplier clock) {
    this.perSecond = perSecond;
    this.clock = clock;
  }

  /** How many are remembered. */
  static int mostKnown() {
    return (int) Math.min(MOST_KNOWN, HeapShares.here().limitBytes() / PART / TABLES / BYTES);
  }

  int perSecond() {
    return perSecond;
  }

  /**
   * Counts one if it is allowed now. Returns whether it was.
   *
   * @param who who does something
   */
  boolean take(String who) {
    return waitMillis(who) == 0;
  }

  /** Counts one less, if somebody is still remembered. */
  void giveBack(String who) {
    lock.lock();
    try {
      RateLimit limit = known.get(who);
      if (limit != null) {
        limit.giveBack();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns in how many milliseconds somebody may do it; if that is zero, it is counted. */
  long waitMillis(String who) {
    if (perSecond == 0) {
      return 0;
    }
    lock.lock();
    try {
      long now = clock.getAsLong();
      known.forgetOldest(idle -> idle.isIdle(now));
      RateLimit limit = known.get(who);
      if (limit == null) {
        limit = new RateLimit(perSecond);
        known.put(who, limit);
      }
      return limit.take(now);
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many are remembered. */
  int size() {
    lock.lock();
    try {
      return known.size();
    } finally {
      lock.unlock();
    }
  }
}
