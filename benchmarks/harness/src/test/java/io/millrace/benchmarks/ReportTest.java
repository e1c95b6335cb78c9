package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReportTest {

  private static final Scenario SCENARIO = Scenario.fanOut(10);

  private static Result result(String target, int run, double micros) {
    return new Result(
        SCENARIO,
        Targets.named(target),
        run,
        new Result.Measured(micros, 100, 1000, 1, 2, 0, micros / 2, 0),
        0,
        "");
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
  void whatRunsOnRabbitMqIsComparedWithRabbitMq() {
    Scenario scenario = SCENARIO.over(Target.RABBITMQ);
    List<Result> results =
        Stream.of("rabbitmq/web-stomp", "millrace-topic/websocket")
            .map(Targets::named)
            .map(
                target ->
                    new Result(
                        scenario,
                        target,
                        1,
                        new Result.Measured(target.isMillrace() ? 2 : 8, 100, 1000, 1, 2, 0, 1, 0),
                        0,
                        ""))
            .toList();

    assertThat(new Report(results).markdown())
        .contains("| server | CPU per delivery, µs | to rabbitmq | without RabbitMQ, µs |")
        .contains("| millrace-topic/websocket | 2.00 | 0.25 | 1.00 |");
  }

  @Test
  void aRecoveryTellsHowLongItTookAndWhatDisturbedIt() {
    Scenario scenario = SCENARIO.measuring(Scenario.Kind.RECONNECT);
    Result recovery =
        new Result(
            scenario,
            Targets.named("millrace/sse"),
            1,
            Result.Measured.recovery(300, 1000, 42),
            0.05,
            "");

    assertThat(new Report(List.of(recovery)).markdown())
        .contains("| server | CPU per connection, µs | to bare | caught up, ms | steal, % |")
        .contains("| millrace/sse | 300.00 |  | 42 | 5 |");
  }

  @Test
  void aPlotHasABarForEachTarget() {
    assertThat(report.plots()).containsOnlyKeys("fanout-10");
    assertThat(report.plots().get("fanout-10"))
        .startsWith("<svg")
        .contains(">bare/websocket</text>")
        .contains("width=\"240.0\""); // Half of the maximum.
  }
}
