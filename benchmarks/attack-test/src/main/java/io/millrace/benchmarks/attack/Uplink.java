package io.millrace.benchmarks.attack;

import java.util.concurrent.locks.LockSupport;

/** Limits what one attacker can send to a number of bytes in a second. Used by one thread. */
final class Uplink {

  private static final double NANOS = 1e9;

  /** The longest idle time that it may make up for. */
  private static final long BURST_NANOS = 20_000_000;

  private final double nanosPerByte;
  private long free = System.nanoTime();
  private long sent;

  /**
   * An uplink.
   *
   * @param megabits the limit in a second
   */
  Uplink(double megabits) {
    nanosPerByte = NANOS / (megabits * 1e6 / 8);
  }

  /** Waits until this many bytes may pass. */
  void pass(int bytes) {
    sent += bytes;
    free = Math.max(free, System.nanoTime() - BURST_NANOS) + (long) (bytes * nanosPerByte);
    long wait = free - System.nanoTime();
    if (wait > 0) {
      LockSupport.parkNanos(wait);
    }
  }

  /** Returns how many bytes have passed. */
  long sent() {
    return sent;
  }
}
