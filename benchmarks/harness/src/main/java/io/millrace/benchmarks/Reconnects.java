package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Plan;
import java.io.IOException;
import java.util.List;

/**
 * Disconnects all readers at once, publishes messages while they are away, and reconnects all, each
 * with the last cursor that it received. This is repeated until the server has worked enough to be
 * compiled; the last time counts.
 */
final class Reconnects {

  private static final int PUBLISH_MILLIS = 300;
  private static final double MICROS = 1e6;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Runner.Session session;
  private final Runner.Pace pace;
  private final int readers;
  private List<String> cursors = List.of();

  Reconnects(Runner.Session session, Runner.Pace pace) {
    this.session = session;
    this.pace = pace;
    readers = session.scenario().readers();
  }

  Result.Measured run() throws Exception {
    try (Load load = session.load()) {
      load.follow(cursors);
      load.connect(readers, 1, 0);
      settle();
      cursors = load.cursors();
    }
    Runner.Warming warming = pace.warming(session);
    long end = warming.until();
    Steadiness steadiness = new Steadiness(warming.steady());
    Result.Measured measured;
    do {
      Runner.awaitQuiet(session.server());
      publish();
      measured = comeBack();
      steadiness.add(measured.cpuMicros());
    } while (System.nanoTime() < end
        && (session.server().workedSeconds() < warming.cpuSeconds() || !steadiness.isReached()));
    return measured;
  }

  private void settle() throws InterruptedException {
    Thread.sleep(pace.settleMillis());
  }

  /**
   * Publishes the messages that the readers miss: as many as the window allows while nobody reads.
   */
  private void publish() throws Exception {
    int size = session.scenario().size();
    Plan plan = new Plan(1, size, 0, Scenario.MISSED, PUBLISH_MILLIS);
    long published = session.server().publish(plan);
    if (published != Scenario.MISSED) {
      throw new IOException("%d were published".formatted(published));
    }
    settle();
  }

  private Result.Measured comeBack() throws Exception {
    long expected = (long) readers * Scenario.MISSED;
    try (Load load = session.load()) {
      load.follow(cursors);
      load.begin(1, session.scenario().size(), pace.granule(), round -> {});
      double before = session.server().cpuSeconds();
      long start = System.nanoTime();
      load.connect(readers, 1, 0);
      Runner.awaitAll(session.tally(), expected);
      double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
      settle();
      double cpu = session.server().cpuSeconds() - before;
      Runner.awaitAll(session.tally(), expected); // Nothing arrived twice.
      cursors = load.cursors();
      return Result.Measured.recovery(cpu * MICROS / readers, expected, millis);
    }
  }
}
