package io.millrace.benchmarks.attack;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The outcome of an attack.
 *
 * @param attack its name
 * @param sent how many bytes the attacker sent
 * @param before what the server had in use before the attack, without garbage
 * @param worst the most that it had in use, with garbage
 * @param held what it had in use while the attacker's connections were open, without garbage
 * @param left the same after they were gone
 * @param cores how many seconds of CPU it used in a second
 * @param answers the answers that the attacker got
 * @param service what honest clients got
 * @param ending how the server ended; empty if it lives
 * @param serves whether it answers a new client afterwards
 */
record Outcome(
    String attack,
    long sent,
    Usage before,
    Usage worst,
    Usage held,
    Usage left,
    double cores,
    Map<String, Long> answers,
    Service service,
    Optional<String> ending,
    boolean serves) {

  /** How long honest clients may wait during any attack, in milliseconds. */
  static final double MOST_MILLIS = 250;

  boolean isGood() {
    return fault().isEmpty();
  }

  /** Returns what is wrong; empty if nothing is. */
  String fault() {
    if (ending.isPresent()) {
      return "dead: " + ending.get();
    }
    if (!serves) {
      return "answers nobody";
    }
    if (answers.containsKey(Answers.NONE)) {
      return "no answer to " + answers.get(Answers.NONE);
    }
    if (service.delivered() == 0) {
      return "honest clients got nothing";
    }
    if (service.lost() > 0 || service.doubled() > 0) {
      return "%d lost, %d doubled".formatted(service.lost(), service.doubled());
    }
    return service.p99() < MOST_MILLIS
        ? ""
        : String.format(Locale.ROOT, "p99 %.0f ms", service.p99());
  }
}
