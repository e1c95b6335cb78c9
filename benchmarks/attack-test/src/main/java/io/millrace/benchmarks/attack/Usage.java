package io.millrace.benchmarks.attack;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/**
 * What a server has in use, in bytes.
 *
 * @param heap the heap, with what is garbage already
 * @param direct direct memory
 * @param counted what the log says it holds, 0 where it was not asked
 */
record Usage(long heap, long direct, long counted) {

  static final Usage NONE = new Usage(0, 0, 0);

  /** Of this process. */
  static Usage now(long counted) {
    Runtime runtime = Runtime.getRuntime();
    // Netty counts its own, whether or not the JVM knows of it: what both know is there once.
    long direct = PlatformDependent.usedDirectMemory();
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      direct = Math.max(direct, pool.getName().equals("direct") ? pool.getMemoryUsed() : 0);
    }
    return new Usage(runtime.totalMemory() - runtime.freeMemory(), direct, counted);
  }

  Usage or(Usage other) {
    return new Usage(
        Math.max(heap, other.heap),
        Math.max(direct, other.direct),
        Math.max(counted, other.counted));
  }

  /** For {@link #of}. */
  String words() {
    return heap + " " + direct + " " + counted;
  }

  static Usage of(String words) {
    String[] all = words.split(" ", -1);
    return new Usage(Long.parseLong(all[0]), Long.parseLong(all[1]), Long.parseLong(all[2]));
  }
}
