package io.millrace.tck;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The time that an event loop has had. It goes on while the loop runs, and stands still while the
 * loop is held up, so that a busy machine does not break a test of what comes in time. It never
 * runs ahead of the time on the wall. What is measured has to be on the same event loop: give
 * Vert.x one only.
 */
public final class LoopClock {

  private static final long STEP_MILLIS = 10;

  private final Vertx vertx;
  private final AtomicLong steps = new AtomicLong();

  /**
   * Begins to count, until Vert.x is closed.
   *
   * @param vertx whose event loop it is
   */
  public LoopClock(Vertx vertx) {
    this.vertx = vertx;
    step();
  }

  // One timer after the other: a periodic one would make up for what was held up.
  private void step() {
    vertx.setTimer(
        STEP_MILLIS,
        over -> {
          steps.incrementAndGet();
          step();
        });
  }

  /** {@return the time since it began} In steps of 10 ms; any thread may ask. */
  public Duration elapsed() {
    return Duration.ofMillis(steps.get() * STEP_MILLIS);
  }
}
