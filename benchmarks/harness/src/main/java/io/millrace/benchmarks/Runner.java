package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Plan;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Carries out one run: a scenario with a target. */
final class Runner {

  private static final int ARRIVE_SECONDS = 60;
  private static final int QUIET_SECONDS = 10;
  private static final int QUIET_MILLIS = 100;
  private static final double QUIET_SHARE = 0.2;

  /** How often a tenth of the readers connects before memory is measured. */
  private static final int WARM_STORMS = 10;

  private static final double MICROS_PER_MILLI = 1000;
  private static final double MICROS = 1e6;
  private static final int MILLIS = 1000;
  private static final double NANOS = 1e9;

  /**
   * How a server is warmed up.
   *
   * @param cpuSeconds how much CPU time it uses for published messages before anything is measured
   * @param mostSeconds how long that may take
   * @param burstMillis how long to publish between two measurements of the cost
   * @param steady how often the cost must not have fallen any more; 0 for tests
   * @param secondsAtRate how long to publish at the measured rate, if a rate is measured
   */
  record Warming(int cpuSeconds, int mostSeconds, int burstMillis, int steady, int secondsAtRate) {

    /** Returns when it must end, by {@link System#nanoTime()}. */
    long until() {
      return System.nanoTime() + TimeUnit.SECONDS.toNanos(mostSeconds);
    }
  }

  /**
   * How long everything takes.
   *
   * @param deliveries how to warm up a server that writes to connected readers
   * @param requests the same where requests are the cost, because a request runs far more code
   * @param millis how long to publish afterwards, as fast as possible
   * @param atRateMillis how long to publish at a rate, when a server works only for a small part of
   *     the time
   * @param settleMillis how long to wait until everything has had its effect
   * @param window how many rounds the slowest reader may be behind; the same for every server
   */
  record Pace(
      Warming deliveries,
      Warming requests,
      int millis,
      int atRateMillis,
      int settleMillis,
      int window) {

    Warming warming(Session session) {
      return session.byRequests() ? requests : deliveries;
    }

    /** Returns how often progress is reported: eight times in a window. */
    int granule() {
      return Math.max(1, window / 8);
    }
  }

  private final Servers servers;
  private final Pace pace;

  Runner(Servers servers, Pace pace) {
    this.servers = servers;
    this.pace = pace;
  }

  /** Starts the server, and measures. */
  Result run(Scenario scenario, Target target, int number) {
    try (ServerProcess server =
        new ServerProcess(servers.command(target.server(), scenario.kind()))) {
      return run(scenario, target, number, server);
    } catch (IOException e) {
      return Result.failed(scenario, target, number, String.valueOf(e.getMessage()));
    }
  }

  /** Measures a server that has been started. */
  Result run(Scenario scenario, Target target, int number, ServerProcess server) {
    Tally tally = new Tally();
    try (Loop loop = new Loop()) {
      Steal steal = new Steal();
      Session session = new Session(scenario, target, server, loop, tally);
      Result.Measured measured =
          switch (scenario.kind()) {
            case FAN_OUT -> fanOut(session);
            case IDLE -> idle(session);
            case CONNECT -> connect(session);
            case RECONNECT -> new Reconnects(session, pace).run();
          };
      return new Result(scenario, target, number, measured, steal.share(), "");
    } catch (Exception e) {
      return Result.failed(scenario, target, number, e.getMessage() + " " + tally.faults());
    }
  }

  record Session(Scenario scenario, Target target, ServerProcess server, Loop loop, Tally tally) {

    /** Returns whether most of the server's work is to answer requests. */
    boolean byRequests() {
      return scenario.kind() != Scenario.Kind.FAN_OUT || target.family().equals(Target.LONGPOLL);
    }

    Load load() {
      return new Load(loop, tally, target.readers(), server.port());
    }
  }

  private void connect(Session session, Load load, int count) throws Exception {
    Scenario scenario = session.scenario();
    load.connect(count, scenario.patterns() ? 0 : scenario.channels(), scenario.slow());
    Thread.sleep(pace.settleMillis());
  }

  private Result.Measured fanOut(Session session) throws Exception {
    try (Load load = session.load()) {
      connect(session, load, session.scenario().readers());
      warm(session, load);
      double before = session.server().cpuSeconds();
      double ownBefore = session.server().ownCpuSeconds();
      long start = System.nanoTime();
      int rate = session.scenario().rate();
      long deliveries =
          publish(session, load, rate, rate > 0 ? pace.atRateMillis() : pace.millis());
      double seconds = (System.nanoTime() - start) / NANOS;
      double cpu = session.server().cpuSeconds() - before;
      double own = session.server().ownCpuSeconds() - ownBefore;
      Histogram latency = session.tally().latency();
      return new Result.Measured(
          cpu * MICROS / deliveries,
          deliveries,
          deliveries / seconds,
          latency.getValueAtPercentile(50) / MICROS_PER_MILLI,
          latency.getValueAtPercentile(99) / MICROS_PER_MILLI,
          0,
          own * MICROS / deliveries,
          0);
    }
  }

