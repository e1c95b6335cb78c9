package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads what Linux knows about a process. */
final class Proc {

  /** USER_HZ, which is 100 on every Linux that runs Java. */
  private static final double TICKS_PER_SECOND = 100;

  private Proc() {}

  /** Returns the CPU time that processes have used, user and system, in seconds. */
  static double cpuSeconds(List<Long> pids) throws IOException {
    double sum = 0;
    for (long pid : pids) {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      sum += (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }
    return sum;
  }

  /** Returns the resident memory of processes, in bytes. */
  static long residentBytes(List<Long> pids) throws IOException {
    long sum = 0;
    for (long pid : pids) {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          sum += Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
      }
    }
    return sum;
  }
}
