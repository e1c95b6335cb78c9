package io.millrace.auth;

import java.lang.System.Logger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Logs at most once a minute that another server fails. Safe on any thread. */
final class Failures {

  private static final Logger LOG = System.getLogger(Failures.class.getName());
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final String whose;
  private final AtomicLong quietUntil = new AtomicLong(System.nanoTime());

  /**
   * @param whose what fails, for the log
   */
  Failures(String whose) {
    this.whose = whose;
  }

  /** Logs a failure. Nothing in it may come from credentials. */
  void log(Throwable failure) {
    long until = quietUntil.get();
    long now = System.nanoTime();
    if (now - until >= 0 && quietUntil.compareAndSet(until, now + QUIET_NANOS)) {
      LOG.log(
          Logger.Level.WARNING,
          "{0} fails: {1}. It is logged once a minute.",
          whose,
          withCauses(failure));
    }
  }

  private static String withCauses(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause == null ? failure.toString() : failure + ", because " + withCauses(cause);
  }
}
