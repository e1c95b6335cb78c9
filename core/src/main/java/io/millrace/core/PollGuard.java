package io.millrace.core;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** Notices who polls again at once after an empty answer. Safe on any thread. */
final class PollGuard {

  private static final long TOO_SOON_MILLIS = 1000;
  private static final int MOST_REMEMBERED = 20_000;

  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();

  /** When polls were answered empty, the oldest first. */
  private final Map<String, Long> empty = new LinkedHashMap<>();

  PollGuard(LongSupplier clock) {
    this.clock = clock;
  }

  /** Returns whether the same poll was answered empty a moment ago. */
  boolean isTooSoon(String poll) {
    lock.lock();
    try {
      forgetOld();
      return empty.containsKey(poll);
    } finally {
      lock.unlock();
    }
  }

  void answeredEmpty(String poll) {
    lock.lock();
    try {
      forgetOld();
      empty.remove(poll);
      empty.put(poll, clock.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  private void forgetOld() {
    long oldest = clock.getAsLong() - TOO_SOON_MILLIS;
    Iterator<Long> times = empty.values().iterator();
    while (times.hasNext() && (times.next() <= oldest || empty.size() > MOST_REMEMBERED)) {
      times.remove();
    }
  }
}
