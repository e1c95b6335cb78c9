package io.millrace.broker.amqp;

import java.lang.System.Logger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what came from the broker and is no message for a reader; logs it now and then. */
final class Skipped {

  private static final Logger LOG = System.getLogger(Skipped.class.getName());
  private static final long QUIET_NANOS = 60_000_000_000L;
  private static final int SHOWN = 200;

  private final AtomicLong count = new AtomicLong();
  private final AtomicLong quietUntil = new AtomicLong(System.nanoTime());

  void add(String destination, String why) {
    long total = count.incrementAndGet();
    long until = quietUntil.get();
    long now = System.nanoTime();
    if (now - until >= 0 && quietUntil.compareAndSet(until, now + QUIET_NANOS)) {
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

  long count() {
    return count.get();
  }
}
