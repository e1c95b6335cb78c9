package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

  private static final Scenario SCENARIO = Scenario.fanOut(10);

  private static Result result(String target, int run, double micros) {
    return new Result(
        SCENARIO, Targets.named(target), run, new Result.Measured(micros, 100, 1000, 1, 2, 0), "");
  }

  private final Report report =
      new Report(
          List.of(
              result("bare/websocket", 1, 4),
              result("joined/websocket", 1, 2),
              result("millrace/websocket", 1, 2),
              result("bare/websocket", 2, 8),
              result("millrace/websocket", 2, 2),
              result("bare/websocket", 3, 4),
              result("millrace/websocket", 3, 3),
              Result.failed(SCENARIO, Targets.named("millrace/sse"), 1, "9 of 10 came")));

  @Test
  void aRatioIsTheMedianOfThoseToTheSameRun() {
    assertThat(report.markdown())
        .contains("| millrace/websocket | 2.00 (2.00–3.00) | 0.50 | 1.00 |")
        .contains("| bare/websocket | 4.00 (4.00–8.00) | 1.00 | 2.00 |");
  }

  @Test
  void aVoidRunIsNamedAndNotCounted() {
    assertThat(report.markdown()).contains("Void: millrace/sse, run 1: 9 of 10 came");
    assertThat(report.markdown()).doesNotContain("| millrace/sse |");
  }

  @Test
  void aPlotHasABarForEachTarget() {
    assertThat(report.plots()).containsOnlyKeys("fanout-10");
    assertThat(report.plots().get("fanout-10"))
        .startsWith("<svg")
        .contains(">bare/websocket</text>")
        .contains("width=\"240.0\""); // Half of the most that there is.
  }
}
