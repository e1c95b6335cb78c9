package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;

/**
 * Publishes messages of the maximum size, on WebSockets and by POST, which the broker never
 * confirms.
 */
final class UnansweredPublishes implements Attack {

  private static final int LINES = 200;

  /** As many as one WebSocket may have waiting for the broker. */
  private static final int WINDOW = 16;

  @Override
  public String name() {
    return "unanswered-publishes";
  }

  @Override
  public String tries() {
    return "messages of 256 KiB that the broker never answers, on 100 WebSockets and by POST";
  }

  @Override
  public Setup setup() {
    return Setup.PUBLISHING.withSilentBroker();
  }

  @Override
  public void run(Attacker attacker) {
    String message = message();
    Buffer post = Requests.post(Requests.PUBLISH, message);
    Buffer frame = Requests.frame("{\"type\":\"publish\",\"id\":1," + message.substring(1));
    Flood.either(LINES, WINDOW).run(attacker, line -> line.isUpgraded() ? frame : post);
  }

  /** The command around it must not make it too large. */
  private static String message() {
    String data = "x".repeat(Commands.MOST_BYTES - 100);
    return "{\"channel\":\"open.silent\",\"data\":\"" + data + "\"}";
  }
}
