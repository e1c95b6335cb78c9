package io.millrace.benchmarks.attack;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/**
 * What a server has in use, in bytes.
 *
 * @param heap the heap, with what is garbage already
 * @param direct direct memory
 */
record Usage(long heap, long direct) {

  static final Usage NONE = new Usage(0, 0);

  /** Of this process. */
  static Usage now() {
    Runtime runtime = Runtime.getRuntime();
    // Netty has direct memory of which the JVM does not know, where it can.
    long direct = Math.max(0, PlatformDependent.usedDirectMemory());
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      direct += pool.getName().equals("direct") ? pool.getMemoryUsed() : 0;
    }
    return new Usage(runtime.totalMemory() - runtime.freeMemory(), direct);
  }

  Usage or(Usage other) {
    return new Usage(Math.max(heap, other.heap), Math.max(direct, other.direct));
  }

  /** For {@link #of}. */
  String words() {
    return heap + " " + direct;
  }

  static Usage of(String words) {
    String[] both = words.split(" ", -1);
    return new Usage(Long.parseLong(both[0]), Long.parseLong(both[1]));
  }
}
