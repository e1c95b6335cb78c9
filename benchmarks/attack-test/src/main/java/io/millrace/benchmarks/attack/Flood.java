package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Sends one thing after another on some connections, as fast as the server takes it, and opens
 * those again that the server ends.
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

  /** Goes on until there is no time left. */
  void run(Attacker attacker, Supplier<Buffer> next) {
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
              if (attacker.send(ready, next.get())) {
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
