package io.millrace.tck;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The time that an event loop has had. This clock advances while the loop runs, and stops while the
 * loop is held up, so that a test that something happens in time does not fail on a busy machine.
 * It never runs ahead of real time. The code that is measured must run on the same event loop, so
 * give Vert.x only one.
 */
public final class LoopClock {

  private static final long STEP_MILLIS = 10;

  private final Vertx vertx;
  private final AtomicLong steps = new AtomicLong();

  /**
   * Starts the clock. It runs until Vert.x is closed.
   *
   * @param vertx has the event loop
   */
  public LoopClock(Vertx vertx) {
    this.vertx = vertx;
    step();
  }

  // One timer after the other: a periodic one would catch up after a delay.
  private void step() {
    vertx.setTimer(
        STEP_MILLIS,
        over -> {
          steps.incrementAndGet();
          step();
        });
  }

  /** {@return the time since the start, in steps of 10 ms} Safe on any thread. */
  public Duration elapsed() {
    return Duration.ofMillis(steps.get() * STEP_MILLIS);
  }
}
