package io.millrace.core.broker;

import java.lang.System.Logger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Logs what others can cause as often as they like: at most once a minute, with the number of
 * times. Safe on any thread.
 */
public final class RareLog {

  private static final long QUIET_MILLIS = 60_000;

  private final Logger log;
  private final LongSupplier clock;
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong quietUntil;

  /** Makes one that has logged nothing yet. */
  public RareLog(Logger log) {
    this(log, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  RareLog(Logger log, LongSupplier clock) {
    this.log = log;
    this.clock = clock;
    this.quietUntil = new AtomicLong(clock.getAsLong());
  }

  /**
   * Counts, and logs a warning if the last one is long enough ago.
   *
   * @param what a sentence
   * @param cause the cause; logged with its stack trace if there is one
   */
  public void warn(String what, @Nullable Throwable cause) {
    long total = count.incrementAndGet();
    long until = quietUntil.get();
    long now = clock.getAsLong();
    if (now >= until && quietUntil.compareAndSet(until, now + QUIET_MILLIS)) {
      log.log(
          Logger.Level.WARNING,
          what + " This is number " + total + "; those of the next minute are only counted.",
          cause);
    }
  }
}
