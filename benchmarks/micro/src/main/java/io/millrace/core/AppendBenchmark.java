package io.millrace.core;

import io.millrace.Cursor;
import io.millrace.MillraceOptions;
import io.millrace.core.log.Log;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Appends to the log. The log is full after half a second of warm-up; from then on, the oldest
 * entry leaves the ring and its history.
 */
public class AppendBenchmark extends MicroBenchmark {

  /** The number of channels, which are used in turn. */
  @Param({"1", "1000"})
  public int channels;

  private final Log log = new Log(new MillraceOptions(), false, MicroBenchmark::millis);
  private String[] names = {};
  private int next;

  /** Names the channels. */
  @Setup
  public void name() {
    names = IntStream.range(0, channels).mapToObj(i -> "channel." + i).toArray(String[]::new);
  }

  /**
   * Appends.
   *
   * @return the place
   */
  @Benchmark
  public Cursor append() {
    int channel = next;
    next = channel + 1 < names.length ? channel + 1 : 0;
    return log.append(names[channel], MESSAGE);
  }
}
