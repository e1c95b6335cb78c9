package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * Requests much on many connections, and reads none of it.
 *
 * @param name its name
 * @param tries what is tried
 * @param lines how many connections
 * @param request what is asked for on each
 */
record StandingReaders(String name, String tries, int lines, IntFunction<Buffer> request)
    implements Attack {

  /** The size for a connection over a network; loopback would buffer megabytes. */
  static final int SEND_BUFFER = 16 << 10;

  private static final int CHANNELS = 200;
  private static final int EACH = 10;

  static List<Attack> attacks() {
    return List.of(
        new StandingReaders(
            "standing-websockets",
            "3,000 WebSockets that never read, each with channels of its own and last=1000",
            3000,
            n -> Requests.upgrade(target(n, "&format=envelope"))),
        new StandingReaders(
            "standing-streams",
            "the same over SSE",
            3000,
            n -> Requests.request("GET", target(n, ""), "Accept: text/event-stream")),
        new StandingReaders(
            "unread-polls",
            "1,000 answers to polls, 1 MiB each, that nobody reads",
            1000,
            n -> Requests.request("GET", target(n, ""))));
  }

  private static String target(int number, String more) {
    String channels =
        new Random(number)
            .ints(0, CHANNELS)
            .distinct()
            .limit(EACH)
            .mapToObj(Feed::held)
            .collect(Collectors.joining(","));
    return Requests.MOUNT + "?last=1000&channels=" + channels + more;
  }

  /** Histories that are full. */
  @Override
  public Setup setup() {
    return Setup.README
        .holding(new Setup.Contents(CHANNELS, 100, 2000))
        .withSendBuffer(SEND_BUFFER);
  }

  @Override
  public void run(Attacker attacker) {
    for (int i = 0; i < lines && attacker.goesOn(); i++) {
      int number = i;
      attacker
          .openSmall(new HttpAnswers(attacker.answers()))
          .ifPresent(line -> attacker.send(line.standStill(), request.apply(number)));
    }
    attacker.await(() -> false);
  }
}
