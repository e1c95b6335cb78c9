package io.millrace.benchmarks.chaos;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Gives every connection to the next server, whoever the client is. Safe on any thread. */
final class Balancer {

  private final List<Node> nodes;
  private final AtomicInteger turn = new AtomicInteger();

  /** A balancer over servers that have been started. */
  Balancer(List<Node> nodes) {
    this.nodes = nodes;
  }

  /** The port of the next server; a client that is refused asks again, and gets another. */
  int next() {
    return nodes.get(Math.floorMod(turn.getAndIncrement(), nodes.size())).port();
  }
}
