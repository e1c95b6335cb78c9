package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Measures what other machines on the same host take, from now on. */
final class Steal {

  private static final int IDLE = 3;
  private static final int IOWAIT = 4;
  private static final int STEAL = 7;

  private final long[] atStart = ticks();

  Steal() throws IOException {}

  /** Returns the share of the CPU time that the hypervisor gave to others since the start. */
  double share() throws IOException {
    long[] since = ticksSinceStart();
    return (double) since[STEAL] / Math.max(1, LongStream.of(since).sum());
  }

  /**
   * Returns their share of the CPU time that was wanted, without the time in which a CPU was idle.
   */
  double shareOfWanted() throws IOException {
    long[] since = ticksSinceStart();
    long idle = since[IDLE] + since[IOWAIT];
    return (double) since[STEAL] / Math.max(1, LongStream.of(since).sum() - idle);
  }

  private long[] ticksSinceStart() throws IOException {
    long[] since = ticks();
    Arrays.setAll(since, column -> since[column] - atStart[column]);
    return since;
  }

  /** Returns the first eight columns of all CPUs: user to steal, see proc(5). */
  private static long[] ticks() throws IOException {
    String all = Files.readAllLines(Path.of("/proc/stat")).get(0);
    return Stream.of(all.split(" +", -1))
        .skip(1)
        .limit(STEAL + 1)
        .mapToLong(Long::parseLong)
        .toArray();
  }
}
