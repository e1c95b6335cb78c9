package io.millrace.benchmarks.fallback;

import java.util.List;
import java.util.stream.Collectors;

/** Outcomes in Markdown. What misses its goal is bold. */
final class Report {

  private static final String HEAD =
      """
      | network | first message | transports, after s | longest silence | lost | doubled | out of order | requests |
      |---|---|---|---|---|---|---|---|
      """;

  private Report() {}

  static String table(List<Outcome> outcomes) {
    return HEAD + outcomes.stream().map(Report::line).collect(Collectors.joining());
  }

  static String line(Outcome outcome) {
    return "| %s | %s | %s | %s | %s | %s | %s | %d |%n"
        .formatted(
            outcome.row().name(),
            cell(millis(outcome.first()), outcome.isSoon()),
            String.join(", ", outcome.transports()),
            cell("%.1f s".formatted(outcome.silence() / 1000), outcome.isShort()),
            cell(outcome.lost() + (outcome.told() ? ", told" : ""), outcome.lost() == 0),
            cell(String.valueOf(outcome.doubled()), outcome.doubled() == 0),
            cell(String.valueOf(outcome.disordered()), outcome.disordered() == 0),
            outcome.requests());
  }

  private static String millis(double millis) {
    return Double.isInfinite(millis) ? "never" : "%.0f ms".formatted(millis);
  }

  private static String cell(String text, boolean good) {
    return good ? text : "**" + text + "**";
  }
}
