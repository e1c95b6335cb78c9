package io.millrace.benchmarks.fallback;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;

/**
 * What a page received over the network of a row. Times are milliseconds since 1970.
 *
 * @param first from the page's start to its first message; infinite if there was none
 * @param transports those that delivered, each with the seconds since the page's start
 * @param silence the longest time without a message while some could arrive
 * @param lost how many messages were published and never arrived, from the first that did
 * @param told whether the client was told of a gap
 */
record Outcome(
    Row row,
    double first,
    List<String> transports,
    double silence,
    long lost,
    boolean told,
    long doubled,
    long disordered,
    int requests) {

  private static final double MOST_SILENCE = 3_000;
  private static final double MOST_FIRST = 700;

  /** What a far server's first message may take more. */
  private static final int ROUND_TRIPS = 3;

  /** A time in which nothing could arrive. */
  record Outage(double from, double to) {}

  Outcome {
    transports = List.copyOf(transports);
  }

  /**
   * @param seen what the page reports
   * @param published the numbers that the server has taken
   * @param stopped when publishing ended
   */
  static Outcome of(
      Row row,
      JsonObject seen,
      NavigableSet<Long> published,
      List<Outage> outages,
      double stopped,
      int requests) {
    double started = seen.getDouble("started");
    List<Long> numbers = new ArrayList<>();
    List<Double> times = new ArrayList<>();
    for (Object each : seen.getJsonArray("received")) {
      numbers.add(((JsonArray) each).getLong(0));
      times.add(((JsonArray) each).getDouble(1));
    }
    Set<Long> once = new HashSet<>();
    long doubled = 0;
    long disordered = 0;
    long highest = Long.MIN_VALUE;
    for (long number : numbers) {
      if (!once.add(number)) {
        doubled++;
      } else if (number < highest) {
        disordered++;
      }
      highest = Math.max(highest, number);
    }
    long lost =
        once.isEmpty()
            ? published.size()
            : published.tailSet(once.stream().min(Long::compare).get()).stream()
                .filter(number -> !once.contains(number))
                .count();
    return new Outcome(
        row,
        times.isEmpty() ? Double.POSITIVE_INFINITY : times.get(0) - started,
        transports(seen, started),
        silence(times, outages, stopped),
        lost,
        seen.getInteger("gaps") > 0,
        doubled,
        disordered,
        requests);
  }

  private static List<String> transports(JsonObject seen, double started) {
    List<String> used = new ArrayList<>();
    String current = "";
    int times = 0;
    for (Object each : seen.getJsonArray("transports")) {
      JsonArray pair = (JsonArray) each;
      if (pair.getString(0).equals(current)) {
        times++;
        continue;
      }
      sayHowOften(used, times);
      current = pair.getString(0);
      times = 1;
      used.add("%s %.1f".formatted(current, (pair.getDouble(1) - started) / 1000));
    }
    sayHowOften(used, times);
    return used;
  }

  /** Of the last one, if it began again. */
  private static void sayHowOften(List<String> used, int times) {
    if (times > 1) {
      int last = used.size() - 1;
      used.set(last, used.get(last) + " ×" + times);
    }
  }

  /** After an outage, a silence counts from its end. */
  private static double silence(List<Double> times, List<Outage> outages, double stopped) {
    double longest = 0;
    for (int i = 0; i < times.size(); i++) {
      double from = times.get(i);
      double to = i + 1 < times.size() ? times.get(i + 1) : stopped;
      for (Outage outage : outages) {
        if (outage.from() < to && outage.to() > from) {
          from = outage.to();
        }
      }
      longest = Math.max(longest, to - from);
    }
    return longest;
  }

  boolean isSoon() {
    double roundTrip = 2.0 * row.latency().toMillis();
    return first <= MOST_FIRST + ROUND_TRIPS * roundTrip;
  }

  boolean isShort() {
    return silence <= MOST_SILENCE;
  }

  boolean isGood() {
    return isSoon() && isShort() && lost == 0 && doubled == 0 && disordered == 0;
  }
}
