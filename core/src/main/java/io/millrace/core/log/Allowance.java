package io.millrace.core.log;

import io.millrace.MillraceException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits how many bytes of the heap something may take. A request for more than is left is refused;
 * nobody who has taken bytes is disturbed. Safe on any thread.
 */
public final class Allowance {

  private final long most;
  private final String refusal;
  private final AtomicLong taken = new AtomicLong();

  /**
   * Makes an allowance of which nothing is taken.
   *
   * @param most how many bytes
   * @param refusal the message of a refusal
   */
  public Allowance(long most, String refusal) {
    this.most = most;
    this.refusal = refusal;
  }

  /** Returns how many bytes are taken. */
  public long taken() {
    return taken.get();
  }

  /**
   * Takes some bytes, until they are added back.
   *
   * @throws MillraceException {@link MillraceException.Code#UNAVAILABLE} if there is not enough
   *     room
   */
  public void take(long bytes) {
    if (taken.addAndGet(bytes) > most && bytes > 0) {
      taken.addAndGet(-bytes);
      throw new MillraceException(MillraceException.Code.UNAVAILABLE, refusal);
    }
  }

  /**
   * Takes some bytes.
   *
   * @return gives them back when it is first run
   * @throws MillraceException {@link MillraceException.Code#UNAVAILABLE} if there is not enough
   *     room
   */
  public Runnable reserve(long bytes) {
    take(bytes);
    return new GiveBack(() -> add(-bytes));
  }

  /** Counts bytes that cannot be refused; if the number is negative, counts them no more. */
  public void add(long bytes) {
    taken.addAndGet(bytes);
  }
}
