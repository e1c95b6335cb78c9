package io.millrace.benchmarks;

import io.vertx.core.json.JsonObject;

/**
 * What one run gave. What a scenario does not measure is zero.
 *
 * @param scenario what was done
 * @param target with whom
 * @param run which repetition, from 1
 * @param measured what came out
 * @param stolen which share of the CPU time other machines took meanwhile
 * @param fault why the run does not count; empty if it does
 */
record Result(
    Scenario scenario, Target target, int run, Measured measured, double stolen, String fault) {

  /** What other machines may take of the CPU time before the figures say little. */
  static final double MOST_STOLEN = 0.04;

  /**
   * What came out.
   *
   * @param cpuMicros of CPU per delivery, or per connection where connections are measured
   * @param deliveries how many there were
   * @param perSecond deliveries
   * @param p50 delay from publishing to reading, in milliseconds
   * @param p99 the same
   * @param bytes of resident memory per connection
   * @param ownMicros what the server's own process has of {@code cpuMicros}; less where others
   *     count too
   * @param caughtUp until the last reader had all that it missed, in milliseconds
   */
  record Measured(
      double cpuMicros,
      long deliveries,
      double perSecond,
      double p50,
      double p99,
      double bytes,
      double ownMicros,
      double caughtUp) {

    static final Measured NOTHING = new Measured(0, 0, 0, 0, 0, 0, 0, 0);

    static Measured cpu(double micros) {
      return new Measured(micros, 0, 0, 0, 0, 0, micros, 0);
    }

    static Measured bytes(double perConnection) {
      return new Measured(0, 0, 0, 0, 0, perConnection, 0, 0);
    }

    static Measured recovery(double micros, long deliveries, double caughtUp) {
      return new Measured(micros, deliveries, 0, 0, 0, 0, micros, caughtUp);
    }
  }

  static Result failed(Scenario scenario, Target target, int run, String why) {
    return new Result(scenario, target, run, Measured.NOTHING, 0, why);
  }

  double cpuMicros() {
    return measured.cpuMicros();
  }

  boolean counts() {
    return fault.isEmpty();
  }

  /** Returns whether other machines took so much that the figures say little. */
  boolean isDisturbed() {
    return stolen > MOST_STOLEN;
  }

  JsonObject toJson() {
    return new JsonObject()
        .put("scenario", scenario.name())
        .put("target", target.name())
        .put("run", run)
        .put("cpuMicros", measured.cpuMicros())
        .put("deliveries", measured.deliveries())
        .put("perSecond", measured.perSecond())
        .put("p50Millis", measured.p50())
        .put("p99Millis", measured.p99())
        .put("bytesPerConnection", measured.bytes())
        .put("ownCpuMicros", measured.ownMicros())
        .put("caughtUpMillis", measured.caughtUp())
        .put("stolen", stolen)
        .put("fault", fault);
  }
}
