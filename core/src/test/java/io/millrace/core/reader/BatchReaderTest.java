package io.millrace.core.reader;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.HistoryOptions;
import io.millrace.MillraceOptions;
import io.millrace.Priority;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Ending;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BatchReaderTest {

  private static final Duration HOLD = Duration.ofSeconds(25);

  /** Enough channels that the log is searched instead of each channel. */
  private static final String[] MANY =
      IntStream.range(0, 20).mapToObj(i -> "a" + i).toArray(String[]::new);

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options = new MillraceOptions();
  private final TestOutlet outlet = new TestOutlet();
  private Rig rig;

  @BeforeEach
  void begin() {
    options.setHistory("short", new HistoryOptions(2, 1 << 20, Duration.ofHours(1)));
    rig = new Rig(vertx, options);
  }

  private JsonObject answer(TestOutlet of, String... expected) {
    eventually(() -> assertThat(of.story()).isNotEmpty());
    List<String> story = of.story();
    assertThat(story.subList(1, story.size() - 1)).containsExactly(expected);
    assertThat(of.writes).hasSize(1);
    return of.frames("batch").get(0).put("cursor", TestOutlet.seq(of.frames("end").get(0)));
  }

  private void low(String channel) {
    rig.append(channel, Priority.LOW, 10);
  }

  @Test
  void aPollIsAnsweredAtOnceWithWhatThereIs() {
    rig.append("a", "b", "a");
    rig.batch(outlet, Duration.ZERO, rig.after(0), "a");
    JsonObject batch = answer(outlet, "1", "3");
    assertThat(batch.getLong("cursor")).isEqualTo(3);
    assertThat(batch.getLong("nextPoll")).isEqualTo(15_000);
    assertThat(batch.getBoolean("more")).isFalse();
    assertThat(batch.containsKey("reason")).isFalse();
  }

  @Test
  void aPollWithNothingNewIsAnsweredWithANewerCursor() {
    rig.append("b");
    rig.batch(outlet, Duration.ZERO, rig.after(0), "a");
    assertThat(answer(outlet).getLong("cursor")).isEqualTo(1);
  }

  @Test
  void entriesAreSeparatedFromEachOther() {
    rig.append("a", "a", "a");
    rig.batch(outlet, Duration.ZERO, rig.after(0), "a");
    answer(outlet, "1", "2", "3");
    List<String> lines = outlet.writes.get(0).toString().lines().toList();
    assertThat(lines.get(2)).isEqualTo("\"separator\"");
    assertThat(lines.get(4)).isEqualTo("\"separator\"");
    assertThat(lines).hasSize(7);
  }

  @Test
  void aLongPollWithSomethingToReadIsAnsweredAtOnce() {
    rig.append("a");
    rig.batch(outlet, HOLD, rig.after(0), "a");
    assertThat(answer(outlet, "1").containsKey("nextPoll")).isFalse();
  }

  @Test
  void aLongPollIsAnsweredByTheNextMessage() {
    rig.batch(outlet, HOLD, ResumeFrom.NOW, "a");
    rig.append("b");
    rig.settle();
    assertThat(outlet.writes).isEmpty();
    rig.append("a");
    assertThat(answer(outlet, "2").getLong("cursor")).isEqualTo(2);
  }

  private void gather() {
    options.setLongPollGather(Duration.ofMillis(100));
  }

  @Test
  void aMessageAfterSilenceAnswersAtOnce() {
    gather();
    rig.batch(outlet, HOLD, ResumeFrom.NOW, "a");
    rig.pass(100);
    rig.append("a");
    answer(outlet, "1");
  }

  @Test
  void aMessageThatIsOldEnoughAnswersAtOnce() {
    gather();
    rig.append("a");
    rig.time.addAndGet(100);
    rig.batch(outlet, HOLD, rig.after(0), "a");
    answer(outlet, "1");
  }

  @Test
  void messagesThatFollowCloselyLeaveTogether() {
    gather();
    rig.append("a");
    TestOutlet other = new TestOutlet();
    rig.batch(outlet, HOLD, rig.after(0), "a");
    rig.batch(other, HOLD, rig.after(1), "a");
    rig.append("a");
    rig.pass(50);
    rig.append("b", "a");
    rig.settle();
    assertThat(outlet.writes).isEmpty();
    assertThat(other.writes).isEmpty();
    rig.pass(50);
    answer(outlet, "1", "2", "4");
    answer(other, "2", "4");
    assertThat(rig.timers()).isZero();
  }

  @Test
  void longPollsThatHaveGatheredShareOneAnswer() {
    gather();
    TestOutlet late = new TestOutlet();
    TestOutlet poll = new TestOutlet();
    rig.batch(outlet, HOLD, ResumeFrom.NOW, "a");
    rig.append("a");
    rig.pass(50);
    rig.batch(late, HOLD, rig.after(0), "a");
    rig.batch(poll, Duration.ZERO, rig.after(0), "a");
    answer(poll, "1");
    rig.settle();
    assertThat(outlet.writes).isEmpty();
    assertThat(late.writes).isEmpty();
    rig.pass(50);
    answer(outlet, "1");
    answer(late, "1");
    assertThat(late.writes.get(0)).isSameAs(outlet.writes.get(0));
  }

  @Test
  void whatIsGatheredLeavesWhenTheHoldIsOver() {
    gather();
    rig.batch(outlet, Duration.ofMillis(50), ResumeFrom.NOW, "a");
    rig.append("a");
    rig.settle();
    assertThat(outlet.writes).isEmpty();
    rig.pass(50);
    answer(outlet, "1");
  }

  @Test
  void fiftyMessagesASecondNeedTenLongPollsASecondAndNoneWaitsForLong() {
    gather();
    Map<Long, Long> appended = new HashMap<>();
    TestOutlet current = outlet;
    rig.batch(current, HOLD, ResumeFrom.NOW, "a");
    int answers = 0;
    for (int i = 0; i < 40; i++) {
      rig.append("a", "a", "a");
      appended.put(3L * i + 1, rig.time.get());
      rig.pass(50);
      if (!current.writes.isEmpty()) {
        answers++;
        long oldest = current.sequences().get(0);
        assertThat(rig.time.get() - appended.get(oldest)).isLessThanOrEqualTo(100);
        current = new TestOutlet();
        rig.batch(current, HOLD, rig.after(3L * i + 3), "a");
      }
    }
    assertThat(answers).isBetween(18, 20);
    rig.onLoop(current::close);
  }

  @Test
  void aLongPollThatGetsNothingIsAnsweredWhenItsHoldIsOver() {
    rig.append("b");
    rig.batch(outlet, HOLD, ResumeFrom.NOW, "a");
    rig.append("b");
    rig.pass(24_000);
    assertThat(outlet.writes).isEmpty();
    rig.pass(1_050);
    assertThat(answer(outlet).getLong("cursor")).isEqualTo(2);
  }

  @Test
  void longPollsOfTheSameChannelsFromTheSamePlaceShareOneAnswer() {
    List<TestOutlet> outlets = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      outlets.add(new TestOutlet());
      rig.batch(outlets.get(i), HOLD, ResumeFrom.NOW, "a", "b");
    }
    rig.append("a");
    outlets.forEach(it -> answer(it, "1"));
    outlets.forEach(it -> assertThat(it.writes.get(0)).isSameAs(outlets.get(0).writes.get(0)));
  }

  @Test
  void aLongPollIsAnsweredLikeAnEarlierOneFromTheSamePlace() {
    rig.append("a");
    TestOutlet earlier = new TestOutlet();
    TestOutlet waiting = new TestOutlet();
    rig.batch(waiting, HOLD, ResumeFrom.NOW, "b"); // So that the shard continues.
    rig.batch(earlier, HOLD, rig.after(0), "a");
    rig.batch(outlet, HOLD, rig.after(0), "a");
    answer(outlet, "1");
    assertThat(outlet.writes.get(0)).isSameAs(earlier.writes.get(0));
    rig.onLoop(waiting::close);
  }

  @Test
  void whatOneIsAnsweredWhenItsHoldIsOverIsNoAnswerToAnother() {
    TestOutlet impatient = new TestOutlet();
    rig.batch(impatient, Duration.ofMillis(500), ResumeFrom.NOW, "a");
    rig.batch(outlet, HOLD, ResumeFrom.NOW, "a");
    rig.pass(550);
    answer(impatient);
    TestOutlet later = new TestOutlet();
    rig.batch(later, HOLD, rig.after(0), "a");
    rig.settle();
    assertThat(outlet.writes).isEmpty();
    assertThat(later.writes).isEmpty();
    rig.append("a");
    answer(outlet, "1");
    answer(later, "1");
  }

  @Test
  void aMessageOfLowPriorityThatLeftWithAnotherStillWaits() {
    TestOutlet impatient = new TestOutlet();
    TestOutlet waiting = new TestOutlet();
    rig.batch(waiting, HOLD, ResumeFrom.NOW, "b");
    rig.batch(impatient, Duration.ofMillis(500), ResumeFrom.NOW, "a");
    low("a");
    rig.settle();
    rig.pass(550);
    answer(impatient, "1");
    rig.batch(outlet, HOLD, rig.after(0), "a");
    rig.settle();
    assertThat(outlet.writes).isEmpty();
    rig.pass(500);
    answer(outlet, "1");
    rig.onLoop(waiting::close);
  }

  @Test
  void aMessageOfLowPriorityWaitsForItsDelay() {
    rig.batch(outlet, HOLD, ResumeFrom.NOW, "a");
    rig.pass(100);
    low("a");
    rig.settle();
    rig.pass(900);
    assertThat(outlet.writes).isEmpty();
    rig.pass(150);
    answer(outlet, "1");
  }

  @Test
  void theDelayCountsFromTheAppendAlsoForWhoComesLater() {
    low("a");
    rig.pass(700);
    rig.batch(outlet, HOLD, rig.after(0), "a");
    rig.pass(200);
    assertThat(outlet.writes).isEmpty();
    rig.pass(150);
    answer(outlet, "1");
  }

  @Test
  void aMessageOfLowPriorityThatHasWaitedLongEnoughIsAnsweredAtOnce() {
    low("a");
    rig.time.addAndGet(1000);
    rig.batch(outlet, HOLD, rig.after(0), "a");
    answer(outlet, "1");
  }

  @Test
  void enoughMessagesOfLowPriorityAreAnsweredAtOnce() {
    rig.batch(outlet, HOLD, ResumeFrom.NOW, "a");
    for (int i = 0; i < 9; i++) {
      low("a");
    }
    rig.settle();
    assertThat(outlet.writes).isEmpty();
    low("a");
    answer(outlet, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
  }

  @Test
  void enoughBytesOfLowPriorityAreAnsweredAtOnce() {
    rig.batch(outlet, HOLD, ResumeFrom.NOW, "a");
    rig.append("a", Priority.LOW, 3000);
    rig.settle();
    assertThat(outlet.writes).isEmpty();
    rig.append("a", Priority.LOW, 3000);
    answer(outlet, "1", "2");
  }

  @Test
  void anotherPriorityTakesWhatWaitsAlongInOrder() {
    rig.batch(outlet, HOLD, ResumeFrom.NOW, "a", "b");
    low("a");
    low("b");
    rig.append("other");
    low("a");
    rig.settle();
    assertThat(outlet.writes).isEmpty();
    rig.append("b", Priority.HIGH, 10);
    assertThat(answer(outlet, "1", "2", "4", "5").getLong("cursor")).isEqualTo(5);
  }

  @Test
  void whatWaitsLeavesWhenTheHoldIsOver() {
    rig.batch(outlet, Duration.ofMillis(500), ResumeFrom.NOW, "a");
    low("a");
    rig.pass(400);
    assertThat(outlet.writes).isEmpty();
    rig.pass(150);
    answer(outlet, "1");
  }

  @Test
  void whatWaitsLeavesWhenTheReaderIsEnded() {
    BatchReader reader = rig.batch(outlet, HOLD, ResumeFrom.NOW, "a");
    low("a");
    rig.settle();
    rig.onLoop(() -> reader.end(Ending.TRANSPORT_OFF));
    answer(outlet, "1");
  }

  @Test
  void withoutADelayNothingWaits() {
    options.setLowPriorityDelay(Duration.ZERO);
    rig.batch(outlet, HOLD, ResumeFrom.NOW, "a");
    low("a");
    answer(outlet, "1");
  }

  @Test
  void anInterruptionAnswersALongPollThatWaits() {
    rig.batch(outlet, HOLD, ResumeFrom.NOW, "a", "b");
    rig.interrupt("a");
    JsonObject batch = answer(outlet);
    assertThat(batch.getJsonArray("channels")).containsExactly("a");
    assertThat(batch.getString("reason")).isEqualTo("interrupted");
    assertThat(batch.getLong("cursor")).isEqualTo(1);
  }

  @Test
  void anInterruptionTakesWhatWaitsAlong() {
    rig.batch(outlet, HOLD, ResumeFrom.NOW, "a", "b");
    low("b");
    rig.settle();
    Runnable release = rig.stall();
    rig.interrupt("a");
    low("a");
    release.run();
    assertThat(answer(outlet, "1", "3").getJsonArray("channels")).containsExactly("a");
  }

  @Test
  void aCursorThatCannotBeContinuedIsAnsweredAtOnceByAGap() {
    rig.append("a");
    rig.batch(outlet, HOLD, new ResumeFrom(Optional.of("?"), 0), "a", "b");
    JsonObject batch = answer(outlet, "1");
    assertThat(batch.getString("reason")).isEqualTo("unknown");
    assertThat(batch.getJsonArray("channels")).containsExactly("a", "b");
    TestOutlet ahead = new TestOutlet();
    rig.batch(ahead, HOLD, rig.after(9), "a");
    batch = answer(ahead);
    assertThat(batch.getString("reason")).isEqualTo("unknown");
    assertThat(batch.getLong("cursor")).isEqualTo(1);
  }

  @Test
  void anExpiredCursorIsAnsweredByAGapAndWhatIsStillHeld() {
    options.setRingBytes(0);
    rig = new Rig(vertx, options);
    rig.append("short", "short", "short");
    rig.batch(outlet, HOLD, rig.after(0), "short");
    JsonObject batch = answer(outlet, "2", "3");
    assertThat(batch.getString("reason")).isEqualTo("expired");
  }

  @Test
  void moreThanAThousandMessagesAreTakenInSeveralAnswers() {
    for (int i = 0; i < 2500; i++) {
      rig.append("a");
    }
    long cursor = 0;
    List<Long> got = new ArrayList<>();
    for (boolean more = true; more; ) {
      TestOutlet next = new TestOutlet();
      rig.batch(next, Duration.ZERO, rig.after(cursor), "a");
      eventually(() -> assertThat(next.writes).hasSize(1));
      assertThat(next.sequences()).hasSizeLessThanOrEqualTo(1000);
      got.addAll(next.sequences());
      cursor = TestOutlet.seq(next.frames("end").get(0));
      more = next.frames("batch").get(0).getBoolean("more");
    }
    assertThat(got).hasSize(2500).isSorted().doesNotHaveDuplicates();
    assertThat(cursor).isEqualTo(2500);
  }

  @Test
  void aLongPollLooksAtMuchThatIsNotWantedWithoutAnAnswer() {
    IntStream.range(0, 10_000).forEach(i -> rig.append("b"));
    rig.batch(outlet, HOLD, rig.after(0), MANY);
    Runnable release = rig.stall();
    IntStream.range(0, 10_000).forEach(i -> rig.append("b"));
    rig.append("a7");
    release.run();
    assertThat(answer(outlet, "20001").getBoolean("more")).isFalse();
  }

  @Test
  void aLongPollThatLooksForLongIsAnsweredWhenItsTimeIsOver() {
    IntStream.range(0, 20_000).forEach(i -> rig.append("b"));
    rig.onLoop(
        () -> {
          rig.begin(outlet, HOLD, rig.after(0), MANY);
          rig.time.addAndGet(HOLD.toMillis());
        });
    JsonObject batch = answer(outlet);
    assertThat(batch.getBoolean("more")).isTrue();
    assertThat(batch.getLong("cursor")).isBetween(4096L, 19_999L);
  }

  @Test
  void anAnswerHoldsOneMessageHoweverLargeAndOtherwiseAMebibyte() {
    rig.append("a", Priority.NORMAL, 3 << 20);
    rig.append("a", Priority.NORMAL, 600_000);
    rig.append("a", Priority.NORMAL, 600_000);
    rig.batch(outlet, HOLD, rig.after(0), "a");
    JsonObject batch = answer(outlet, "1");
    assertThat(batch.getBoolean("more")).isTrue();
    TestOutlet next = new TestOutlet();
    rig.batch(next, HOLD, rig.after(1), "a");
    assertThat(answer(next, "2").getBoolean("more")).isTrue();
  }

  @Test
  void anAnswerSaysThatTheBrokerIsOutOfReach() {
    rig.append("a");
    rig.batch(outlet, HOLD, rig.after(0), "a");
    assertThat(answer(outlet, "1").getBoolean("degraded")).isFalse();
    rig.shards.setDegraded(true);
    TestOutlet next = new TestOutlet();
    rig.batch(next, HOLD, rig.after(0), "a");
    assertThat(answer(next, "1").getBoolean("degraded")).isTrue();
  }

  @Test
  void aConnectionThatClosesLeavesNothing() {
    rig.batch(outlet, HOLD, ResumeFrom.NOW, "a");
    assertThat(rig.timers()).isEqualTo(1);
    rig.onLoop(outlet::close);
    assertThat(rig.readers()).isZero();
    TestOutlet closed = new TestOutlet();
    closed.closedAlready = true;
    rig.batch(closed, HOLD, rig.after(0), "a");
    assertThat(closed.writes).isEmpty();
  }

  @Test
  void aFramingThatServesStreamsAndBatchesMixesNeither() {
    rig.append("a");
    TestOutlet stream = new TestOutlet();
    rig.batch(outlet, HOLD, rig.after(0), "a");
    answer(outlet, "1");
    LastingReader reader = rig.stream(stream, rig.after(0), "a");
    eventually(() -> assertThat(stream.story()).containsExactly("welcome", "1"));
    // Both are behind at the same place and read to the same end.
    TestOutlet batch = new TestOutlet();
    Runnable release = rig.stall();
    rig.shard.run(() -> stream.writable = false);
    rig.append("a");
    release.run();
    rig.settle();
    rig.batch(batch, HOLD, rig.after(1), "a");
    answer(batch, "2");
    rig.onLoop(stream::drain);
    eventually(() -> assertThat(stream.story()).containsExactly("welcome", "1", "2"));
    rig.onLoop(() -> reader.end(Ending.DONE));
  }

  @Test
  void oneThatIsAheadOfItsShardIsAnsweredWhenTheLogBecomesAnother() {
    rig.stream(new TestOutlet(), ResumeFrom.NOW, "b"); // The shard already follows the log.
    rig.settle();
    rig.onLoop(
        () -> {
          rig.append("a");
          rig.begin(outlet, Duration.ofSeconds(25), rig.after(1), "a");
          assertThat(outlet.writes).isEmpty();
          rig.shard.leaveLog(Ending.goingAway(Duration.ZERO));
          assertThat(outlet.writes).as("before there is no more turn").hasSize(1);
          rig.shard.end(reader -> Optional.of(Ending.DONE));
        });
    assertThat(TestOutlet.seq(outlet.frames("end").get(0))).isEqualTo(1);
  }
}
