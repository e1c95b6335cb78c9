package io.millrace.core.testing;

import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.function.Supplier;

/** Measures how much of the heap is in use after a garbage collection. */
public final class Heap {

  private Heap() {}

  /** Returns how many bytes the heap grows by while something is held. */
  public static <T> long growth(Supplier<T> made) {
    long before = used();
    T held = made.get();
    try {
      return used() - before;
    } finally {
      Reference.reachabilityFence(held);
    }
  }

  private static long used() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      least = Math.min(least, used);
    }
    return least;
  }
}
