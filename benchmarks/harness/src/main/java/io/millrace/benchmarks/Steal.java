package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What other machines on the same host take, from now on. */
final class Steal {

  private static final int COLUMN = 7;

  private final long[] atStart = ticks();

  Steal() throws IOException {}

  /** Returns which share of the CPU time a hypervisor gave to others since the start. */
  double share() throws IOException {
    long[] now = ticks();
    return (double) (now[COLUMN] - atStart[COLUMN])
        / Math.max(1, LongStream.of(now).sum() - LongStream.of(atStart).sum());
  }

  /** Returns the first eight columns of all CPUs: user to steal, see proc(5). */
  private static long[] ticks() throws IOException {
    String all = Files.readAllLines(Path.of("/proc/stat")).get(0);
    return Stream.of(all.split(" +", -1))
        .skip(1)
        .limit(COLUMN + 1)
        .mapToLong(Long::parseLong)
        .toArray();
  }
}
