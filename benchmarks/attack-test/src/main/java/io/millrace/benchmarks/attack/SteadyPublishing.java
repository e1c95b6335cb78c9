package io.millrace.benchmarks.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Publishes to ever new names on many WebSockets, on each as fast as it may. */
final class SteadyPublishing implements Attack {

  private static final int LINES = 200;
  private static final long INTERVAL_NANOS = 100_000_000;

  @Override
  public String name() {
    return "tiny-messages-websocket";
  }

  @Override
  public String tries() {
    return "the same on 200 WebSockets, each within its limit of ten in a second";
  }

  @Override
  public Setup setup() {
    return Setup.PUBLISHING;
  }

  @Override
  public void run(Attacker attacker) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < LINES && attacker.goesOn(); i++) {
      attacker.webSocket().ifPresent(lines::add);
    }
    int number = 0;
    for (long due = System.nanoTime(); attacker.goesOn(); due += INTERVAL_NANOS) {
      LockSupport.parkNanos(due - System.nanoTime());
      for (Line line : lines) {
        String message = Publishing.message("open." + Publishing.longName(number), "");
        attacker.send(
            line,
            Requests.frame(
                "{\"type\":\"publish\",\"id\":" + number++ + "," + message.substring(1)));
      }
    }
  }
}
