package io.millrace.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Waits until other machines on the same host leave the CPU alone. What they take shows only while
 * one wants the CPU, so to know it a core is kept busy for a second.
 */
final class QuietHost {

  /** Tells which share of the wanted CPU time others take at present. */
  @FunctionalInterface
  interface Probe {
    double taken() throws IOException;
  }

  /** Lets some time go by. */
  @FunctionalInterface
  interface Pause {
    void take() throws InterruptedException;
  }

  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final Probe probe;
  private final Pause pause;

  private long pausesLeft;

  /**
   * @param patience how long to wait, in all
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

  /** Returns once the host is quiet, or there is no patience left. */
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
