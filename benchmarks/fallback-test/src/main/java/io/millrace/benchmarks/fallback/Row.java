package io.millrace.benchmarks.fallback;

import io.millrace.testkit.Fault;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A network, and what happens to it. Immutable. */
record Row(String name, Duration latency, List<Step> steps, int seconds) {

  /** What a step does for the measurement. */
  enum Effect {
    /** Whatever was silent before has no excuse. */
    NONE,
    /** Nothing can arrive from now on. */
    BREAKS,
    /** From now on, things can arrive again. */
    HEALS,
    /** It can, but connections were lost. */
    CUTS
  }

  /** Something that happens some seconds after the page has started. */
  record Step(int second, Effect effect, Consumer<Site> action) {}

  Row {
    steps = List.copyOf(steps);
  }

  static Row of(String name) {
    return new Row(name, Duration.ZERO, List.of(), 0);
  }

  /** Something is so from the start. */
  Row with(Predicate<HttpServerRequest> which, Fault fault) {
    return at(0, Effect.NONE, site -> site.box().on(which, fault));
  }

  Row at(int second, Effect effect, Consumer<Site> action) {
    List<Step> more = new ArrayList<>(steps);
    more.add(new Step(second, effect, action));
    return new Row(name, latency, more, seconds);
  }

  /** It takes at least so long. */
  Row lasting(int atLeast) {
    return new Row(name, latency, steps, atLeast);
  }

  /** The same, with a latency. */
  Row far(Duration oneWay) {
    return new Row(name + "; " + oneWay.toMillis() + " ms each way", oneWay, steps, seconds);
  }
}
