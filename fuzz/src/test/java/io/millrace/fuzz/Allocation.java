package io.millrace.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Measures what work allocates, which bounds what it can hold and, roughly, how long it takes. */
public final class Allocation {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * What is allocated for any input, however small; in a search, also by the hooks of the search.
   */
  private static final long BASE = 1 << 20;

  /**
   * What is allowed for each byte of the input. Anything that grows faster is found, whatever the
   * factor.
   */
  private static final long EACH = 500;

  private static final int TRIES = 3;

  private Allocation() {}

  /**
   * Asserts that work allocates no more than its input justifies.
   *
   * @param input how many bytes the input has
   * @param work what is done, more than once, because the first time loads classes
   */
  public static void isBounded(int input, Runnable work) {
    long most = BASE + EACH * input;
    long allocated = most + 1;
    for (int i = 0; i < TRIES && allocated > most; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      work.run();
      allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(allocated).as("bytes allocated for %d of input", input).isLessThanOrEqualTo(most);
  }
}
