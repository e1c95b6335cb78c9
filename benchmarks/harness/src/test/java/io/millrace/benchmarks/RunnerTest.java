package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.benchmarks.Scenario.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the harness for a moment; with so few readers, its figures mean nothing. */
class RunnerTest {

  private static final int READERS = 20;

  private static final Servers SERVERS = new Servers(Path.of(".."), new Placement(""), List.of());
  private static final Map<String, ServerProcess> STARTED = new HashMap<>();

  private static final Runner.Warming BRIEF = new Runner.Warming(0, 1, 500, 0, 0);

  private static final int WINDOW = 16;

  @BeforeAll
  static void start() throws IOException {
    for (String server : servers().filter(SERVERS::has).toList()) {
      STARTED.put(server, new ServerProcess(SERVERS.command(server, Kind.FAN_OUT)));
    }
  }

  @AfterAll
  static void stop() throws IOException {
    for (ServerProcess server : STARTED.values()) {
      server.close();
    }
  }

  private static Stream<String> servers() {
    return Stream.concat(Target.ON_CLASS_PATH.stream(), Target.FOREIGN.stream());
  }

  static List<Target> targets() {
    List<String> servers = servers().toList();
    return Targets.ALL.stream().filter(target -> servers.contains(target.server())).toList();
  }

  @ParameterizedTest
  @MethodSource("targets")
  void everyReaderOfEveryServerGetsEveryMessage(Target target) {
    Result result = run(Scenario.fanOut(READERS).atRate(100), target);

    assertThat(result.fault()).isEmpty();
    assertThat(result.measured().deliveries()).isPositive();
    assertThat(result.measured().deliveries() % READERS).isZero();
    assertThat(result.measured().p99()).isPositive();
  }

  @ParameterizedTest
  @MethodSource("targets")
  void publishingGoesOnAsReadersDo(Target target) {
    Scenario scenario = Scenario.fanOut(READERS).overChannels(4);
    Result result = run(scenario, target);
    for (int millis = 4000;
        result.counts() && result.measured().deliveries() <= READERS * WINDOW && millis < 60_000;
        millis *= 4) {
      result = run(scenario, target, millis); // The machine is busy elsewhere.
    }

    assertThat(result.fault()).isEmpty();
    assertThat(result.measured().deliveries()).isGreaterThan(READERS * WINDOW);
    assertThat(result.measured().cpuMicros()).isNotNegative();
  }

  static Stream<Target> targetsWithPatterns() {
    return targets().stream()
        .filter(target -> !Target.FOREIGN.contains(target.server()))
        .filter(target -> !target.server().equals(Target.SOCKJS))
        .filter(target -> !target.family().equals(Target.RABBITMQ));
  }

  @ParameterizedTest
  @MethodSource("targetsWithPatterns")
  void aReaderWithAPatternGetsEveryChannel(Target target) {
    Result result = run(Scenario.fanOut(READERS).byPattern(5).atRate(50), target);

    assertThat(result.fault()).isEmpty();
    assertThat(result.measured().deliveries()).isPositive();
    assertThat(result.measured().deliveries() % (READERS * 5)).isZero();
  }

  static Stream<Target> targetsThatRecover() {
    return Targets.of(Scenario.fanOut(READERS).measuring(Kind.RECONNECT)).stream();
  }

  @ParameterizedTest
  @MethodSource("targetsThatRecover")
  void whoComesBackGetsAllThatItMissed(Target target) {
    Scenario scenario = Scenario.fanOut(READERS).measuring(Kind.RECONNECT);
    Result result = run(scenario, target);
    for (int i = 0; i < 10 && result.fault().contains(" were published"); i++) {
      result = run(scenario, target); // The machine is busy elsewhere.
    }

    assertThat(result.fault()).isEmpty();
    assertThat(result.measured().deliveries()).isEqualTo(READERS * Scenario.MISSED);
    assertThat(result.measured().caughtUp()).isPositive();
  }

  static Stream<Target> targetsOfMillrace() {
    return targets().stream().filter(target -> target.server().equals(Target.MILLRACE));
  }

  @ParameterizedTest
  @MethodSource("targetsOfMillrace")
  void connectionsAreMeasured(Target target) {
    Scenario scenario = Scenario.fanOut(READERS);

    List<Result> results =
        Stream.of(Kind.IDLE, Kind.CONNECT)
            .map(kind -> run(scenario.measuring(kind), target))
            .toList();

    assertThat(results).allMatch(Result::counts);
  }

  private static Result run(Scenario scenario, Target target) {
    return run(scenario, target, 1000);
  }

  private static Result run(Scenario scenario, Target target, int millis) {
    SERVERS.need(target.server()).orSkip();
    Runner runner = new Runner(SERVERS, new Runner.Pace(BRIEF, BRIEF, millis, 1000, 50, WINDOW));
    return runner.run(scenario, target, 1, STARTED.get(target.server()));
  }
}
