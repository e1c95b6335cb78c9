package io.millrace.core;

import io.millrace.MillraceException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds how many bytes of the heap something may take. Whoever wants more than there is left is
 * refused; who has what they wanted is not disturbed. Safe on any thread.
 */
final class Allowance {

  private final long most;
  private final String refusal;
  private final AtomicLong taken = new AtomicLong();

  /**
   * An allowance of which nothing is taken.
   *
   * @param most how many bytes
   * @param refusal what is said to whoever is refused
   */
  Allowance(long most, String refusal) {
    this.most = most;
    this.refusal = refusal;
  }

  /** Returns how many bytes are taken. */
  long taken() {
    return taken.get();
  }

  /**
   * Takes some, until it is added back.
   *
   * @throws MillraceException {@link MillraceException.Code#UNAVAILABLE} if there is not as much
   */
  void take(long bytes) {
    if (taken.addAndGet(bytes) > most && bytes > 0) {
      taken.addAndGet(-bytes);
      throw new MillraceException(MillraceException.Code.UNAVAILABLE, refusal);
    }
  }

  /**
   * Takes some.
   *
   * @return what gives it back, once, however often it is run
   * @throws MillraceException {@link MillraceException.Code#UNAVAILABLE} if there is not as much
   */
  Runnable reserve(long bytes) {
    take(bytes);
    AtomicBoolean given = new AtomicBoolean();
    return () -> {
      if (given.compareAndSet(false, true)) {
        add(-bytes);
      }
    };
  }

  /** Counts what is there now, or if it is less than zero, no more: what cannot be refused. */
  void add(long bytes) {
    taken.addAndGet(bytes);
  }
}
