package io.millrace.benchmarks.fallback;

import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How a crowd came back after something that ended all its connections. Times are milliseconds
 * since then.
 *
 * @param began when each client began to connect for the first time
 * @param connected when each was connected again, in this order
 */
record Returns(String event, List<Long> began, List<Long> connected) {

  private static final int BUCKET_MILLIS = 100;
  private static final double MOST = 0.1;

  /**
   * @param begin when it happened, in milliseconds since 1970, as all times here
   */
  static Returns of(String event, long begin, List<Long> began, List<Long> connected) {
    return new Returns(event, since(begin, began), since(begin, connected));
  }

  private static List<Long> since(long begin, List<Long> times) {
    return times.stream().map(time -> time - begin).sorted().toList();
  }

  /** Returns the share of the busiest tenth of a second. */
  static double busiest(List<Long> times) {
    return times.stream()
            .collect(
                Collectors.groupingBy(
                    time -> Math.floorDiv(time, BUCKET_MILLIS), Collectors.summingInt(each -> 1)))
            .values()
            .stream()
            .mapToInt(Integer::intValue)
            .max()
            .orElseThrow()
        / (double) times.size();
  }

  boolean isGood() {
    return busiest(began) <= MOST && busiest(connected) <= MOST;
  }

  static String table(List<Returns> all) {
    return """
        | %,d clients | began to connect, after s | share of the busiest 0.1 s | connected, after s | share of the busiest 0.1 s |
        |---|---|---|---|---|
        """
            .formatted(all.get(0).began().size())
        + all.stream().map(Returns::line).collect(Collectors.joining());
  }

  private String line() {
    Function<List<Long>, String> share =
        times -> {
          double busiest = busiest(times);
          String percent = "%.1f %%".formatted(100 * busiest);
          return busiest <= MOST ? percent : "**" + percent + "**";
        };
    return "| %s | %s | %s | %s | %s |%n"
        .formatted(event, span(began), share.apply(began), span(connected), share.apply(connected));
  }

  private static String span(List<Long> times) {
    return "%.1f to %.1f"
        .formatted(Collections.min(times) / 1000.0, Collections.max(times) / 1000.0);
  }
}
