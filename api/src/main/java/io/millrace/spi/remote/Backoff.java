package io.millrace.spi.remote;

import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next attempt to connect: exponential, with full jitter, so that the
 * nodes of a cluster do not reconnect all at once. Not safe for use by several threads.
 */
final class Backoff {

  private static final long FIRST_MILLIS = 500;
  private static final long MOST_MILLIS = 30_000;
  private static final long REFUSED_MILLIS = 3_000;
  private static final int DOUBLINGS = 6;

  /** After a connection has held for so long, the waits start short again. */
  private static final long STABLE_NANOS = 10_000_000_000L;

  private final int hosts;
  private int failures;

  /**
   * A back-off without failures.
   *
   * @param hosts how many hosts are tried in turn before the wait is doubled
   */
  Backoff(int hosts) {
    this.hosts = hosts;
  }

  /** Notes that a connection broke after it had held for a time. */
  void broke(long nanos) {
    if (nanos >= STABLE_NANOS) {
      failures = 0;
    }
  }

  /**
   * Returns how many milliseconds to wait now, and counts a failure.
   *
   * @param refused whether the server answered: then it is up, and may accept this node soon
   */
  long next(boolean refused) {
    int doublings = Math.min(failures++ / hosts, DOUBLINGS);
    long most = Math.min(FIRST_MILLIS << doublings, refused ? REFUSED_MILLIS : MOST_MILLIS);
    return ThreadLocalRandom.current().nextLong(most) + 1;
  }
}
