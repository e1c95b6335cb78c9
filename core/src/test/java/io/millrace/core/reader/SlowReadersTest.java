package io.millrace.core.reader;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Client;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.SlowPolicy;
import io.millrace.Subscriber;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What those get that are slow, or that ask to be served slowly; and what is not for all. */
class SlowReadersTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options = new MillraceOptions();
  private final TestOutlet outlet = new TestOutlet();
  private Rig rig;

  private Rig rig() {
    rig = new Rig(vertx, options);
    return rig;
  }

  @AfterEach
  void endAll() {
    rig.endAll();
  }

  /** Holds two messages of each channel, and no ring. */
  private void holdTwo() {
    options.setRingBytes(0).setHistory(new HistoryOptions(2, 1 << 20, Duration.ofHours(1)));
  }

  private void story(TestOutlet of, String... expected) {
    eventually(() -> assertThat(of.story()).containsExactly(expected));
  }

  private void publish(String channel, String replaces) {
    rig.log.append(channel, Message.json("x").withReplaces(replaces));
  }

  /** Publishes for everybody but one client, and lets it be delivered. */
  private void publishExcept(String channel, String client) {
    rig.log.append(channel, Message.json("x").withExcept(client));
    rig.settle();
  }

  /** Publishes while the outlet is full, and lets the reader see that. */
  private void appendWhileFull(String... channels) {
    outlet.writable = false;
    for (String channel : channels) {
      rig.append(channel);
      rig.settle();
    }
  }

  private LastingReader lasting(TestOutlet to, String id, int maxRate, ResumeFrom start) {
    return rig.onLoop(
        () -> {
          LastingReader reader =
              new LastingReader(rig.shard, "test", rig.framing, to, Rig.SETTINGS);
          reader.identify(Client.anonymous(), Optional.of(id));
          reader.limitRate(maxRate);
          reader.begin(rig.log.attach(Rig.subscriptions("a", "b"), start));
          return reader;
        });
  }

  private void batch(String id, int maxRate, Duration hold, ResumeFrom start) {
    rig.onLoop(
        () -> {
          BatchReader reader =
              new BatchReader(rig.shard, "batch", rig.framing, outlet, options, hold);
          reader.identify(Client.anonymous(), Optional.of(id));
          reader.limitRate(maxRate);
          reader.begin(rig.log.attach(Rig.subscriptions("a"), start));
        });
  }

  @Test
  void aSlowReaderIsToldHowManyMessagesOfEachChannelItHasMissed() {
    holdTwo();
    rig().append("a", "b");
    rig.stream(outlet, ResumeFrom.NOW, "a", "b", "c");
    appendWhileFull("a", "a", "b", "a", "a", "a", "b", "b");
    rig.onLoop(outlet::drain);
    story(outlet, "welcome", "gap[\"a\",\"b\"]", "7", "8", "9", "10");
    assertThat(outlet.frames("gap").get(0).getJsonObject("missed"))
        .isEqualTo(new JsonObject().put("a", 3).put("b", 1));
  }

  @Test
  void itIsToldHoweverMuchItHasMissed() {
    holdTwo();
    rig();
    rig.stream(outlet, ResumeFrom.NOW, "a");
    appendWhileFull("a");
    for (int i = 0; i < 1000; i++) {
      rig.append("a", "b");
    }
    rig.settle();
    rig.onLoop(outlet::drain);
    eventually(() -> assertThat(outlet.frames("gap")).hasSize(1));
    assertThat(outlet.frames("gap").get(0).getJsonObject("missed"))
        .isEqualTo(new JsonObject().put("a", 999));
  }

  @Test
  void whoeverComesBackIsToldHowManyMessagesWereMissedIfThatIsKnown() {
    holdTwo();
    rig().append("a", "a", "a", "a", "a");
    batch("some-client", 0, Duration.ZERO, rig.after(1));
    eventually(() -> assertThat(outlet.frames("batch")).hasSize(1));
    assertThat(outlet.frames("batch").get(0).getJsonObject("missed"))
        .isEqualTo(new JsonObject().put("a", 2));

    TestOutlet filtered = new TestOutlet();
    TestOutlet wide = new TestOutlet();
    rig.stream(filtered, rig.after(1), "a:x");
    rig.stream(wide, rig.after(1), "*");
    story(filtered, "welcome", "gap[\"a\"]");
    story(wide, "welcome", "gap[\"*\"]", "4", "5");
    assertThat(filtered.frames("gap").get(0).containsKey("missed")).isFalse();
    assertThat(wide.frames("gap").get(0).containsKey("missed")).isFalse();
  }

  @Test
  void aSubscriberOfTheApplicationIsToldToo() {
    holdTwo();
    rig().append("a", "a", "a", "a", "a");
    List<Gap> gaps = new CopyOnWriteArrayList<>();
    Subscriber subscriber =
        new Subscriber() {
          @Override
          public void onMessage(Entry entry) {}

          @Override
          public void onGap(Gap gap) {
            gaps.add(gap);
          }
        };
    rig.onLoop(
        () ->
            new SubscriberReader(rig.shard, subscriber)
                .begin(rig.log.attach(Rig.subscriptions("a"), rig.after(1))));
    eventually(() -> assertThat(gaps).hasSize(1));
    assertThat(gaps.get(0).missed()).containsExactly(Map.entry("a", 2L));
  }

  @Test
  void aSlowReaderGetsOnlyTheNewestIfThePolicySaysSoAndIsToldNoGap() {
    holdTwo();
    options.setSlowReaders("a", SlowPolicy.LATEST);
    rig();
    rig.stream(outlet, ResumeFrom.NOW, "a", "b");
    appendWhileFull("a", "a", "b", "a", "b", "a");
    rig.onLoop(outlet::drain);
    story(outlet, "welcome", "3", "5", "6");
    rig.append("a");
    story(outlet, "welcome", "3", "5", "6", "7");
    rig.append("a");
    story(outlet, "welcome", "3", "5", "6", "7", "8");
  }

  @Test
  void itGetsTheNewestOfEachValueAndAGapIfOneOfThemIsLost() {
    options.setSlowReaders("a", SlowPolicy.LATEST);
    rig();
    rig.stream(outlet, ResumeFrom.NOW, "a");
    outlet.writable = false;
    for (String value : List.of("x", "y", "x", "x", "z", "y")) {
      publish("a", value);
    }
    rig.settle();
    rig.onLoop(outlet::drain);
    story(outlet, "welcome", "4", "5", "6");

    outlet.writable = false;
    publish("a", "x");
    rig.settle();
    rig.time.addAndGet(Duration.ofHours(2).toMillis());
    rig.log.sweep();
    publish("a", "y");
    rig.settle();
    rig.onLoop(outlet::drain);
    story(outlet, "welcome", "4", "5", "6", "gap[\"a\"]", "8");
  }

  @Test
  void whoeverComesBackToAPatternGetsTheNewestToo() {
    options.setSlowReaders("a.**", SlowPolicy.LATEST);
    rig().append("a.1", "b.1", "a.1", "a.2", "b.1", "a.2", "a.1");
    rig.stream(outlet, rig.after(0), "*.*");
    story(outlet, "welcome", "2", "5", "6", "7");
    TestOutlet last = new TestOutlet();
    rig.stream(last, Rig.last(2), "a.1");
    story(last, "welcome", "r3", "7");
  }

  @Test
  void aReaderWithARateGetsTheFirstAtOnceAndThenTheNewestWhenItIsTime() {
    rig();
    lasting(outlet, "some-client", 2, ResumeFrom.NOW);
    rig.append("a");
    story(outlet, "welcome", "1");
    rig.append("a", "b", "a", "b");
    publish("a", "x");
    publish("a", "y");
    publish("a", "x");
    rig.pass(450);
    story(outlet, "welcome", "1");
    rig.pass(50);
    story(outlet, "welcome", "1", "4", "5", "7", "8");
    rig.pass(2000);
    rig.append("b");
    story(outlet, "welcome", "1", "4", "5", "7", "8", "9");
    assertThat(rig.timers()).isEqualTo(1);
  }

  @Test
  void aReaderWithARateHasATrueCursorAtAnyTime() {
    rig();
    LastingReader reader = lasting(outlet, "some-client", 1, ResumeFrom.NOW);
    rig.append("a");
    story(outlet, "welcome", "1");
    rig.append("a", "a");
    rig.settle();
    assertThat(rig.onLoop(reader::place)).isEqualTo(rig.log.cursor(1));
    rig.pass(1000);
    story(outlet, "welcome", "1", "3");
    assertThat(rig.onLoop(reader::place)).isEqualTo(rig.log.cursor(3));
  }

  @Test
  void aReaderWithARateThatWasSlowIsGivenTheNewestWhenItsSocketDrains() {
    rig();
    lasting(outlet, "some-client", 10, ResumeFrom.NOW);
    appendWhileFull("a", "a", "b");
    rig.pass(1000);
    story(outlet, "welcome");
    rig.onLoop(outlet::drain);
    story(outlet, "welcome", "2", "3");
  }

  @Test
  void writesOfAReaderWithARateAreNeverCloserThanItAllows() {
    rig();
    List<Long> times = new CopyOnWriteArrayList<>();
    outlet.onWrite = written -> times.add(rig.time.get());
    lasting(outlet, "some-client", 4, ResumeFrom.NOW);
    for (int i = 0; i < 40; i++) {
      rig.append("a", "b");
      rig.pass(50);
    }
    List<Long> messages = new ArrayList<>(times.subList(1, times.size()));
    assertThat(messages).hasSizeBetween(7, 9);
    for (int i = 1; i < messages.size(); i++) {
      assertThat(messages.get(i) - messages.get(i - 1)).isGreaterThanOrEqualTo(250);
    }
    assertThat(outlet.sequences()).isSorted().doesNotHaveDuplicates().hasSizeLessThan(20);
  }

  @Test
  void anAnswerWithARateIsGivenWhenItIsTimeWithTheNewest() {
    rig().append("a", "a");
    batch("some-client", 2, Duration.ofSeconds(25), rig.after(0));
    rig.append("a");
    rig.pass(450);
    assertThat(outlet.writes).isEmpty();
    rig.pass(50);
    story(outlet, "batch", "3", "end");
    assertThat(TestOutlet.seq(outlet.frames("end").get(0))).isEqualTo(3);
  }

  @Test
  void anAnswerWithARateIsGivenAtOnceIfTheNodeCloses() {
    rig().append("a", "a");
    batch("some-client", 1, Duration.ZERO, rig.after(0));
    rig.settle();
    assertThat(outlet.writes).isEmpty();
    rig.endAll();
    story(outlet, "batch", "2", "end");
  }

  @Test
  void aClientDoesNotGetWhatIsForEverybodyElse() {
    rig();
    TestOutlet other = new TestOutlet();
    LastingReader reader = lasting(outlet, "client-one", 0, ResumeFrom.NOW);
    lasting(other, "client-two", 0, ResumeFrom.NOW);
    rig.append("a");
    publishExcept("a", "client-one");
    publishExcept("b", "client-two");
    publishExcept("b", "client-three");
    rig.append("a");
    story(outlet, "welcome", "1", "3", "4", "5");
    story(other, "welcome", "1", "2", "4", "5");
    assertThat(rig.onLoop(reader::isLive)).isTrue();
  }

  @Test
  void nobodyWhoComesBackGetsTheAnswerThatWasReadForSomebodyElse() {
    rig();
    publishExcept("a", "client-one");
    rig.append("a");
    TestOutlet other = new TestOutlet();
    lasting(other, "client-two", 0, rig.after(0));
    story(other, "welcome", "1", "2");
    lasting(outlet, "client-one", 0, rig.after(0));
    story(outlet, "welcome", "2");
    batch("client-one", 0, Duration.ofSeconds(25), rig.after(0));
    story(outlet, "welcome", "2", "batch", "2", "end");
  }
}
