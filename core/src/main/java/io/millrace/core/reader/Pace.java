package io.millrace.core.reader;

import java.time.Duration;

/**
 * Lets a reader read only so many times a second: each time all that is new, of which it gets the
 * newest. Owned by the reader's event loop.
 */
final class Pace {

  private static final long SECOND = Duration.ofSeconds(1).toMillis();

  private final Shard shard;
  private final long interval;
  private final Wheel.Timer timer;
  private long next = Long.MIN_VALUE;

  /** Whether it has got something since it was last up to date. */
  private boolean given;

  /**
   * Lets a reader read at once, and then in intervals.
   *
   * @param rate how many times a second
   * @param action lets it read on
   */
  Pace(Shard shard, int rate, Runnable action) {
    this.shard = shard;
    this.interval = interval(rate);
    this.timer = new Wheel.Timer(action);
  }

  /** Returns how many milliseconds there are from one time to the next. */
  static long interval(int rate) {
    return (SECOND + rate - 1) / rate;
  }

  /** Returns whether it must wait. Then the action is run when it need not. */
  boolean isEarly() {
    boolean early = shard.now() < next;
    if (early) {
      shard.wheel().schedule(timer, next);
    }
    return early;
  }

  /** Notes that it was given something. */
  void gave() {
    given = true;
  }

  /** Notes that it is up to date. */
  void caughtUp() {
    if (given) {
      given = false;
      next = shard.now() + interval;
    }
  }

  void end() {
    shard.wheel().cancel(timer);
  }
}