  /**
   * Publishes as fast as possible until the server is compiled: it has worked for long enough, and
   * the cost of a delivery has not fallen for some time. If a rate is measured, some seconds at
   * that rate follow, because the server then does different work.
   */
  private void warm(Session session, Load load) throws Exception {
    Warming warming = pace.warming(session);
    long end = warming.until();
    Steadiness steadiness = new Steadiness(warming.steady());
    while (System.nanoTime() < end
        && (session.server().workedSeconds() < warming.cpuSeconds() || !steadiness.isReached())) {
      steadiness.add(burst(session, load, 0, warming.burstMillis()));
    }
    if (session.scenario().rate() > 0) {
      for (int second = 0; second < warming.secondsAtRate(); second++) {
        burst(session, load, session.scenario().rate(), MILLIS);
      }
    }
  }

  /** Publishes for a moment, and returns how much CPU time a delivery cost. */
  private double burst(Session session, Load load, int rate, int millis) throws Exception {
    double start = session.server().cpuSeconds();
    long deliveries = publish(session, load, rate, millis);
    double cost = (session.server().cpuSeconds() - start) / deliveries;
    awaitQuiet(session.server());
    return cost;
  }

  /** Waits while the server works without requests, because its compiler has a queue. */
  static void awaitQuiet(ServerProcess server) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(QUIET_SECONDS);
    double before = 0;
    double now = server.cpuSeconds();
    while (now - before > QUIET_SHARE * QUIET_MILLIS / MILLIS && System.nanoTime() < end) {
      Thread.sleep(QUIET_MILLIS);
      before = now;
      now = server.cpuSeconds();
    }
  }

  /** Publishes, waits until everything has arrived, and returns how many messages that are. */
  private long publish(Session session, Load load, int rate, int millis) throws Exception {
    Scenario scenario = session.scenario();
    Tally tally = session.tally();
    load.begin(scenario.perRound(), scenario.size(), pace.granule(), session.server()::acknowledge);
    Plan plan = new Plan(scenario.channels(), scenario.size(), rate, pace.window(), millis);
    long expected =
        session.server().publish(plan)
            * scenario.perRound()
            * (scenario.readers() - scenario.slow());
    awaitAll(tally, expected);
    return expected;
  }

  /** Waits until everything that is expected has arrived. */
  static void awaitAll(Tally tally, long expected) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ARRIVE_SECONDS);
    while (tally.deliveries() < expected && tally.faultCount() == 0 && System.nanoTime() < end) {
      TimeUnit.MICROSECONDS.sleep(200);
    }
    if (tally.deliveries() != expected || tally.faultCount() > 0) {
      throw new IOException("%d of %d came".formatted(tally.deliveries(), expected));
    }
  }

  private Result.Measured idle(Session session) throws Exception {
    int readers = session.scenario().readers();
    ServerProcess server = session.server();
    for (int storm = 0;
        storm < WARM_STORMS;
        storm++) { // Classes and compiled code do not belong to readers.
      try (Load some = session.load()) {
        connect(session, some, readers / 10);
      }
      Thread.sleep(pace.settleMillis());
    }
    server.collect();
    long before = server.residentBytes();
    try (Load load = session.load()) {
      connect(session, load, readers);
      server.collect();
      return Result.Measured.bytes((double) (server.residentBytes() - before) / readers);
    }
  }

  /** Repeats this until the server is compiled; the last time counts. */
  private Result.Measured connect(Session session) throws Exception {
    int readers = session.scenario().readers();
    Warming warming = pace.warming(session);
    long end = warming.until();
    Steadiness steadiness = new Steadiness(warming.steady());
    double cpu;
    do {
      awaitQuiet(session.server());
      double before = session.server().cpuSeconds();
      try (Load load = session.load()) {
        connect(session, load, readers);
        cpu = session.server().cpuSeconds() - before;
      }
      steadiness.add(cpu);
      Thread.sleep(pace.settleMillis());
    } while (System.nanoTime() < end && !steadiness.isReached());
    return Result.Measured.cpu(cpu * MICROS / readers);
  }
}
