package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Sends one thing after another on some connections, as fast as the server takes them, and replaces
 * connections that the server ends.
 *
 * @param lines how many connections
 * @param window how many things may be unanswered on each
 * @param opener opens a connection
 */
record Flood(int lines, int window, Function<Attacker, Optional<Line>> opener) {

  /** Over HTTP. */
  static Flood http(int lines, int window) {
    return new Flood(lines, window, attacker -> attacker.open(HttpAnswers::new));
  }

  /** In frames of WebSockets. */
  static Flood webSocket(int lines, int window) {
    return new Flood(lines, window, Attacker::webSocket);
  }

  /** Over both in turn. */
  static Flood either(int lines, int window) {
    AtomicInteger opened = new AtomicInteger();
    return new Flood(
        lines,
        window,
        attacker ->
            opened.getAndIncrement() % 2 == 0
                ? attacker.webSocket()
                : attacker.open(HttpAnswers::new));
  }

  /**
   * Sends until there is no time left.
   *
   * @param next returns what is sent next on a connection
   */
  void run(Attacker attacker, Function<Line, Buffer> next) {
    List<Optional<Line>> open = new ArrayList<>();
    for (int i = 0; i < lines; i++) {
      open.add(Optional.empty());
    }
    while (attacker.goesOn()) {
      boolean sent = false;
      for (int i = 0; i < lines && attacker.goesOn(); i++) {
        if (open.get(i).filter(Line::isOpen).isEmpty()) {
          open.set(i, opener.apply(attacker));
        }
        Optional<Line> line = open.get(i).filter(this::hasRoom);
        line.ifPresent(
            ready -> {
              if (attacker.send(ready, next.apply(ready))) {
                ready.ask();
              }
            });
        sent = sent || line.isPresent();
      }
      if (!sent) {
        attacker.rest();
      }
    }
  }

  private boolean hasRoom(Line line) {
    return line.isOpen() && line.unanswered() < window && !line.socket().writeQueueFull();
  }
}
