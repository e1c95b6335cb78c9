package io.millrace.benchmarks.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Kills the servers in turn, and stops RabbitMQ once, in the middle. Blocks. */
final class Trouble {

  private static final long FREE_MILLIS = 500;

  private interface Event {
    void make() throws IOException, InterruptedException;
  }

  private final List<Node> nodes;
  private final Backend backend;
  private final Duration outage;
  private final Consumer<String> log;

  /**
   * Makes trouble that has not begun.
   *
   * @param outage how long RabbitMQ is away
   * @param log receives what happens
   */
  Trouble(List<Node> nodes, Backend backend, Duration outage, Consumer<String> log) {
    this.nodes = nodes;
    this.backend = backend;
    this.outage = outage;
    this.log = log;
  }

  /**
   * Makes the trouble.
   *
   * @param kills how often each server is killed
   * @param over the time to spread it over; it takes longer if servers start slowly
   * @param random decides the moments
   */
  void make(int kills, Duration over, Random random) throws IOException, InterruptedException {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < kills * nodes.size(); i++) {
      int number = i % nodes.size();
      events.add(() -> kill(number));
    }
    events.add(events.size() / 2, this::stop);
    long begin = System.nanoTime();
    double slot = (double) over.toNanos() / events.size();
    for (int i = 0; i < events.size(); i++) {
      long at = begin + (long) (slot * (i + 0.2 + 0.3 * random.nextDouble()));
      Thread.sleep(Math.max(FREE_MILLIS, (at - System.nanoTime()) / 1_000_000));
      events.get(i).make();
    }
  }

  private void kill(int number) throws IOException, InterruptedException {
    log.accept("kill -9 of server " + (number + 1));
    nodes.get(number).kill();
    nodes.get(number).start();
    log.accept("server " + (number + 1) + " serves again");
  }

  private void stop() throws InterruptedException {
    backend.stop();
    log.accept("RabbitMQ is stopped");
    Thread.sleep(outage.toMillis());
    backend.restart();
    log.accept("RabbitMQ serves again");
  }
}
