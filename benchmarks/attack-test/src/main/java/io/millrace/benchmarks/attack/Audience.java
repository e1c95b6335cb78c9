package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Many readers while the server publishes. Half of them stop reading; the others must get
 * everything.
 *
 * @param readers how many
 * @param megabytes how many millions of bytes all together should get in a second
 * @param streams whether they are event streams, each with a channel of its own, or else WebSockets
 *     with one channel
 */
record Audience(int readers, double megabytes, boolean streams) implements Attack {

  private static final double MILLION = 1e6;

  @Override
  public String name() {
    return streams ? "readers-streams" : "readers-websockets";
  }

  @Override
  public String tries() {
    return "%,d %s, %.0f MB/s in all, of which half stop reading"
        .formatted(
            readers,
            streams ? "event streams with a channel each" : "WebSockets with one channel",
            megabytes);
  }

  /** Each gets one message in a second. */
  @Override
  public Setup setup() {
    int bytes = (int) (megabytes * MILLION / readers);
    return Setup.README
        .feeding(new Setup.Contents(streams ? readers : 1, 1, bytes))
        .withSendBuffer(StandingReaders.SEND_BUFFER);
  }

  @Override
  public void run(Attacker attacker) throws InterruptedException {
    List<Line> reading = new ArrayList<>();
    for (int i = 0; i < readers && attacker.goesOn(); i++) {
      Buffer request = request(Feed.fed(streams ? i : 0));
      if (i % 2 == 0) {
        attacker
            .openSmall(new Deliveries())
            .ifPresent(line -> attacker.send(line.standStill(), request));
      } else {
        attacker
            .open(answers -> new Deliveries())
            .ifPresent(
                line -> {
                  if (attacker.send(line, request)) {
                    reading.add(line);
                  }
                });
      }
    }
    attacker.answers().add("reading", reading.size());
    attacker.feed();
    attacker.await(() -> false);
    int each = attacker.stopFeeding();
    attacker.awaitLate(() -> reading.stream().allMatch(line -> line.answered() >= each));
    attacker.answers().add("messages to each", each);
    long whole = reading.stream().filter(line -> line.answered() == each).count();
    attacker.answers().add("got all", whole);
    attacker.answers().add(Answers.NONE, reading.size() - whole);
  }

  private Buffer request(String channel) {
    // A reader that attaches after the first messages gets them, too.
    String target = Requests.MOUNT + "?last=100&channels=" + channel;
    return streams
        ? Requests.request("GET", target, "Accept: text/event-stream")
        : Requests.upgrade(target + "&format=envelope");
  }
}
