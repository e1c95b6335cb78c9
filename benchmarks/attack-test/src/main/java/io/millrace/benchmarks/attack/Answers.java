package io.millrace.benchmarks.attack;

import java.util.Map;
import java.util.TreeMap;

/** Counts the answers that an attacker gets. Safe on any thread. */
final class Answers {

  /** The name for requests that should have been answered by now. */
  static final String NONE = "no answer";

  private final Map<String, Long> counts = new TreeMap<>();

  void add(String answer) {
    add(answer, 1);
  }

  synchronized void add(String answer, long count) {
    if (count > 0) {
      counts.merge(answer, count, Long::sum);
    }
  }

  synchronized Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }
}
