package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Payload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.HdrHistogram.Histogram;

/**
 * Counts what the readers get: every reader must get every message, in order. Owned by the load
 * client's thread, except the counters that other threads may read.
 */
final class Tally {

  private static final int MARKS = 64;
  private static final long MOST_MICROS = 120_000_000;

  /**
   * Sets what is expected.
   *
   * @param readers how many readers are waited for
   * @param perRound how many messages a reader gets in each round
   * @param size the size of a payload, in bytes
   * @param granule after how many rounds progress is reported
   */
  record Expected(int readers, int perRound, int size, int granule) {}

  private final int[] passed = new int[MARKS];
  private final List<String> faults = new ArrayList<>();
  private Histogram latency = new Histogram(MOST_MICROS, 3);
  private Expected expected = new Expected(0, 1, 0, 1);
  private LongConsumer progress = round -> {};
  private long now;
  private volatile long deliveries;
  private volatile int faultCount;

  /**
   * Starts again.
   *
   * @param told receives the round up to which every reader has everything
   */
  void begin(Expected what, LongConsumer told) {
    expected = what;
    progress = told;
    deliveries = 0;
    latency = new Histogram(MOST_MICROS, 3);
    Arrays.fill(passed, 0);
  }

  int size() {
    return expected.size();
  }

  /** Takes the time, once for everything that arrives in one read. */
  void tick() {
    now = Payload.now();
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Only one thread writes.
  void delivered(Connection reader, long round, long published) {
    if (reader.slow) {
      return;
    }
    if (round != reader.count / expected.perRound() + 1) {
      fault("round " + round + " instead of " + (reader.count / expected.perRound() + 1));
    }
    reader.count++;
    deliveries++;
    latency.recordValue(Math.min(Math.max(now - published, 0), MOST_MICROS));
    int stride = expected.perRound() * expected.granule();
    if (reader.count % stride == 0) {
      pass(reader.count / stride);
    }
  }

  private void pass(long mark) {
    int slot = (int) (mark % MARKS);
    if (++passed[slot] == expected.readers()) {
      passed[slot] = 0;
      progress.accept(mark * expected.granule());
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Only one thread writes.
  void fault(String what) {
    if (faults.size() < 5) {
      faults.add(what);
    }
    faultCount++;
  }

  /** Returns how many messages have arrived. Safe on any thread. */
  long deliveries() {
    return deliveries;
  }

  /** Returns how much went wrong: gaps, doubles, connections lost. Safe on any thread. */
  int faultCount() {
    return faultCount;
  }

  List<String> faults() {
    return List.copyOf(faults);
  }

  /** Returns the delays from publishing to reading, in microseconds. */
  Histogram latency() {
    return latency.copy();
  }
}
