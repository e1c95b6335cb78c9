package io.millrace.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Waits until other machines on the same host use little CPU. What they take is visible only while
 * this machine wants the CPU, so one core is kept busy for a second to measure it.
 */
final class QuietHost {

  /** Returns the share of the wanted CPU time that others take at present. */
  @FunctionalInterface
  interface Probe {
    double taken() throws IOException;
  }

  /** Waits for some time. */
  @FunctionalInterface
  interface Pause {
    void take() throws InterruptedException;
  }

  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final Probe probe;
  private final Pause pause;

  private long pausesLeft;

  /**
   * @param patience how long to wait, in total
   */
  QuietHost(Duration patience) {
    this(
        patience.dividedBy(PAUSE),
        QuietHost::taken,
        () -> TimeUnit.SECONDS.sleep(PAUSE.toSeconds()));
  }

  QuietHost(long pauses, Probe probe, Pause pause) {
    this.pausesLeft = pauses;
    this.probe = probe;
    this.pause = pause;
  }

  /** Returns once the host is quiet, or the patience is used up. */
  void await() throws IOException, InterruptedException {
    boolean told = false;
    while (pausesLeft > 0) {
      double taken = probe.taken();
      if (taken <= Result.MOST_STOLEN) {
        return;
      }
      if (!told) {
        told = true;
        System.err.printf(
            Locale.ROOT,
            "Other machines take %.0f %% of the CPU: waiting, %d minutes at most%n",
            100 * taken,
            PAUSE.multipliedBy(pausesLeft).toMinutes());
      }
      pausesLeft--;
      pause.take();
    }
  }

  private static double taken() throws IOException {
    Steal steal = new Steal();
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(1)) {
      Thread.onSpinWait();
    }
    return steal.shareOfWanted();
  }
}
