package io.millrace.spi.link;

import java.lang.System.Logger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what came from the server and is no message for a reader, since nothing may be lost in
 * silence; logs it at most once a minute. Safe on any thread.
 */
public final class SkipCounter {

  private static final Logger LOG = System.getLogger(SkipCounter.class.getName());
  private static final long QUIET_NANOS = 60_000_000_000L;
  private static final int SHOWN = 200;

  private final boolean heard;
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong quietUntil = new AtomicLong(System.nanoTime());

  /** A counter at zero. */
  public SkipCounter() {
    this(true);
  }

  private SkipCounter(boolean heard) {
    this.heard = heard;
  }

  /** {@return a counter that logs nothing: what is read again was counted the first time} */
  public static SkipCounter unheard() {
    return new SkipCounter(false);
  }

  /**
   * Counts one.
   *
   * @param destination where it came from; anyone may have named it, so it is logged cut and
   *     without control characters
   * @param why a sentence
   */
  public void add(String destination, String why) {
    long total = count.incrementAndGet();
    long until = quietUntil.get();
    long now = System.nanoTime();
    if (heard && now - until >= 0 && quietUntil.compareAndSet(until, now + QUIET_NANOS)) {
      String shown =
          destination.length() > SHOWN ? destination.substring(0, SHOWN) + "…" : destination;
      LOG.log(
          Logger.Level.WARNING,
          "A message was skipped, at {0}: {1} So far {2} were; the next minute''s are only counted.",
          shown.replaceAll("\\p{Cntrl}", "?"),
          why,
          total);
    }
  }

  /** {@return how many there were} */
  public long count() {
    return count.get();
  }
}
