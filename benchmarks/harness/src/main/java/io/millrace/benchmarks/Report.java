package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The results as Markdown: medians, ranges, and ratios to bare Vert.x in the same run. */
final class Report {

  private static final int PERCENT = 100;

  private final List<Result> results;

  Report(List<Result> results) {
    this.results = results;
  }

  /** Returns a result in one line, to show progress. */
  static String line(Result result) {
    String who =
        "%-24s %-22s #%d  "
            .formatted(result.scenario().name(), result.target().name(), result.run());
    Result.Measured measured = result.measured();
    return who
        + (result.counts()
            ? String.format(
                Locale.ROOT,
                "%8.3f µs %10.0f/s  p99 %8.2f ms %8.0f B  caught up %5.0f ms  stolen %4.1f %%",
                measured.cpuMicros(),
                measured.perSecond(),
                measured.p99(),
                measured.bytes(),
                measured.caughtUp(),
                PERCENT * result.stolen())
            : "void: " + result.fault());
  }

  String markdown() {
    Map<Scenario, List<Result>> byScenario = grouped(results, Result::scenario);
    StringBuilder text = new StringBuilder();
    text.append(new Goals(results.stream().filter(Result::counts).toList()).markdown());
    byScenario.forEach((scenario, all) -> append(text, scenario, all));
    return text.toString();
  }

  /** Returns a picture of each scenario, by its name. */
  Map<String, String> plots() {
    Map<String, String> plots = new LinkedHashMap<>();
    grouped(results.stream().filter(Result::counts).toList(), Result::scenario)
        .forEach(
            (scenario, counted) ->
                plots.put(
                    scenario.name(), new Plot(scenario, grouped(counted, Result::target)).svg()));
    return plots;
  }

  private static <K> Map<K, List<Result>> grouped(List<Result> results, Function<Result, K> key) {
    return results.stream()
        .collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
  }

  private static void append(StringBuilder text, Scenario scenario, List<Result> all) {
    text.append("\n### ").append(scenario.name()).append("\n\n");
    text.append(scenario.describe()).append("\n\n");
    List<Result> counted = all.stream().filter(Result::counts).toList();
    if (!counted.isEmpty()) {
      text.append("![%1$s](%1$s.svg)%n%n".formatted(scenario.name()));
    }
    text.append(heading(scenario));
    grouped(counted, Result::target)
        .forEach((target, runs) -> text.append(row(scenario, target, runs, counted)));
    all.stream()
        .filter(result -> !result.counts())
        .forEach(
            result ->
                text.append(
                    "\nVoid: %s, run %d: %s\n"
                        .formatted(result.target().name(), result.run(), result.fault())));
  }

  private static String heading(Scenario scenario) {
    return switch (scenario.kind()) {
      case FAN_OUT ->
          """
          | server | CPU per delivery, µs | to %s | %s | deliveries/s | p50, ms | p99, ms | steal, %% |
          |---|---|---|---|---|---|---|---|
          """
              .formatted(
                  scenario.onRabbitMq() ? Target.RABBITMQ : Target.BARE,
                  scenario.onRabbitMq() ? "without RabbitMQ, µs" : "to " + Target.JOINED);
      case IDLE ->
          """
          | server | KB per connection | to bare | steal, % |
          |---|---|---|---|
          """;
      case CONNECT ->
          """
          | server | CPU per connection, µs | to bare | steal, % |
          |---|---|---|---|
          """;
      case RECONNECT ->
          """
          | server | CPU per connection, µs | to bare | caught up, ms | steal, % |
          |---|---|---|---|---|
          """;
    };
  }

  private static String row(
      Scenario scenario, Target target, List<Result> runs, List<Result> counted) {
    ToDoubleFunction<Result> cost = scenario.kind()::cost;
    String start =
        "| %s | %s | %s |"
            .formatted(
                target.name(), range(runs, cost), ratio(runs, counted, target.baseline(), cost));
    String more =
        switch (scenario.kind()) {
          case FAN_OUT -> fanOut(scenario, runs, counted);
          case RECONNECT ->
              String.format(
                  Locale.ROOT, " %,.0f |", median(runs, result -> result.measured().caughtUp()));
          case IDLE, CONNECT -> "";
        };
    return start + more + " " + steal(runs) + " |\n";
  }

  /** Returns what other machines took of the CPU time in each run. */
  private static String steal(List<Result> runs) {
    return runs.stream()
        .map(result -> String.format(Locale.ROOT, "%.0f", PERCENT * result.stolen()))
        .collect(Collectors.joining(", "));
  }

  private static String fanOut(Scenario scenario, List<Result> runs, List<Result> counted) {
    String besides =
        scenario.onRabbitMq()
            ? range(runs, result -> result.measured().ownMicros())
            : ratio(runs, counted, Target.JOINED, scenario.kind()::cost);
    return String.format(
        Locale.ROOT,
        " %s | %,.0f | %.2f | %.2f |",
        besides,
        median(runs, result -> result.measured().perSecond()),
        median(runs, result -> result.measured().p50()),
        median(runs, result -> result.measured().p99()));
  }

  private static String ratio(
      List<Result> runs, List<Result> counted, String server, ToDoubleFunction<Result> cost) {
    return medianRatio(runs, counted, server, cost)
        .map(ratio -> String.format(Locale.ROOT, "%.2f", ratio))
        .orElse("");
  }

  /**
   * Returns the median of the ratios to another server in the same runs; empty if none has both.
   *
   * @param counted all results of the scenario that count
   */
  static Optional<Double> medianRatio(
      List<Result> runs, List<Result> counted, String server, ToDoubleFunction<Result> cost) {
    double[] ratios =
        runs.stream()
            .flatMapToDouble(
                result ->
                    beside(result, counted, server).stream()
                        .mapToDouble(
                            other -> cost.applyAsDouble(result) / cost.applyAsDouble(other)))
            .toArray();
    return ratios.length == 0 ? Optional.empty() : Optional.of(median(ratios));
  }

  private static Optional<Result> beside(Result result, List<Result> counted, String server) {
    return counted.stream()
        .filter(
            other ->
                other.run() == result.run()
                    && other.target().server().equals(server)
                    && other.target().family().equals(result.target().family()))
        .findFirst();
  }

  private static double median(List<Result> runs, ToDoubleFunction<Result> value) {
    return median(runs.stream().mapToDouble(value).toArray());
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static String range(List<Result> runs, ToDoubleFunction<Result> value) {
    double[] sorted = runs.stream().mapToDouble(value).sorted().toArray();
    String median = String.format(Locale.ROOT, "%.2f", median(sorted));
    return sorted.length == 1
        ? median
        : String.format(
            Locale.ROOT, "%s (%.2f–%.2f)", median, sorted[0], sorted[sorted.length - 1]);
  }
}
