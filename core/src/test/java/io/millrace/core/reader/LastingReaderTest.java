package io.millrace.core.reader;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Entry;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.Priority;
import io.millrace.core.log.EventFilter;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.StartPosition;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Ending;
import io.millrace.spi.Framing;
import io.millrace.spi.Signal;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LastingReaderTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options = new MillraceOptions();
  private Rig rig;
  private final TestOutlet outlet = new TestOutlet();

  private Rig rig() {
    rig = new Rig(vertx, options);
    return rig;
  }

  @AfterEach
  void endAll() {
    rig.endAll();
  }

  private void story(TestOutlet of, String... expected) {
    eventually(() -> assertThat(of.story()).containsExactly(expected));
  }

  /** Lets time pass, but not while something is being done that also asks for the time. */
  private void pass(long millis) {
    rig.settle();
    rig.time.addAndGet(millis);
  }

  /** Holds two messages of each channel, and no ring. */
  private void holdTwo() {
    options.setRingBytes(0).setHistory(new HistoryOptions(2, 1 << 20, Duration.ofHours(1)));
  }

  private long recycleAge;

  private LastingSettings settings(long heartbeat, long stall, long recycle, boolean ends) {
    return new LastingSettings(
        Duration.ofMillis(heartbeat),
        Duration.ofMillis(stall),
        Duration.ofSeconds(3),
        recycle,
        Duration.ofMillis(recycleAge),
        0,
        channel -> ends,
        Duration.ZERO,
        JsonObject::new);
  }

  @Test
  void whatIsPublishedAfterTheAttachComesOnceAndInOrder() {
    rig().append("a", "b");
    rig.stream(outlet, ResumeFrom.NOW, "a");
    rig.append("a", "b", "a");
    story(outlet, "welcome", "3", "5");
    assertThat(TestOutlet.seq(outlet.frames("welcome").get(0))).isEqualTo(2);
  }

  @Test
  void aCursorIsContinued() {
    rig().append("a", "a", "b", "a");
    rig.stream(outlet, rig.after(1), "a");
    rig.append("a");
    story(outlet, "welcome", "2", "4", "5");
    assertThat(TestOutlet.seq(outlet.frames("welcome").get(0))).isEqualTo(1);
  }

  @Test
  void aNameAndAPatternThatBothMatchDeliverOnce() {
    rig().append("a.b");
    rig.stream(outlet, rig.after(0), "a.b:x", "a.*", "a.**");
    rig.append("a.b", "a.b:x", "a.c.d");
    story(outlet, "welcome", "1", "2", "3", "4");
  }

  @Test
  void theEventsOfANameAndOfAPatternAreUnited() {
    rig();
    rig.stream(outlet, ResumeFrom.NOW, "a.b:x", "a.*:y");
    rig.append("a.b:x", "a.b:y", "a.b:z", "a.c:x", "a.c:y");
    story(outlet, "welcome", "1", "2", "5");
  }

  @Test
  void lastComesBeforeWhatIsLiveAndTellsNoCursorBeforeItsLast() {
    rig().append("a", "a", "b", "a");
    rig.stream(outlet, Rig.last(2), "a", "b");
    rig.append("b");
    story(outlet, "welcome", "r2", "r3", "4", "5");
    assertThat(outlet.frames("welcome").get(0).containsKey("cursor")).isFalse();
  }

  @Test
  void aCursorOfAnotherEpochIsAnsweredByAGapAndThenByEverythingHeld() {
    rig().append("a", "a");
    rig.stream(outlet, new ResumeFrom(Optional.of("other-7"), 0), "a");
    story(outlet, "welcome", "gap[\"a\"]", "1", "2");
    assertThat(outlet.frames("welcome").get(0).containsKey("cursor")).isFalse();
    assertThat(TestOutlet.seq(outlet.frames("gap").get(0))).isZero();
    assertThat(outlet.frames("gap").get(0).getString("reason")).isEqualTo("epoch");
  }

  @Test
  void anExpiredCursorIsRepeatedBeforeTheGapAndInIt() {
    holdTwo();
    rig().append("a", "a", "a", "a");
    rig.stream(outlet, rig.after(1), "a", "b");
    story(outlet, "welcome", "gap[\"a\"]", "3", "4");
    assertThat(TestOutlet.seq(outlet.frames("welcome").get(0))).isEqualTo(1);
    assertThat(TestOutlet.seq(outlet.frames("gap").get(0))).isEqualTo(1);
    assertThat(outlet.frames("gap").get(0).getString("reason")).isEqualTo("expired");
  }

  @Test
  void readersOfTheSameChannelsShareTheSameBuffers() {
    rig();
    List<TestOutlet> outlets = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      outlets.add(new TestOutlet());
      rig.stream(
          outlets.get(i),
          ResumeFrom.NOW,
          i % 2 == 0 ? new String[] {"a", "b"} : new String[] {"b", "a"});
    }
    Runnable release = rig.stall();
    rig.append("a", "b", "c", "a");
    release.run();
    outlets.forEach(it -> story(it, "welcome", "1", "2", "4"));
    Buffer joined = outlets.get(0).writes.get(1);
    outlets.forEach(it -> assertThat(it.writes.get(1)).isSameAs(joined));
  }

  @Test
  void readersThatCatchUpFromTheSamePlaceShareTheSameBuffers() {
    rig().append("a", "a", "a");
    TestOutlet first = new TestOutlet();
    TestOutlet second = new TestOutlet();
    rig.stream(outlet, ResumeFrom.NOW, "a");
    rig.stream(first, ResumeFrom.NOW, "a");
    rig.stream(second, ResumeFrom.NOW, "a");
    first.writable = false;
    second.writable = false;
    rig.append("a");
    story(outlet, "welcome", "4");
    rig.append("a");
    story(outlet, "welcome", "4", "5");
    rig.onLoop(
        () -> {
          first.drain();
          second.drain();
        });
    story(first, "welcome", "4", "5");
    story(second, "welcome", "4", "5");
    assertThat(second.writes.get(1)).isSameAs(first.writes.get(1));
  }

  @Test
  void aReaderThatStallsCatchesUpWhenItDrainsAndDisturbsNobody() {
    rig();
    TestOutlet other = new TestOutlet();
    rig.stream(outlet, ResumeFrom.NOW, "a");
    rig.stream(other, ResumeFrom.NOW, "a");
    rig.append("a");
    story(outlet, "welcome", "1");
    outlet.writable = false;
    rig.append("a", "b", "a");
    story(other, "welcome", "1", "2", "4");
    story(outlet, "welcome", "1");
    rig.onLoop(outlet::drain);
    story(outlet, "welcome", "1", "2", "4");
    rig.append("a");
    story(outlet, "welcome", "1", "2", "4", "5");
    story(other, "welcome", "1", "2", "4", "5");
  }

  @Test
  void catchingUpStopsWhenTheOutletIsFullAndGoesOnWhenItDrains() {
    rig();
    for (int i = 0; i < 10; i++) {
      rig.append("a", Priority.NORMAL, 40_000);
    }
    outlet.onWrite = written -> outlet.writable = written.length() < 1000;
    rig.stream(outlet, rig.after(0), "a");
    for (int i = 1; i <= 10; i++) {
      int count = i;
      eventually(() -> assertThat(outlet.sequences()).hasSize(count));
      rig.settle();
      assertThat(outlet.sequences()).hasSize(count);
      rig.onLoop(outlet::drain);
    }
    rig.append("a");
    eventually(() -> assertThat(outlet.sequences()).hasSize(11).isSorted());
  }

  @Test
  void aReaderThatTheLogHasLeftBehindIsToldAGapAndGoesOn() {
    holdTwo();
    rig().append("b");
    rig.stream(outlet, ResumeFrom.NOW, "a", "b");
    outlet.writable = false;
    rig.append("a", "a", "a", "a");
    rig.settle();
    rig.onLoop(outlet::drain);
    story(outlet, "welcome", "gap[\"a\"]", "4", "5");
    assertThat(outlet.frames("gap").get(0).getString("reason")).isEqualTo("slow");
    rig.onLoop(() -> {});
  }

  @Test
  void aReaderThatTheLogHasLeftBehindIsEndedIfThatIsWanted() {
    holdTwo();
    rig();
    rig.stream(rig.shard, outlet, settings(15_000, 120_000, 0, true), ResumeFrom.NOW, "a");
    outlet.writable = false;
    rig.append("a", "a", "a", "a");
    rig.settle();
    rig.onLoop(outlet::drain);
    story(outlet, "welcome", "goodbye");
    assertThat(outlet.endings).containsExactly(Ending.SLOW);
    assertThat(rig.readers()).isZero();
  }

  @Test
  void aLoopThatStallsForLongerThanTheRingTellsEachReaderWhatItMissed() {
    options.setRingBytes(1200).setHistory(HistoryOptions.NONE);
    options.setHistory("kept", HistoryOptions.DEFAULT);
    rig();
    TestOutlet kept = new TestOutlet();
    TestOutlet quiet = new TestOutlet();
    rig.stream(outlet, ResumeFrom.NOW, "a");
    rig.stream(kept, ResumeFrom.NOW, "kept");
    rig.stream(quiet, ResumeFrom.NOW, "quiet");
    Runnable release = rig.stall();
    rig.append("a", "kept");
    for (int i = 0; i < 20; i++) {
      rig.append("a");
    }
    release.run();
    eventually(() -> assertThat(outlet.sequences()).endsWith(22L));
    assertThat(outlet.story()).startsWith("welcome", "gap[\"a\"]");
    assertThat(outlet.sequences()).hasSizeLessThan(10).isSorted();
    story(kept, "welcome", "2");
    rig.append("quiet");
    story(quiet, "welcome", "23");
  }

  @Test
  void anInterruptionReachesWhoIsLiveAndWhoIsBehindInItsPlace() {
    rig();
    TestOutlet behind = new TestOutlet();
    TestOutlet other = new TestOutlet();
    TestOutlet pattern = new TestOutlet();
    rig.stream(outlet, ResumeFrom.NOW, "a");
    rig.stream(behind, ResumeFrom.NOW, "a");
    rig.stream(other, ResumeFrom.NOW, "b");
    rig.stream(pattern, ResumeFrom.NOW, "*");
    behind.writable = false;
    Runnable release = rig.stall();
    rig.append("a");
    rig.interrupt("a");
    rig.append("a", "b");
    release.run();
    story(outlet, "welcome", "1", "gap[\"a\"]", "3");
    story(pattern, "welcome", "1", "gap[\"*\"]", "3", "4");
    story(other, "welcome", "4");
    rig.onLoop(behind::drain);
    story(behind, "welcome", "gap[\"a\"]", "1", "3");
    assertThat(behind.frames("gap").get(0).getString("reason")).isEqualTo("interrupted");
    assertThat(TestOutlet.seq(outlet.frames("gap").get(0))).isEqualTo(1);
  }

  @Test
  void anInterruptionOfAPatternReachesItsChannelsAndThePatternsThatOverlapIt() {
    rig();
    TestOutlet overlapping = new TestOutlet();
    TestOutlet apart = new TestOutlet();
    rig.stream(outlet, ResumeFrom.NOW, "a.b");
    rig.stream(overlapping, ResumeFrom.NOW, "*.b");
    rig.stream(apart, ResumeFrom.NOW, "b.*", "a", "a.b.c");
    rig.interrupt("a.*");
    rig.append("a.b", "a.b.c");
    story(outlet, "welcome", "gap[\"a.b\"]", "2");
    story(overlapping, "welcome", "gap[\"*.b\"]", "2");
    story(apart, "welcome", "3");
  }

  @Test
  void aLateSubscriptionIsReplayedWholeBeforeItsOkAndThenJoinsTheRest() {
    rig().append("b", "b", "a");
    LastingReader reader = rig.stream(outlet, rig.after(2), "a");
    story(outlet, "welcome", "3");
    rig.subscribe(reader, "7", rig.after(1), "b");
    story(outlet, "welcome", "3", "r2", "ok");
    rig.append("b", "a");
    story(outlet, "welcome", "3", "r2", "ok", "4", "5");
    JsonObject ok = outlet.frames("ok").get(0);
    assertThat(ok.getInteger("id")).isEqualTo(7);
    assertThat(TestOutlet.seq(ok)).isEqualTo(3);
    assertThat(outlet.frames("message").get(1).getInteger("replay")).isEqualTo(7);
  }

  @Test
  void aLateSubscriptionThatCannotBeContinuedIsToldAGapBeforeItsReplayAndItsOk() {
    holdTwo();
    rig().append("b", "b", "b");
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, "a");
    rig.subscribe(reader, "1", rig.after(0), "b");
    rig.subscribe(reader, "2", new ResumeFrom(Optional.of("other-1"), 0), "c.*", "d");
    rig.subscribe(reader, "3", rig.after(1000), "e");
    rig.append("e", "b");
    story(
        outlet,
        "welcome",
        "gap[\"b\"]",
        "r2",
        "r3",
        "ok",
        "gap[\"c.*\",\"d\"]",
        "ok",
        "gap[\"e\"]",
        "ok",
        "4",
        "5");
  }

  @Test
  void aLateSubscriptionFromNowGetsNothingOlderThoughItsReaderIsBehind() {
    rig();
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, "a");
    outlet.writable = false;
    rig.append("a", "b", "a");
    rig.settle();
    rig.subscribe(reader, "1", ResumeFrom.NOW, "b");
    rig.append("b", "a");
    rig.settle();
    rig.onLoop(outlet::drain);
    story(outlet, "welcome", "ok", "1", "3", "4", "5");
    assertThat(TestOutlet.seq(outlet.frames("ok").get(0))).isZero();
  }

  @Test
  void aLateSubscriptionWhoseCursorIsAheadOfItsReaderGetsOnlyWhatIsBeyondItsCursor() {
    rig();
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, "a");
    outlet.writable = false;
    rig.append("a", "b", "b", "a");
    rig.settle();
    rig.subscribe(reader, "1", rig.after(2), "b");
    rig.onLoop(outlet::drain);
    story(outlet, "welcome", "ok", "1", "3", "4");
  }

  @Test
  void aLateSubscriptionWithLastReplaysThatMuchOfEachChannel() {
    rig().append("b", "b", "c", "b");
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, "a");
    rig.subscribe(reader, "\"x\"", Rig.last(2), "b", "c");
    story(outlet, "welcome", "r2", "r3", "r4", "ok");
    assertThat(outlet.frames("message").get(0).getString("replay")).isEqualTo("x");
    rig.append("b", "a", "c");
    story(outlet, "welcome", "r2", "r3", "r4", "ok", "5", "6", "7");
  }

  @Test
  void anInterruptionDuringALateReplayIsToldForWhatWasHeldAndForWhatIsReplayed() {
    rig();
    for (int i = 0; i < 5; i++) {
      rig.append("b", Priority.NORMAL, 50_000);
    }
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, "a");
    outlet.onWrite = written -> outlet.writable = written.length() < 1000;
    rig.subscribe(reader, "1", rig.after(0), "b");
    eventually(() -> assertThat(outlet.sequences()).containsExactly(1L));
    rig.interrupt("a", "b");
    rig.append("a", "b");
    outlet.onWrite = written -> {};
    rig.onLoop(outlet::drain);
    story(
        outlet,
        "welcome",
        "r1",
        "gap[\"b\"]",
        "r2",
        "r3",
        "r4",
        "r5",
        "ok",
        "gap[\"a\"]",
        "7",
        "8");
  }

  @Test
  void unsubscribingEndsAReplayInItsMidst() {
    rig();
    for (int i = 0; i < 5; i++) {
      rig.append("b", Priority.NORMAL, 50_000);
    }
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, "a");
    outlet.onWrite = written -> outlet.writable = written.length() < 1000;
    rig.subscribe(reader, "1", rig.after(0), "b");
    eventually(() -> assertThat(outlet.sequences()).containsExactly(1L));
    rig.unsubscribe(reader, "b");
    rig.onLoop(outlet::drain);
    rig.append("a", "b");
    story(outlet, "welcome", "r1", "ok", "6");
    assertThat(rig.log.subscriptionCount()).isEqualTo(1);
  }

  @Test
  void unsubscribingRemovesWhatIsWrittenTheSameAndNothingElse() {
    rig();
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, "a", "*", "b");
    rig.unsubscribe(reader, "a", "never");
    rig.append("a", "b");
    story(outlet, "welcome", "1", "2");
    rig.unsubscribe(reader, "*", "b");
    rig.append("a", "b");
    rig.settle();
    story(outlet, "welcome", "1", "2");
    assertThat(rig.log.subscriptionCount()).isZero();
  }

  @Test
  void otherEventsAreWantedFromThereOnLiveAndWhileReplaying() {
    rig();
    for (int i = 0; i < 3; i++) {
      rig.append("b:x", Priority.NORMAL, 50_000);
    }
    rig.append("b:y");
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, "a:x");
    rig.append("a:x", "a:y");
    story(outlet, "welcome", "5");
    rig.onLoop(() -> reader.refilter(reader.held().get(0), new EventFilter(Set.of("y"))));
    rig.append("a:x", "a:y");
    story(outlet, "welcome", "5", "8");
    outlet.onWrite = written -> outlet.writable = written.length() < 1000;
    rig.subscribe(reader, "1", rig.after(0), "b:x");
    story(outlet, "welcome", "5", "8", "r1");
    rig.onLoop(() -> reader.refilter(reader.held().get(1), new EventFilter(Set.of("y"))));
    rig.onLoop(outlet::drain);
    story(outlet, "welcome", "5", "8", "r1", "r4", "ok");
    rig.append("b:x", "b:y");
    story(outlet, "welcome", "5", "8", "r1", "r4", "ok", "10");
    assertThat(rig.log.subscriptionCount()).isEqualTo(2);
  }

  @Test
  void theFirstSubscriptionOfAConnectionSetsItsCursor() {
    rig().append("a", "a");
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW);
    rig.append("a");
    rig.settle();
    rig.onLoop(
        () -> {
          reader.subscribeFirst("1", rig.log.attach(Rig.subscriptions("a"), rig.after(1)));
        });
    story(outlet, "welcome", "ok", "2", "3");
    assertThat(TestOutlet.seq(outlet.frames("ok").get(0))).isEqualTo(1);
  }

  @Test
  void theFirstSubscriptionWithLastIsConfirmedAfterIt() {
    rig().append("a", "a", "a");
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW);
    rig.onLoop(
        () -> {
          reader.subscribeFirst("1", rig.log.attach(Rig.subscriptions("a"), Rig.last(2)));
        });
    story(outlet, "welcome", "r2", "3", "ok");
    assertThat(TestOutlet.seq(outlet.frames("ok").get(0))).isEqualTo(3);
  }

  @Test
  void theFirstSubscriptionThatCannotBeContinuedIsToldAGapBeforeItsOk() {
    holdTwo();
    rig().append("a", "a", "a");
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW);
    rig.onLoop(
        () -> {
          reader.subscribeFirst("1", rig.log.attach(Rig.subscriptions("a"), rig.after(0)));
        });
    story(outlet, "welcome", "gap[\"a\"]", "ok", "2", "3");
    assertThat(TestOutlet.seq(outlet.frames("ok").get(0))).isZero();
  }

  @Test
  void afterSilenceAHeartbeatSaysWhereTheReaderIsAndWhetherItHasMoved() {
    rig();
    rig.stream(outlet, ResumeFrom.NOW, "a");
    pass(14_900);
    rig.append("b");
    rig.settle();
    pass(150);
    story(outlet, "welcome", "heartbeat");
    pass(15_050);
    story(outlet, "welcome", "heartbeat", "heartbeat");
    rig.append("a");
    story(outlet, "welcome", "heartbeat", "heartbeat", "2");
    pass(15_050);
    story(outlet, "welcome", "heartbeat", "heartbeat", "2", "heartbeat");
    assertThat(outlet.frames("heartbeat").stream().map(it -> it.getBoolean("moved")))
        .containsExactly(true, false, false);
    assertThat(outlet.frames("heartbeat").stream().map(TestOutlet::seq))
        .containsExactly(1L, 1L, 2L);
  }

  @Test
  void aCursorThatHasMovedBeyondTheLastMessageOfASliceIsToldByTheNextHeartbeat() {
    rig().append("a", "b", "b");
    rig.stream(outlet, rig.after(0), "a");
    story(outlet, "welcome", "1");
    pass(15_050);
    story(outlet, "welcome", "1", "heartbeat");
    assertThat(outlet.frames("heartbeat").get(0).getBoolean("moved")).isTrue();
    assertThat(TestOutlet.seq(outlet.frames("heartbeat").get(0))).isEqualTo(3);
  }

  @Test
  void aFramingWithoutHeartbeatsIsNotAskedForThemMoreOftenThanTheyAreDue() {
    rig();
    AtomicInteger asked = new AtomicInteger();
    Framing silent =
        new Framing() {
          @Override
          public Buffer entry(Entry entry) {
            return Buffer.buffer("x");
          }

          @Override
          public Buffer signal(Signal signal) {
            asked.addAndGet(signal instanceof Signal.Heartbeat ? 1 : 0);
            return NOTHING;
          }
        };
    rig.onLoop(
        () ->
            new LastingReader(rig.shard, "silent", silent, outlet, Rig.SETTINGS)
                .begin(new StartPosition(0, Optional.empty(), 0, 0, List.of())));
    rig.pass(7000);
    rig.pass(7000);
    assertThat(asked).hasValue(0);
    rig.pass(2000);
    rig.pass(1000);
    rig.pass(1000);
    assertThat(asked).hasValue(1);
    assertThat(outlet.writes).isEmpty();
  }

  private void streamUntilGone() {
    long stall = new MillraceOptions().stallTimeout().toMillis();
    rig();
    rig.stream(rig.shard, outlet, settings(15_000, stall, 0, false), ResumeFrom.NOW, "a");
  }

  /** Lets seconds pass until the client is given up, and returns how many. */
  private int secondsUntilGone(Runnable eachSecond) {
    int seconds = 0;
    while (outlet.endings.isEmpty() && seconds < 60) {
      eachSecond.run();
      rig.pass(1_000);
      seconds++;
    }
    assertThat(outlet.endings).containsExactly(Ending.STALLED);
    return seconds;
  }

  @Test
  void aClientThatIsGoneIsGivenUpInLessThan46Seconds() {
    streamUntilGone();
    for (int i = 0; i < 31; i++) {
      rig.pass(1_000); // Now it has been heard a moment ago.
    }
    outlet.answers = false;
    assertThat(secondsUntilGone(() -> {})).isBetween(29, 45);
    assertThat(rig.readers()).isZero();
  }

  @Test
  void aClientThatReceivesMuchAndSendsNothingIsAskedByAHeartbeat() {
    streamUntilGone();
    outlet.answers = false;
    assertThat(secondsUntilGone(() -> rig.append("a"))).isEqualTo(30);
    assertThat(outlet.frames("heartbeat")).hasSizeBetween(1, 2);
  }

  @Test
  void aClientThatTakesWhatWaitedForItIsThere() {
    streamUntilGone();
    outlet.answers = false;
    outlet.writable = false;
    rig.pass(29_000);
    rig.onLoop(outlet::drain);
    assertThat(secondsUntilGone(() -> {})).isEqualTo(30);
  }

  @Test
  void aClientThatTakesNothingFromTheBeginningHasAsLongAsAnyOther() {
    rig();
    outlet.writable = false;
    rig.stream(outlet, ResumeFrom.NOW, "a");
    rig.pass(100_000);
    assertThat(outlet.endings).isEmpty();
    rig.pass(36_000);
    assertThat(outlet.endings).containsExactly(Ending.STALLED);
  }

  @Test
  void aClientThatTakesNothingForLongIsGivenUp() {
    rig();
    rig.stream(rig.shard, outlet, settings(1000, 3000, 0, false), ResumeFrom.NOW, "a");
    outlet.writable = false;
    rig.append("a");
    pass(2900);
    rig.settle();
    assertThat(outlet.endings).isEmpty();
    pass(1200);
    eventually(() -> assertThat(outlet.endings).containsExactly(Ending.STALLED));
    assertThat(rig.readers()).isZero();
    story(outlet, "welcome");
  }

  @Test
  void aConnectionIsRecycledAfterSoManyBytes() {
    rig();
    rig.stream(rig.shard, outlet, settings(15_000, 120_000, 600, false), ResumeFrom.NOW, "a");
    rig.append("a", "a", "a", "a", "a", "a", "a", "a", "a", "a");
    eventually(() -> assertThat(outlet.endings).containsExactly(Ending.RECYCLE));
    assertThat(outlet.story()).startsWith("welcome", "1").endsWith("goodbye");
  }

  @Test
  void aConnectionIsRecycledAfterSomeTimeHoweverBusyItIs() {
    rig();
    recycleAge = 20_000;
    TestOutlet busy = new TestOutlet();
    rig.stream(rig.shard, outlet, settings(15_000, 30_000, 0, false), ResumeFrom.NOW, "a");
    rig.stream(rig.shard, busy, settings(15_000, 30_000, 0, false), ResumeFrom.NOW, "b");
    for (int i = 0; i < 19; i++) {
      rig.append("b");
      rig.pass(1_000);
    }
    assertThat(outlet.endings).isEmpty();
    assertThat(busy.endings).isEmpty();
    rig.pass(1_050);
    assertThat(outlet.endings).containsExactly(Ending.RECYCLE);
    assertThat(busy.endings).containsExactly(Ending.RECYCLE);
    story(outlet, "welcome", "heartbeat", "goodbye");
  }

  /**
   * It has no cursor to resume from yet: if it is cut here, it asks for all of it again, forever.
   */
  @Test
  void aConnectionIsNotRecycledBeforeAllIsReplayed() {
    rig();
    for (int i = 0; i < 40; i++) {
      rig.append("a", Priority.NORMAL, 8 << 10);
    }
    rig.stream(rig.shard, outlet, settings(15_000, 120_000, 600, false), Rig.last(40), "a");
    eventually(() -> assertThat(outlet.endings).containsExactly(Ending.RECYCLE));
    assertThat(outlet.sequences()).hasSize(40);
    assertThat(outlet.frames("message").get(39).containsKey("replay")).isFalse();
  }

  @Test
  void theStateOfTheBrokerIsToldOnceToEachReader() {
    rig();
    TestOutlet full = new TestOutlet();
    TestOutlet late = new TestOutlet();
    rig.stream(outlet, ResumeFrom.NOW, "a");
    rig.stream(full, ResumeFrom.NOW, "a");
    full.writable = false;
    rig.shards.setDegraded(true);
    rig.shards.setDegraded(true);
    story(outlet, "welcome", "degraded");
    rig.stream(late, ResumeFrom.NOW, "a");
    story(late, "welcome", "degraded");
    rig.onLoop(full::drain);
    story(full, "welcome", "degraded");
    full.writable = false;
    rig.shards.setDegraded(false);
    story(outlet, "welcome", "degraded", "restored");
    story(late, "welcome", "degraded", "restored");
    rig.shards.setDegraded(true);
    rig.settle();
    rig.onLoop(full::drain);
    story(full, "welcome", "degraded");
    TestOutlet elsewhere = new TestOutlet();
    rig.stream(rig.anotherShard(), elsewhere, Rig.SETTINGS, ResumeFrom.NOW, "a");
    story(elsewhere, "welcome", "degraded");
  }

  @Test
  void anOutletThatFailsWhenItHasRoomAgainIsEnded() {
    rig();
    rig.stream(outlet, ResumeFrom.NOW, "a");
    outlet.writable = false;
    rig.shards.setDegraded(true);
    rig.settle();
    outlet.onWrite =
        written -> {
          throw new IllegalStateException("on purpose");
        };
    rig.onLoop(outlet::drain);
    assertThat(outlet.endings).hasSize(1);
    assertThat(rig.readers()).isZero();
  }

  @Test
  void whoeverIsEndedIsToldGoodbyeIfItCanBeTold() {
    rig();
    TestOutlet full = new TestOutlet();
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, "a");
    LastingReader stalled = rig.stream(full, ResumeFrom.NOW, "a");
    full.writable = false;
    Ending ending = Ending.goingAway(Duration.ofMillis(1200));
    rig.onLoop(
        () -> {
          reader.end(ending);
          reader.end(ending);
          stalled.end(ending);
        });
    rig.append("a");
    rig.settle();
    story(outlet, "welcome", "goodbye");
    story(full, "welcome");
    assertThat(outlet.endings).containsExactly(ending);
    assertThat(full.endings).containsExactly(ending);
  }

  @Test
  void aConnectionThatIsGoneAlreadyIsNoticedBeforeAnythingIsWritten() {
    rig();
    outlet.closedAlready = true;
    rig.stream(outlet, rig.after(0), "a");
    assertThat(outlet.writes).isEmpty();
    assertThat(rig.readers()).isZero();
    assertThat(rig.timers()).isZero();
  }

  @Test
  void aConnectionThatClosesWhileItIsWrittenToLeavesNothing() {
    rig().append("a");
    for (String when : List.of("welcome", "gap", "message", "ok", "heartbeat")) {
      TestOutlet dying = new TestOutlet();
      dying.onWrite =
          written -> {
            if (written.toString().contains("\"type\":\"" + when)) {
              dying.close();
            }
          };
      LastingReader reader = rig.stream(dying, new ResumeFrom(Optional.of("other-1"), 0), "a");
      rig.settle();
      if (rig.readers() > 0) {
        rig.subscribe(reader, "1", rig.after(0), "b", "c");
        rig.settle();
      }
      rig.append("a");
      rig.settle();
      pass(16_000);
      rig.nothingRemains();
      assertThat(dying.story().get(dying.story().size() - 1)).as(when).isNotEqualTo("goodbye");
      assertThat(dying.endings).isEmpty();
    }
  }

  @Test
  void aConnectionThatClosesDuringALateReplayGivesItsSubscriptionsBack() {
    rig();
    for (int i = 0; i < 5; i++) {
      rig.append("b", Priority.NORMAL, 50_000);
    }
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, "a");
    outlet.onWrite = written -> outlet.writable = written.length() < 1000;
    rig.subscribe(reader, "1", rig.after(0), "b");
    rig.subscribe(reader, "2", rig.after(0), "c", "d.*");
    eventually(() -> assertThat(outlet.sequences()).containsExactly(1L));
    assertThat(rig.log.subscriptionCount()).isEqualTo(4);
    rig.onLoop(outlet::close);
    assertThat(rig.log.subscriptionCount()).isZero();
  }

  @Test
  void aShardFollowsTheLogOnlyWhileItHasReaders() {
    rig();
    rig.stream(outlet, ResumeFrom.NOW, "a");
    rig.onLoop(outlet::close);
    rig.append("a", "a");
    rig.settle();
    long before = rig.onLoop(rig.shard::position);
    assertThat(before).isZero();
    TestOutlet again = new TestOutlet();
    rig.stream(again, rig.after(1), "a");
    story(again, "welcome", "2");
  }

  @Test
  void bytesTravelInTheEnvelopeOfTheLog() {
    rig();
    rig.stream(outlet, ResumeFrom.NOW, "a");
    rig.log.append("a", Message.bytes(Buffer.buffer("한")));
    eventually(() -> assertThat(outlet.frames("message")).hasSize(1));
    assertThat(outlet.frames("message").get(0).getString("base64")).isEqualTo("7ZWc");
  }
}
