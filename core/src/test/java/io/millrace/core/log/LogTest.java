package io.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.ChannelPattern;
import io.millrace.Gap;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LogTest {

  private static final Message HUNDRED = Message.bytes(Buffer.buffer(new byte[100]));
  private static final int SIZE = Footprint.entry(HUNDRED);

  private long now = 1_000_000;
  private final MillraceOptions options = new MillraceOptions();

  private Log log() {
    return new Log(options, false, () -> now);
  }

  private static void append(Log log, String... channels) {
    for (String channel : channels) {
      log.append(channel, HUNDRED);
    }
  }

  private static List<ReaderSubscription> subscriptions(String... patterns) {
    List<ReaderSubscription> subscriptions = new ArrayList<>();
    for (String pattern : patterns) {
      subscriptions.add(new ReaderSubscription(ChannelPattern.of(pattern), EventFilter.ALL));
    }
    return subscriptions;
  }

  private static ResumeFrom last(int count) {
    return new ResumeFrom(Optional.empty(), count);
  }

  private static List<Long> sequences(Slice slice) {
    return slice.entries().stream().map(entry -> entry.seq).toList();
  }

  private static Slice read(Log log, List<ReadPosition> reader, long after, int mostEntries) {
    return new SliceRequest(reader, after, log.head(), mostEntries, 1 << 20)
        .read(log, Optional.of(Gap.Reason.SLOW));
  }

  /** Holds three messages of each channel. */
  private void holdThree() {
    options.setRingBytes(0).setHistory(new HistoryOptions(3, 1 << 20, Duration.ofHours(1)));
  }

  @Test
  void aReplayThatLosesMessagesBeforeTheyAreReadTellsAGap() {
    holdThree();
    Log log = log();
    append(log, "a", "a", "a");
    StartPosition beginning = log.attach(subscriptions("a"), last(3));
    List<ReadPosition> reader = beginning.positions();
    assertThat(beginning.seq()).isZero();

    assertThat(sequences(read(log, reader, 0, 1))).containsExactly(1L);
    append(log, "a", "a");
    Slice slice = read(log, reader, 1, 10);

    assertThat(slice.gaps()).containsExactly(new Gap(List.of("a"), Gap.Reason.SLOW));
    assertThat(sequences(slice)).containsExactly(3L, 4L, 5L);
    assertThat(read(log, reader, slice.through(), 10).gaps()).isEmpty();
  }

  @Test
  void aReplayOfAPatternTellsAGapForTheChannelThatLostAndNotForWhatWasNeverToBeReplayed() {
    holdThree();
    Log log = log();
    append(log, "p.a", "p.a", "p.b", "p.b", "p.b");
    StartPosition beginning = log.attach(subscriptions("p.*"), last(2));
    List<ReadPosition> reader = beginning.positions();
    assertThat(beginning.seq()).isZero();

    append(log, "p.b"); // Drops the first of p.b, which is older than its last two.
    Slice slice = read(log, reader, 0, 1);
    assertThat(slice.gaps()).isEmpty();
    assertThat(sequences(slice)).containsExactly(1L);

    append(log, "p.b"); // Drops the second, which should have been replayed.
    slice = read(log, reader, 1, 10);
    assertThat(slice.gaps()).containsExactly(new Gap(List.of("p.*"), Gap.Reason.SLOW));
    assertThat(sequences(slice)).containsExactly(2L, 5L, 6L, 7L);
  }

  @Test
  void anInterruptionBeforeTheReplayHidesNoLossOfIt() {
    holdThree();
    Log log = log();
    append(log, "a", "a", "a");
    log.interrupt(List.of(ChannelPattern.of("a")));
    List<ReadPosition> reader = log.attach(subscriptions("a"), last(3)).positions();

    assertThat(read(log, reader, 0, 1).gaps()).isEmpty();
    append(log, "a", "a");
    assertThat(read(log, reader, 1, 10).gaps()).hasSize(1);
  }

  @Test
  void lastOfSeveralChannelsIsMergedInOrderAndTheNewestThousandAreKept() {
    Log log = log();
    for (int i = 0; i < 400; i++) {
      append(log, "a", "b", "c", "d");
    }
    StartPosition beginning = log.attach(subscriptions("a", "b", "c", "d"), last(300));

    assertThat(beginning.seq()).isEqualTo(600);
    assertThat(beginning.replayThrough()).isEqualTo(1600);
    Slice slice =
        new SliceRequest(beginning.positions(), 600, 1600, 2000, 1 << 30)
            .read(log, Optional.of(Gap.Reason.SLOW));
    assertThat(sequences(slice)).hasSize(1000).startsWith(601L).endsWith(1600L).isSorted();
  }

  @Test
  void lastIsRefusedOverMoreThanAHundredChannelsAndLeavesNoInterest() {
    Log log = log();
    for (int i = 0; i < 101; i++) {
      append(log, "p." + i);
    }
    assertThatThrownBy(() -> log.attach(subscriptions("a", "p.*"), last(1)))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("p.*");
    assertThat(log.subscriptionCount()).isZero();
    assertThat(log.channelCount()).isEqualTo(101);
  }

  @Test
  void aWideReaderPassesOverWhatItDoesNotWantSliceBySlice() {
    Log log = log();
    String[] channels = new String[20];
    for (int i = 0; i < channels.length; i++) {
      channels[i] = "wide." + i;
    }
    List<ReadPosition> reader = log.attach(subscriptions(channels), ResumeFrom.NOW).positions();
    for (int i = 0; i < 10_000; i++) {
      append(log, "other");
    }
    append(log, "wide.7");

    long through = 0;
    List<Long> got = new ArrayList<>();
    int slices = 0;
    while (through < log.head()) {
      Slice slice = read(log, reader, through, 10);
      assertThat(slice.through()).isGreaterThan(through);
      got.addAll(sequences(slice));
      through = slice.through();
      slices++;
    }
    assertThat(got).containsExactly(10_001L);
    assertThat(slices).isEqualTo(3);
  }

  @Test
  void aMessageLargerThanTheRingLeavesAMarkAndNoBytes() {
    options.setRingBytes(50).setHistory(HistoryOptions.NONE);
    Log log = log();
    List<ReadPosition> reader = log.attach(subscriptions("a"), ResumeFrom.NOW).positions();
    append(log, "a");

    assertThat(log.heldBytes()).isZero();
    assertThat(read(log, reader, 0, 10).gaps()).hasSize(1);
  }

  @Test
  void aChannelWithoutHistoryLosesNothingWithinTheRing() {
    options.setHistory(HistoryOptions.NONE).setRingBytes(10 * SIZE + 2 * Footprint.channel("a"));
    Log log = log();
    List<ReadPosition> reader = log.attach(subscriptions("a"), ResumeFrom.NOW).positions();
    append(log, "a", "b", "b", "b", "b", "b", "b", "b", "b", "b");

    Slice slice = read(log, reader, 0, 10);
    assertThat(slice.gaps()).isEmpty();
    assertThat(sequences(slice)).containsExactly(1L);
  }

  @Test
  void whoComesBackToAForgottenChannelIsToldWhatWasLost() {
    options.setHistory(HistoryOptions.NONE).setRingBytes(SIZE + Footprint.channel("other"));
    Log log = log();
    append(log, "a.b.c", "other");
    assertThat(log.channelCount()).isEqualTo(1);

    for (String pattern : List.of("a.b.c", "a.*.c", "a.**", "**", "*.b.*")) {
      List<ReadPosition> reader =
          log.attach(subscriptions(pattern), ResumeFrom.after(log.cursor(0))).positions();
      assertThat(read(log, reader, 0, 10).gaps()).as(pattern).hasSize(1);
      log.detach(reader);
      reader = log.attach(subscriptions(pattern), ResumeFrom.after(log.cursor(1))).positions();
      assertThat(read(log, reader, 1, 10).gaps()).as(pattern).isEmpty();
      log.detach(reader);
    }
  }

  @Test
  void aChannelThatNeverHadAnEntryLeavesNoMark() {
    Log log = log();
    append(log, "a", "a");
    List<ReadPosition> reader =
        log.attach(subscriptions("b", "b.*"), ResumeFrom.after(log.cursor(0))).positions();
    assertThat(read(log, reader, 0, 10).gaps()).isEmpty();
  }

  @Test
  void theAgeOfHistoryIsBoundedBetweenSweepsToo() {
    options.setRingBytes(0).setHistory(new HistoryOptions(10, 1 << 20, Duration.ofSeconds(10)));
    Log log = log();
    append(log, "a");
    now += 9_999;
    assertThat(log.history("a", 10)).hasSize(1);
    now += 1;
    assertThat(log.history("a", 10)).isEmpty();
    assertThat(log.attach(subscriptions("a"), last(10)).replayThrough()).isZero();
    assertThat(log.heldBytes()).isEqualTo(SIZE + Footprint.channel("a"));
    log.sweep();
    assertThat(log.heldBytes()).isZero();
  }

  @Test
  void whatTheBrokerBringsAgainUnderItsKeyIsAppendedOnce() {
    Log log = log();
    Message keyed = Message.json(1).withKey("k");
    assertThat(log.append("a", keyed).seq()).isEqualTo(1);
    now += options.keyLifetime().toMillis() - 1;
    assertThat(log.append("a", keyed).seq()).isEqualTo(1);
    assertThat(log.head()).isEqualTo(1);
    now += 1;
    assertThat(log.append("a", keyed).seq()).as("the key is free again").isEqualTo(2);
  }

  @Test
  void aKeyKeepsAwayNothingThatDiffers() {
    Log log = log();
    Message keyed = Message.json(1).withKey("k");
    log.append("a", keyed);
    log.append("b", keyed);
    log.append("a", Message.json(2).withKey("k"));
    log.append("a", keyed.withEvent("e"));
    log.append("a", keyed.withKey("l"));
    log.append("a", Message.json(1));
    log.append("a", Message.json(1));
    assertThat(log.head()).isEqualTo(7);
  }

  @Test
  void ofTooManyKeysTheOldestAreForgottenWhereTheyArrive() {
    options.setMaxKeys(2);
    Log log = log();
    for (String key : List.of("k1", "k2", "k3", "k3", "k2")) {
      log.append("a", Message.json(1).withKey(key));
    }
    assertThat(log.head()).isEqualTo(3);
    log.append("a", Message.json(1).withKey("k1"));
    assertThat(log.head()).isEqualTo(4);
  }
}
