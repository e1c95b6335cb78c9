package io.millrace.spi.remote;

import java.lang.System.Logger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts messages from the server that cannot be brought to readers, so that nothing is lost in
 * silence; logs one of them at most once a minute. Safe on any thread.
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

  /**
   * {@return a counter that logs nothing, for records that were counted when they were first read}
   */
  public static SkipCounter unheard() {
    return new SkipCounter(false);
  }

  /**
   * Counts a message.
   *
   * @param destination where it came from. Anybody may have chosen the name, so it is logged
   *     shortened and without control characters
   * @param why the reason, as a sentence
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
          "A message at {0} was skipped: {1} This is number {2}; those of the next minute are only counted.",
          shown.replaceAll("\\p{Cntrl}", "?"),
          why,
          total);
    }
  }

  /** {@return how many were counted} */
  public long count() {
    return count.get();
  }
}
