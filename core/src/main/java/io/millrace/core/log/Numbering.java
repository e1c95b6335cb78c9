package io.millrace.core.log;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The numbers of a log's places. They count them, or they say the time: then a cursor tells a
 * client nothing about how much is published on the channels of others. Guarded by the log's lock,
 * except where it says otherwise.
 */
public final class Numbering {

  /** Microseconds of a second: what a client is told of places that are not its own. */
  static final long SECOND = 1_000_000;

  /** How much time counts as one item. */
  private static final long ITEM = 1000;

  private final boolean timed;
  private final LongSupplier micros;

  /** How far the log was at the beginning of the present second or so. */
  private volatile long past;

  /**
   * @param timed whether the numbers say the time
   * @param micros microseconds that never decrease
   */
  Numbering(boolean timed, LongSupplier micros) {
    this.timed = timed;
    this.micros = micros;
  }

  /** Returns the microseconds since now. */
  static LongSupplier sinceNow() {
    long began = System.nanoTime();
    return () -> TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began);
  }

  /** Returns whether the numbers say the time. Safe on any thread. */
  public boolean isTimed() {
    return timed;
  }

  /** Returns the number of the next place. */
  long after(long head) {
    return timed ? Math.max(head + 1, micros.getAsLong()) : head + 1;
  }

  /** Remembers that everything up to here was there before the present second or so. */
  void pass(long head) {
    past = head;
  }

  /**
   * Returns which place to tell a client that has read up to another one. If the numbers say the
   * time, it is a whole second in the past: the place itself may be that of somebody else's
   * message. Safe on any thread.
   *
   * @param own the newest place that the client may know anyway: there is nothing for it between
   *     that and the other one
   */
  public long told(long own, long seq) {
    if (!timed) {
      return seq;
    }
    long known = Math.min(seq, past);
    return Math.max(Math.min(own, seq), known - known % SECOND);
  }

  /** Returns about how many items there are between two places. Safe on any thread. */
  public long items(long after, long through) {
    return timed ? (through - after) / ITEM : through - after;
  }
}
