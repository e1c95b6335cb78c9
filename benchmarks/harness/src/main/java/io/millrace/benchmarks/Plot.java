package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A scenario as a picture: a bar for each target's median, and a line for its range. */
final class Plot {

  private static final int ROW = 26;
  private static final int TOP = 44;
  private static final int LABELS = 170;
  private static final int BARS = 480;
  private static final int FIGURES = 90;

  private final Scenario scenario;
  private final Map<Target, List<Result>> byTarget;

  /**
   * A picture.
   *
   * @param byTarget the runs that count, in the order of the rows
   */
  Plot(Scenario scenario, Map<Target, List<Result>> byTarget) {
    this.scenario = scenario;
    this.byTarget = byTarget;
  }

  /** Returns it as a document. */
  String svg() {
    int width = LABELS + BARS + FIGURES;
    int height = TOP + ROW * byTarget.size() + 12;
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="sans-serif" font-size="12">
        <rect width="100%%" height="100%%" fill="#ffffff"/>
        <text x="8" y="20" font-size="14" font-weight="bold">%s</text>
        <text x="8" y="36" fill="#555555">%s</text>
        """
            .formatted(width, height, width, height, scenario.name(), scenario.kind().unit()));
    double most =
        byTarget.values().stream()
            .flatMap(List::stream)
            .mapToDouble(scenario.kind()::cost)
            .max()
            .orElse(1);
    int y = TOP;
    for (Map.Entry<Target, List<Result>> row : byTarget.entrySet()) {
      svg.append(row(row.getKey(), sorted(row.getValue()), BARS / most, y));
      y += ROW;
    }
    return svg.append("</svg>\n").toString();
  }

  private double[] sorted(List<Result> runs) {
    double[] costs = runs.stream().mapToDouble(scenario.kind()::cost).toArray();
    Arrays.sort(costs);
    return costs;
  }

  private static String row(Target target, double[] costs, double scale, int y) {
    double median = Report.median(costs);
    double least = LABELS + costs[0] * scale;
    double most = LABELS + costs[costs.length - 1] * scale;
    String colour = target.isMillrace() ? "#1f6fb2" : "#b9c4cc";
    return String.format(
        Locale.ROOT,
        """
        <text x="%d" y="%d" text-anchor="end">%s</text>
        <rect x="%d" y="%d" width="%.1f" height="18" fill="%s"/>
        <line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#333333"/>
        <text x="%.1f" y="%d">%.2f</text>
        """,
        LABELS - 8,
        y + 14,
        target.name(),
        LABELS,
        y,
        median * scale,
        colour,
        least,
        y + 9,
        most,
        y + 9,
        most + 6,
        y + 14,
        median);
  }
}
