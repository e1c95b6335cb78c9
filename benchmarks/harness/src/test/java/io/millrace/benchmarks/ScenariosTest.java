package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScenariosTest {

  static Stream<Scenario> scenariosOfEveryTechnique() {
    return Scenarios.FULL.stream()
        .filter(scenario -> !scenario.onRabbitMq())
        .filter(scenario -> scenario.slow() == 0)
        .filter(scenario -> !scenario.families().equals(List.of(Target.LONGPOLL)));
  }

  @ParameterizedTest
  @MethodSource("scenariosOfEveryTechnique")
  void theFullReportHasEveryTechniqueBesideBareVertx(Scenario scenario) {
    List<Target> targets = Targets.of(scenario);

    assertThat(targets)
        .extracting(Target::name)
        .contains(
            "bare/websocket",
            "millrace/millrace.v1",
            "bare/sse",
            "millrace/sse",
            "bare/stream",
            "millrace/stream",
            "bare/longpoll",
            "millrace/longpoll");
  }
}
