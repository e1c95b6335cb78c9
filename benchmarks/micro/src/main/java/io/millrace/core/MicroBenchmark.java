package io.millrace.core;

import io.millrace.Message;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How all benchmarks are measured, and what they publish. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public abstract class MicroBenchmark {

  /** A JSON object of 128 bytes. */
  protected static final Message MESSAGE =
      Message.json(new JsonObject().put("text", "x".repeat(117)))
          .withTime(Instant.ofEpochMilli(1_764_000_000_000L));

  /** How benchmarks are measured. */
  protected MicroBenchmark() {}

  /**
   * Reads the clock of a node.
   *
   * @return the time, in milliseconds
   */
  protected static long millis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  /**
   * Stops a run that would not measure what it claims.
   *
   * @param asExpected whether it measures what it claims
   * @param what what is wrong otherwise
   */
  protected static void check(boolean asExpected, String what) {
    if (!asExpected) {
      throw new IllegalStateException(what);
    }
  }
}
