package io.millrace.benchmarks.attack;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Outcomes as a table in Markdown. */
final class Report {

  private static final double MEGA = 1 << 20;

  private static final String HEADING =
      """
      | attack | sent, MB | heap before, worst, held, left, MB | direct before, worst, held, left, MB | log says before, held, MB | CPU, cores | answers | honest p50, p99, max, ms | lost, doubled, refused, reconnects | verdict |
      |---|---|---|---|---|---|---|---|---|---|
      """;

  private Report() {}

  static String table(List<Outcome> outcomes) {
    return outcomes.stream().map(Report::row).collect(Collectors.joining("", HEADING, ""));
  }

  private static String row(Outcome outcome) {
    Service service = outcome.service();
    return String.format(
        Locale.ROOT,
        "| %s | %.1f | %.0f, %.0f, %.0f, %.0f | %.0f, %.0f, %.0f, %.0f | %.0f, %.0f | %.2f | %s | %.1f, %.1f, %.0f | %d, %d, %d, %d | %s |%n",
        outcome.attack(),
        outcome.sent() / MEGA,
        outcome.before().heap() / MEGA,
        outcome.worst().heap() / MEGA,
        outcome.held().heap() / MEGA,
        outcome.left().heap() / MEGA,
        outcome.before().direct() / MEGA,
        outcome.worst().direct() / MEGA,
        outcome.held().direct() / MEGA,
        outcome.left().direct() / MEGA,
        outcome.before().counted() / MEGA,
        outcome.held().counted() / MEGA,
        outcome.cores(),
        answers(outcome),
        service.p50(),
        service.p99(),
        service.max(),
        service.lost(),
        service.doubled(),
        service.refused(),
        service.reconnects(),
        outcome.isGood() ? "good" : outcome.fault());
  }

  private static String answers(Outcome outcome) {
    return outcome.answers().entrySet().stream()
        .map(answer -> answer.getKey() + ": " + answer.getValue())
        .collect(Collectors.joining("; "));
  }
}
