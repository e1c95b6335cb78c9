package io.millrace.testkit;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** What a network does to bytes at the moment. Safe on any thread. */
final class Conditions {

  /** More than any test lasts. */
  static final long NEVER = TimeUnit.DAYS.toNanos(365);

  private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Direction> silent = EnumSet.noneOf(Direction.class);

  private volatile long latencyNanos;
  private volatile long nanosPerByte;
  private volatile int sliceBytes = Integer.MAX_VALUE;
  private volatile long idleNanos = NEVER;
  private volatile long lifetimeNanos = NEVER;

  long latencyNanos() {
    return latencyNanos;
  }

  void latency(long nanos) {
    latencyNanos = nanos;
  }

  long nanosPerByte() {
    return nanosPerByte;
  }

  void rate(long bytesPerSecond) {
    nanosPerByte = TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
  }

  /** Returns how many bytes are delivered together: with a rate, as many as arrive in a moment. */
  int mostAtOnce() {
    long moment = nanosPerByte == 0 ? Integer.MAX_VALUE : MOMENT_NANOS / nanosPerByte;
    return (int) Math.max(1, Math.min(sliceBytes, moment));
  }

  void slices(int bytes) {
    sliceBytes = bytes;
  }

  long idleNanos() {
    return idleNanos;
  }

  void idle(long nanos) {
    idleNanos = nanos;
  }

  long lifetimeNanos() {
    return lifetimeNanos;
  }

  void lifetime(long nanos) {
    lifetimeNanos = nanos;
  }

  void silence(Direction direction) {
    lock.lock();
    try {
      silent.add(direction);
    } finally {
      lock.unlock();
    }
  }

  /** Ends everything that was set. */
  void clear() {
    latencyNanos = 0;
    nanosPerByte = 0;
    sliceBytes = Integer.MAX_VALUE;
    idleNanos = NEVER;
    lifetimeNanos = NEVER;
    lock.lock();
    try {
      silent.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits as long as nothing passes in this direction, or this wire is dead. */
  void awaitPassable(Direction direction, BooleanSupplier dead) throws InterruptedException {
    lock.lock();
    try {
      while (silent.contains(direction) || dead.getAsBoolean()) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }
}
