package io.millrace.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What Millrace should reach, as ratios within the same run, and the results. */
final class Goals {

  private static final List<String> STREAMING = List.of("websocket", "sse", "stream");

  /**
   * A goal.
   *
   * @param what what it is about
   * @param scenario the scenario in which it is measured
   * @param protocols the protocols of Millrace that must reach it
   * @param value the value that is compared
   * @param baseline the server that it is compared with
   * @param goal the ratio to reach
   * @param most the ratio that is still acceptable
   */
  private record Goal(
      String what,
      String scenario,
      List<String> protocols,
      ToDoubleFunction<Result> value,
      String baseline,
      double goal,
      double most) {}

  private static Goal delivery(
      String scenario, List<String> protocols, String baseline, double goal, double most) {
    return new Goal(
        "CPU per delivery", scenario, protocols, Result::cpuMicros, baseline, goal, most);
  }

  private static final List<Goal> ALL =
      List.of(
          delivery("fanout-1000", STREAMING, Target.BARE, 0.45, 0.7),
          delivery("fanout-10000", STREAMING, Target.BARE, 0.27, 0.5),
          delivery("fanout-1000", STREAMING, Target.JOINED, 1.1, 1.4),
          delivery("fanout-10000", STREAMING, Target.JOINED, 1.1, 1.4),
          delivery("fanout-1000-at-10", STREAMING, Target.BARE, 1.05, 1.2),
          new Goal(
              "p99 latency",
              "fanout-1000-at-10",
              STREAMING,
              result -> result.measured().p99(),
              Target.BARE,
              1.0,
              1.2),
          delivery("channels-1000x1", List.of("websocket"), Target.BARE, 0.6, 1.0),
          delivery("fanout-500-at-10", List.of("longpoll"), Target.BARE, 1.1, 1.3),
          new Goal(
              "memory per connection",
              "idle-10000",
              List.of("websocket"),
              result -> result.measured().bytes(),
              Target.BARE,
              0.5,
              1.0),
          new Goal(
              "CPU per connection",
              "connect-10000",
              List.of("websocket"),
              Result::cpuMicros,
              Target.BARE,
              1.0,
              1.3));

  private static final double GROWTH = 1.15;
  private static final double MOST_GROWTH = 1.4;

  private final List<Result> results;

  /**
   * Goals.
   *
   * @param results the results that count
   */
  Goals(List<Result> results) {
    this.results = results;
  }

  /** Returns them as a Markdown table; empty if none was measured. */
  String markdown() {
    StringBuilder rows = new StringBuilder();
    for (Goal goal : ALL) {
      for (String protocol : goal.protocols()) {
        ratio(goal, protocol)
            .ifPresent(
                ratio ->
                    rows.append(
                        row(
                            "%s, %s to %s".formatted(goal.what(), protocol, goal.baseline()),
                            goal.scenario(),
                            ratio,
                            goal.goal(),
                            goal.most())));
      }
    }
    for (String protocol : STREAMING) {
      growth(protocol)
          .ifPresent(
              ratio ->
                  rows.append(
                      row(
                          "CPU per delivery at 10,000 readers, %s to 1,000".formatted(protocol),
                          "fanout-10000",
                          ratio,
                          GROWTH,
                          MOST_GROWTH)));
    }
    return rows.isEmpty()
        ? ""
        : """

        ### Goals

        | what | scenario | measured | goal | at worst |
        |---|---|---|---|---|
        """
            + rows;
  }

  private static String row(String what, String scenario, double ratio, double goal, double most) {
    String rounded = String.format(Locale.ROOT, "%.2f", ratio);
    double shown = Double.parseDouble(rounded);
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %.2f | %.2f |\n",
        what,
        scenario,
        shown <= goal ? "**" + rounded + "**" : shown <= most ? rounded : rounded + " (missed)",
        goal,
        most);
  }

  /** Returns Millrace's result. */
  private List<Result> of(String scenario, String protocol) {
    return results.stream()
        .filter(result -> result.scenario().name().equals(scenario))
        .filter(result -> result.target().name().equals(Target.MILLRACE + "/" + protocol))
        .toList();
  }

  private Optional<Double> ratio(Goal goal, String protocol) {
    List<Result> counted =
        results.stream()
            .filter(result -> result.scenario().name().equals(goal.scenario()))
            .toList();
    return Report.medianRatio(
        of(goal.scenario(), protocol), counted, goal.baseline(), goal.value());
  }

  private Optional<Double> growth(String protocol) {
    double[] few = cpu(of("fanout-1000", protocol));
    double[] many = cpu(of("fanout-10000", protocol));
    return few.length == 0 || many.length == 0
        ? Optional.empty()
        : Optional.of(Report.median(many) / Report.median(few));
  }

  private static double[] cpu(List<Result> results) {
    return results.stream().mapToDouble(Result::cpuMicros).toArray();
  }
}
