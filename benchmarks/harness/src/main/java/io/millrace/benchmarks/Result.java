package io.millrace.benchmarks;

import io.vertx.core.json.JsonObject;

/**
 * The result of one run. Values that a scenario does not measure are zero.
 *
 * @param scenario what was done
 * @param target the server and protocol
 * @param run which repetition, from 1
 * @param measured the values
 * @param stolen the share of the CPU time that other machines took meanwhile
 * @param fault why the run does not count; empty if it does
 */
record Result(
    Scenario scenario, Target target, int run, Measured measured, double stolen, String fault) {

  /** The share of the CPU time above which what other machines take makes the figures useless. */
  static final double MOST_STOLEN = 0.04;

  /**
   * The measured values.
   *
   * @param cpuMicros CPU time per delivery, or per connection where connections are measured
   * @param deliveries how many there were
   * @param perSecond deliveries
   * @param p50 the median delay from publishing to reading, in milliseconds
   * @param p99 the 99th percentile of the same
   * @param bytes resident memory per connection
   * @param ownMicros the part of {@code cpuMicros} that the server's own process used; less if
   *     other processes count too
   * @param caughtUp the time until the last reader had everything that it missed, in milliseconds
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

  /** Returns whether other machines took so much that the figures are useless. */
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
