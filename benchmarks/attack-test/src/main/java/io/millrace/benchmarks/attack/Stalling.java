package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Begins something on many connections and does not finish it.
 *
 * @param name its name
 * @param tries what is tried
 * @param lines how many connections
 * @param opener opens a connection
 * @param beginning what is sent first
 * @param drip what is sent on each connection once in a second; empty for nothing
 */
record Stalling(
    String name,
    String tries,
    int lines,
    Function<Attacker, Optional<Line>> opener,
    Buffer beginning,
    Buffer drip)
    implements Attack {

  private static final long SECOND_NANOS = 1_000_000_000;
  private static final int MOST = Commands.MOST_BYTES;
  private static final int ALMOST = MOST - 1024;
  private static final Buffer DROP = Buffer.buffer("x");

  static List<Attack> attacks() {
    Function<Attacker, Optional<Line>> http = attacker -> attacker.open(HttpAnswers::new);
    String head = Requests.postHead(Requests.PUBLISH, MOST) + "\r\n";
    return List.of(
        new Stalling(
            "stalled-bodies",
            "1,000 bodies, of which 255 of 256 KiB arrive",
            1000,
            http,
            Buffer.buffer(head + " ".repeat(ALMOST)),
            Buffer.buffer()),
        new Stalling(
            "slow-bodies",
            "2,000 bodies, of which 100 of 256 KiB arrive, then a byte in a second",
            2000,
            http,
            Buffer.buffer(head + " ".repeat(100 << 10)),
            Buffer.buffer(" ")),
        new Stalling(
            "slow-heads",
            "2,000 requests whose head arrives at a byte in a second",
            2000,
            http,
            Buffer.buffer(Requests.head("GET", Requests.MOUNT + "?channels=clock") + "X: "),
            DROP),
        new Stalling(
            "stalled-handshakes",
            "1,000 WebSocket handshakes whose last line does not end",
            1000,
            http,
            Buffer.buffer(handshake() + "Sec-WebSocket-"),
            Buffer.buffer()),
        new Stalling(
            "stalled-frames",
            "1,000 WebSocket frames, of which 255 of 256 KiB arrive",
            1000,
            Attacker::webSocket,
            Requests.frameHead(MOST).appendString(" ".repeat(ALMOST)),
            Buffer.buffer()));
  }

  private static String handshake() {
    String target = Requests.MOUNT + "?channels=clock";
    return Requests.head("GET", target, "Connection: Upgrade", "Upgrade: websocket");
  }

  @Override
  public Setup setup() {
    return Setup.PUBLISHING;
  }

  @Override
  public void run(Attacker attacker) {
    List<Line> begun = new ArrayList<>();
    for (int i = 0; i < lines && attacker.goesOn(); i++) {
      opener
          .apply(attacker)
          .ifPresent(
              line -> {
                attacker.send(line, beginning);
                begun.add(line);
              });
    }
    for (long due = System.nanoTime(); attacker.goesOn(); due += SECOND_NANOS) {
      LockSupport.parkNanos(due - System.nanoTime());
      if (drip.length() > 0) {
        begun.forEach(line -> attacker.send(line, drip));
      }
    }
  }
}
