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
    // Netty has direct memory of which the JVM does not know, where it can.
    long direct = Math.max(0, PlatformDependent.usedDirectMemory());
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      direct += pool.getName().equals("direct") ? pool.getMemoryUsed() : 0;
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
