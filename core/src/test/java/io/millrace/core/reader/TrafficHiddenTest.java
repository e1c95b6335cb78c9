package io.millrace.core.reader;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.core.Server;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that cursors can say nothing of what is published on other channels. */
class TrafficHiddenTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final AtomicLong micros = new AtomicLong();
  private Rig rig;

  private void begin(boolean hidden) {
    micros.set(0);
    MillraceOptions options = new MillraceOptions().setTrafficHidden(hidden);
    rig = new Rig(vertx, options, Optional.empty(), micros::get);
  }

  private void at(long time, Runnable action) {
    micros.set(time);
    action.run();
    rig.settle();
  }

  /** Others publish, one message in a microsecond. */
  private void others(int messages) {
    for (int i = 0; i < messages; i++) {
      micros.incrementAndGet();
      rig.append("others");
    }
    rig.settle();
  }

  /** Returns all that clients are sent while others publish, without the name of the log. */
  private List<String> sent(boolean hidden, int others) {
    begin(hidden);
    TestOutlet stays = new TestOutlet();
    TestOutlet polls = new TestOutlet();
    at(2_300_000, rig.log::sweep);
    others(others);
    micros.set(2_500_000);
    LastingReader reader = rig.stream(stays, ResumeFrom.NOW, "mine");
    others(others);
    at(3_400_000, rig.log::sweep);
    others(others);
    rig.onLoop(reader::heartbeat);
    at(3_700_000, () -> rig.append("mine"));
    eventually(() -> assertThat(stays.frames("message")).hasSize(1));
    others(others);
    rig.onLoop(reader::heartbeat);
    at(3_900_000, () -> rig.subscribe(reader, "1", ResumeFrom.NOW, "more"));
    eventually(() -> assertThat(stays.frames("ok")).hasSize(1));
    others(others);
    at(5_100_000, rig.log::sweep);
    rig.onLoop(reader::heartbeat);
    others(others);
    at(5_500_000, () -> rig.batch(polls, Duration.ZERO, ResumeFrom.NOW, "mine"));
    String told = stays.frames("message").get(0).getString("cursor");
    at(5_600_000, () -> rig.batch(polls, Duration.ZERO, resume(told), "mine", "more"));
    others(others);
    at(5_700_000, () -> rig.batch(polls, Duration.ZERO, Rig.last(3), "empty"));
    at(5_800_000, () -> rig.batch(polls, Duration.ZERO, resume("other-3"), "empty"));
    eventually(() -> assertThat(polls.frames("end")).hasSize(4));
    String epoch = rig.log.epoch().name();
    List<String> sent =
        Stream.concat(stays.frames().stream(), polls.frames().stream())
            .map(frame -> frame.encode().replace(epoch, "epoch"))
            .toList();
    rig.endAll();
    return sent;
  }

  private static ResumeFrom resume(String cursor) {
    return new ResumeFrom(Optional.of(cursor), 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 3000})
  void whatClientsAreSentIsTheSameHoweverMuchOthersPublish(int others) {
    List<String> alone = sent(true, 0);
    assertThat(sent(true, others)).isEqualTo(alone);
    assertThat(alone).anyMatch(frame -> frame.contains("epoch-3700000"));
    assertThat(alone)
        .anyMatch(frame -> frame.contains("\"ok\",\"id\":1,\"cursor\":\"epoch-3900001"));
    assertThat(sent(false, others)).isNotEqualTo(sent(false, 0)); // Otherwise this shows nothing.
  }

  /** Random histories of two channels among those of others, the second one subscribed later. */
  @Test
  void whoResumesFromAnyCursorGetsExactlyWhatItHasNotHad() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      begin(true);
      TestOutlet outlet = new TestOutlet();
      happen(random, 10);
      LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, "mine");
      happen(random, 10);
      rig.subscribe(reader, "1", Rig.last(2), "later");
      for (int i = 0; i < 10; i++) {
        happen(random, 3);
        rig.onLoop(reader::heartbeat);
      }
      eventually(() -> assertThat(reader.isLive()).isTrue());
      rig.settle();
      check(seed, outlet);
      rig.endAll();
    }
  }

  private void happen(Random random, int times) {
    for (int i = 0; i < times; i++) {
      micros.addAndGet(random.nextInt(300_000));
      switch (random.nextInt(6)) {
        case 0 -> rig.log.sweep();
        case 1 -> rig.append("mine");
        case 2 -> rig.append("later");
        default -> rig.append("others");
      }
      if (random.nextBoolean()) {
        rig.settle();
      }
    }
  }

  private void check(int seed, TestOutlet outlet) {
    List<JsonObject> frames = outlet.frames();
    List<Long> all = outlet.sequences();
    assertThat(outlet.frames("ok")).hasSize(1);
    int from = frames.indexOf(outlet.frames("ok").get(0));
    for (int i = from; i < frames.size(); i++) {
      String cursor = frames.get(i).getString("cursor");
      TestOutlet resumed = new TestOutlet();
      rig.batch(resumed, Duration.ZERO, resume(cursor), "mine", "later");
      eventually(() -> assertThat(resumed.frames("end")).hasSize(1));
      List<Long> had = new ArrayList<>();
      frames.subList(0, i + 1).stream()
          .filter(frame -> frame.getString("type").equals("message"))
          .forEach(frame -> had.add(TestOutlet.seq(frame)));
      had.addAll(resumed.sequences());
      assertThat(had).as("history %s, from %s", seed, cursor).isEqualTo(all);
      assertThat(resumed.frames().toString()).doesNotContain("reason");
    }
  }

  @Test
  void whoPollsGetsEveryMessageOnce() {
    Random random = new Random(1);
    begin(true);
    ResumeFrom next = ResumeFrom.NOW;
    List<Long> got = new ArrayList<>();
    long cursor = -1;
    for (int i = 0; i < 200; i++) {
      TestOutlet outlet = new TestOutlet();
      rig.batch(outlet, Duration.ZERO, next, "mine");
      eventually(() -> assertThat(outlet.frames("end")).hasSize(1));
      got.addAll(outlet.sequences());
      JsonObject end = outlet.frames("end").get(0);
      assertThat(TestOutlet.seq(end)).isGreaterThanOrEqualTo(cursor);
      cursor = TestOutlet.seq(end);
      next = resume(end.getString("cursor"));
      if (i < 199) {
        happen(random, 4);
      }
    }
    List<Long> all =
        rig.log.history("mine", 10_000).stream().map(entry -> entry.cursor().seq()).toList();
    assertThat(got).isEqualTo(all).hasSizeGreaterThan(50);
  }

  private static JsonObject end(Server.Answer answer) {
    return answer
        .body()
        .lines()
        .map(Json::decodeValue)
        .filter(JsonObject.class::isInstance)
        .map(JsonObject.class::cast)
        .filter(frame -> frame.getString("type").equals("end"))
        .findFirst()
        .orElseThrow();
  }

  /** Over HTTP, with the real time. */
  @Test
  void aNodeNumbersByTimeAndEveryTechniqueResumesFromThat() throws IOException {
    long before = System.nanoTime();
    Server server = new Server(vertx, new MillraceOptions().setTrafficHidden(true)).listen();
    String begin = end(server.get("/once?channels=mine")).getString("cursor");
    TestOutlet stays = server.outlets.get(server.connect("?channels=mine"));
    server.append("mine", Message.json(1));
    for (int i = 0; i < 100; i++) {
      server.append("others", Message.json(0));
    }
    eventually(() -> assertThat(stays.frames("message")).hasSize(1));
    long first = stays.sequences().get(0);
    eventually(
        () -> assertThat(System.nanoTime() - before).isGreaterThan(first * 1000 + 20_000_000));
    server.append("mine", Message.json(2));
    eventually(() -> assertThat(stays.frames("message")).hasSize(2));
    long second = stays.sequences().get(1);
    assertThat(second - first).isGreaterThan(10_000); // Microseconds, not 101 messages.
    assertThat(second).isLessThan((System.nanoTime() - before) / 1000);
    String one = stays.frames("message").get(0).getString("cursor");
    assertThat(server.get("/once?channels=mine&cursor=" + begin).body())
        .contains("\"data\":1", "\"data\":2");
    assertThat(server.get("/once?channels=mine&cursor=" + one).body())
        .contains("\"data\":2")
        .doesNotContain("\"data\":1", "reason");
    TestOutlet resumed =
        server.outlets.get(server.connect("?channels=mine", "Last-Event-ID: " + one));
    eventually(() -> assertThat(resumed.sequences()).containsExactly(second));
    assertThat(resumed.frames("gap")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s-9000000000000000000", "%s-", "%s-1x", "%s1-5", "nonsense", "-1"})
  void aCursorThatIsMadeUpLeadsToAGapAsEver(String form) {
    Server server = new Server(vertx, new MillraceOptions().setTrafficHidden(true)).listen();
    String epoch = server.log().epoch().name();
    String body = server.get("/once?channels=mine&cursor=" + form.formatted(epoch)).body();
    assertThat(body).contains(form.equals("%s1-5") ? "\"epoch\"" : "\"unknown\"");
  }
}
