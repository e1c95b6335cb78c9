package io.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.SlowPolicy;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The example of {@link ReadPosition}, and its neighbours: cursor 10, starts after 12, heard from
 * 15, told through 20.
 */
class ReadPositionTest {

  private static final long CURSOR = 10;
  private static final long AFTER = 12;
  private static final long HEARD_FROM = 15;
  private static final long TOLD = 20;

  private final ChannelLog channel = channel("a");
  private final ReadPosition position = untold();

  ReadPositionTest() {
    position.tellThrough(TOLD);
  }

  private ReadPosition untold() {
    ReadPosition untold = new ReadPosition(channel, EventFilter.ALL, HEARD_FROM);
    untold.startAfter(AFTER);
    return untold;
  }

  private static ChannelLog channel(String name) {
    return new ChannelLog(
        ChannelPattern.of(name), HistoryOptions.NONE, SlowPolicy.SKIP, new PatternTree<>());
  }

  private static LogEntry entry(long seq, ChannelLog of, String event) {
    return new LogEntry(new Epoch("e"), seq, 0, of, Message.json(1).withEvent(event));
  }

  private boolean wants(long seq) {
    return position.wants(entry(seq, channel, "message"));
  }

  /** The channel appends a message and drops it. */
  private void drop(long seq) {
    LogEntry entry = entry(seq, channel, "message");
    channel.entries.add(entry);
    channel.leftRing(entry);
    channel.dropOldest();
  }

  @Test
  void whatComesAfterItsStartIsDelivered() {
    assertThat(wants(11)).as("of the reader's other subscriptions").isFalse();
    assertThat(wants(12)).isFalse();
    assertThat(wants(13)).as("held, though it was not heard").isTrue();
    assertThat(wants(16)).as("held, though losses up to 20 were told").isTrue();
    assertThat(wants(21)).isTrue();
  }

  @Test
  void noGapIsDueForWhatWasTold() {
    drop(20);
    assertThat(position.takeLoss(CURSOR)).isFalse();
    assertThat(position.missing(CURSOR)).isZero();
  }

  @Test
  void aLossAfterWhatWasToldIsAGapOnce() {
    drop(21);
    assertThat(position.missing(CURSOR)).as("it could be read back up to here").isEqualTo(21);
    assertThat(position.takeLoss(CURSOR)).isTrue();
    assertThat(position.takeLoss(CURSOR)).isFalse();
    assertThat(position.missing(CURSOR)).isZero();
    drop(22);
    assertThat(position.takeLoss(CURSOR)).isTrue();
  }

  @Test
  void aLossThatTheCursorHasPassedIsNone() {
    drop(21);
    assertThat(position.takeLoss(21)).isFalse();
  }

  @Test
  void whatWasNotHeardIsAGapIfNothingWasTold() {
    ReadPosition untold = untold();
    assertThat(untold.missing(CURSOR)).as("nobody has it to read it back").isZero();
    assertThat(untold.takeLoss(CURSOR)).isTrue();
    assertThat(untold.takeLoss(CURSOR)).isFalse();
  }

  @Test
  void whatWasNotHeardBeforeItsStartIsNoGap() {
    ReadPosition untold = untold();
    untold.startAfter(HEARD_FROM);
    assertThat(untold.takeLoss(CURSOR)).isFalse();
  }

  @Test
  void whatWasNotHeardBeforeTheCursorIsNoGap() {
    assertThat(untold().takeLoss(HEARD_FROM)).isFalse();
  }

  @Test
  void anInterruptionOfWhatWasToldIsNone() {
    channel.interruptAt(20);
    assertThat(position.isInterrupted(CURSOR)).isFalse();
    channel.interruptAt(21);
    assertThat(position.isInterrupted(CURSOR)).isTrue();
    assertThat(position.isInterrupted(21)).isFalse();
  }

  @Test
  void itIsSettledAtItsStartAndCommonWhenNothingIsToldThatOthersAreNotTold() {
    assertThat(position.settle(11)).isFalse();
    assertThat(position.settle(12)).isTrue();
    assertThat(position.isCommonAfter(19)).isFalse();
    assertThat(position.isCommonAfter(20)).isTrue();
    assertThat(untold().isCommonAfter(14)).as("not heard yet").isFalse();
    assertThat(untold().isCommonAfter(15)).isTrue();
  }

  /** What is read back has channel objects of its own. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsReplayedStartsEarlierWhateverTheChannelObject(boolean another) {
    position.replayAfter(channel, 4);
    ChannelLog source = another ? channel("a") : channel;
    assertThat(position.wants(entry(4, source, "message"))).isFalse();
    assertThat(position.wants(entry(5, source, "message"))).isTrue();
    assertThat(position.wants(entry(12, channel("b"), "message"))).isFalse();
    assertThat(position.wants(entry(13, channel("b"), "message"))).isTrue();
  }

  @Test
  void whatIsReplayedIsForgottenWhenNoLossOfItCanMatter() {
    position.replayAfter(channel, 4);
    assertThat(position.settle(19)).isTrue();
    assertThat(position.startsAfter(channel)).isEqualTo(4);
    assertThat(position.settle(20)).isTrue();
    assertThat(position.startsAfter(channel)).isEqualTo(AFTER);
  }

  @Test
  void aLossOfWhatIsReplayedIsAGapOnceThoughMoreWasTold() {
    position.replayAfter(channel, 4);
    drop(4);
    assertThat(position.takeLoss(3)).as("it was not to be replayed").isFalse();
    drop(5);
    assertThat(position.isReplayLost(5)).as("it was replayed before").isFalse();
    assertThat(position.takeLoss(3)).isTrue();
    drop(6);
    assertThat(position.takeLoss(3)).isFalse();
  }

  @Test
  void otherEventsAreWantedFromTheSamePlace() {
    position.refilter(new EventFilter(Set.of("x")));
    assertThat(position.wants(entry(13, channel, "x"))).isTrue();
    assertThat(wants(13)).isFalse();
    assertThat(position.wants(entry(12, channel, "x"))).isFalse();
    assertThat(position.subscription().filter().events()).containsExactly("x");
  }

  @Test
  void inAnotherLogNothingCountsAnyMore() {
    position.replayAfter(channel, 4);
    position.startOver();
    assertThat(wants(1)).isTrue();
    assertThat(position.isCommonAfter(0)).isTrue();
    assertThat(position.takeLoss(0)).isFalse();
  }
}
