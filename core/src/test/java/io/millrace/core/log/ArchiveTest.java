package io.millrace.core.log;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Gap;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.reader.LastingReader;
import io.millrace.core.reader.Rig;
import io.millrace.core.testing.RecordedLog;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.BrokerRecord;
import io.millrace.spi.Ending;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ArchiveTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options =
      new MillraceOptions().setRingBytes(0).setHistory(HistoryOptions.NONE);
  private final RecordedLog backend = new RecordedLog();
  private final Rig rig = new Rig(vertx, options, Optional.of(backend));
  private final TestOutlet outlet = new TestOutlet();

  @AfterEach
  void nothingIsLeft() {
    rig.endAll();
    rig.nothingRemains();
    rig.archive.orElseThrow().clear();
    eventually(() -> assertThat(backend.open).hasValue(0));
  }

  /** Publishes to the backend, and lets it bring the messages. */
  private void publish(String... channels) {
    for (String channel : channels) {
      publish(channel, Message.json(backend.records.size()));
    }
  }

  private void publish(String channel, Message message) {
    bring(backend.add(channel, message));
  }

  private void bring(BrokerRecord record) {
    try {
      record
          .content()
          .ifPresentOrElse(
              content ->
                  rig.log.append(
                      record.offset(),
                      record.written().orElseThrow(),
                      content.channel(),
                      content.message()),
              () -> rig.log.skip(record.offset(), Instant.EPOCH));
    } catch (MillraceException refused) {
      // The next one, as in the broker's module.
    }
  }

  private void story(TestOutlet of, String... expected) {
    eventually(() -> assertThat(of.story()).containsExactly(expected));
  }

  @Test
  void aReaderThatIsBehindTheLogReadsBackAndGoesOnWithoutAGap() {
    publish("a", "b", "a", "a", "b", "a");
    rig.stream(outlet, rig.after(1), "a");
    story(outlet, "welcome", "3", "4", "6");
    publish("b", "a");
    story(outlet, "welcome", "3", "4", "6", "8");
  }

  @Test
  void aPatternAndAFilterHoldForWhatIsReadBackToo() {
    publish("a.b", "a.c", "b.b", "a.b.c");
    publish("a.b", Message.json(1).withEvent("x"));
    publish("a.d", Message.json(1).withEvent("y"));
    rig.stream(outlet, rig.after(0), "a.*:x", "b.*");
    story(outlet, "welcome", "3", "5");
  }

  @Test
  void aLateSubscriptionIsReadBackTooBeforeItIsConfirmed() {
    publish("a", "b", "a", "b");
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, "a");
    rig.subscribe(reader, "7", rig.after(1), "b");
    story(outlet, "welcome", "r2", "r4", "ok");
    publish("b", "a");
    story(outlet, "welcome", "r2", "r4", "ok", "5", "6");
  }

  @Test
  void aLongPollIsAnsweredWithWhatIsReadBack() {
    publish("a", "a", "a");
    rig.batch(outlet, Duration.ofSeconds(25), rig.after(1), "a");
    eventually(() -> assertThat(outlet.sequences()).containsExactly(2L, 3L));
    assertThat(outlet.frames("batch").get(0).containsKey("reason")).isFalse();
    assertThat(TestOutlet.seq(outlet.frames("end").get(0))).isEqualTo(3);
  }

  @Test
  void aLongPollThatWaitsForTheBackendIsToldToAskAgainWhenItsTimeIsUp() {
    publish("a", "a");
    backend.reachable = false;
    rig.batch(outlet, Duration.ofSeconds(25), rig.after(1), "a");
    rig.pass(25_000);
    eventually(() -> assertThat(outlet.frames("batch")).hasSize(1));
    assertThat(outlet.frames("batch").get(0).getBoolean("more")).isTrue();
    assertThat(outlet.sequences()).isEmpty();
    assertThat(TestOutlet.seq(outlet.frames("end").get(0))).isEqualTo(1);
  }

  /** A block that is read back is read from like the log: each reader in its turn. */
  @Test
  void whatIsReadBackForManyLeavesTimeForOtherWork() {
    for (int i = 0; i < 100; i++) {
      publish("a", Message.json("x".repeat(1000)));
    }
    rig.batch(outlet, Duration.ZERO, rig.after(1), "a");
    eventually(() -> assertThat(outlet.frames("batch")).hasSize(1));
    rig.onLoop(
        () -> {
          assertThat(rig.shard.loop().mayRead()).isTrue();
          List<TestOutlet> outlets = new ArrayList<>();
          for (int i = 0; i < 50; i++) {
            outlets.add(new TestOutlet());
            rig.begin(outlets.get(i), Duration.ZERO, rig.after(1), "a");
          }
          assertThat(outlets).filteredOn(one -> !one.writes.isEmpty()).hasSizeBetween(1, 10);
        });
  }

  @Test
  void aPollWaitsForWhatIsReadBack() {
    publish("a", "a", "b");
    rig.batch(outlet, Duration.ZERO, rig.after(0), "a");
    eventually(() -> assertThat(outlet.sequences()).containsExactly(1L, 2L));
  }

  @Test
  void whatTheBackendHasDroppedIsAGapAndTheRestComes() {
    publish("a", "a", "a", "a");
    backend.first = 2;
    rig.stream(outlet, rig.after(1), "a", "b");
    story(outlet, "welcome", "gap[\"a\"]", "3", "4");
    JsonObject gap = outlet.frames("gap").get(0);
    assertThat(gap.getString("reason")).isEqualTo("expired");
    assertThat(TestOutlet.seq(gap)).isEqualTo(1);
  }

  @Test
  void whatTheBackendHasDroppedIsNoGapForWhoHasReadIt() {
    publish("a", "a", "a", "a", "a", "a", "a", "a");
    backend.first = 3;
    TestOutlet other = new TestOutlet();
    rig.stream(outlet, rig.after(1), "a");
    rig.stream(other, rig.after(5), "a");
    story(outlet, "welcome", "gap[\"a\"]", "4", "5", "6", "7", "8");
    story(other, "welcome", "6", "7", "8");
  }

  @Test
  void whoIsNotBehindForItsOwnChannelsDoesNotReadBack() {
    publish("a", "b", "b");
    rig.stream(outlet, rig.after(1), "a");
    publish("a");
    story(outlet, "welcome", "4");
    assertThat(backend.reads).doesNotContain(1L);
  }

  @Test
  void manyReadersShareTheReadingBack() {
    for (int i = 0; i < 200; i++) {
      publish("a");
    }
    List<TestOutlet> outlets = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      TestOutlet each = new TestOutlet();
      outlets.add(each);
      rig.stream(each, rig.after(i), "a");
    }
    for (int i = 0; i < 100; i++) {
      int from = i;
      eventually(
          () ->
              assertThat(outlets.get(from).sequences())
                  .isEqualTo(LongStream.rangeClosed(from + 1, 200).boxed().toList()));
    }
    assertThat(backend.reads.size()).isLessThan(10);
    assertThat(backend.mostOpen.get()).isLessThanOrEqualTo(2);
  }

  @Test
  void readersFarApartAreServedByTwoReadingsAtATime() {
    for (int i = 0; i < 100_000; i++) {
      publish(i % 20_000 == 0 ? "a" : "b");
    }
    List<TestOutlet> outlets = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      TestOutlet each = new TestOutlet();
      outlets.add(each);
      rig.stream(each, rig.after(i * 20_000L), "a");
    }
    for (int i = 0; i < 5; i++) {
      int from = i;
      eventually(() -> assertThat(outlets.get(from).sequences()).hasSize(5 - from));
    }
    assertThat(backend.mostOpen.get()).isLessThanOrEqualTo(2);
  }

  @Test
  void aBackendOutOfReachIsWaitedForAndWhatItHasComesThen() {
    publish("a", "a", "a");
    backend.reachable = false;
    rig.stream(outlet, rig.after(1), "a");
    eventually(() -> assertThat(backend.reads).hasSizeGreaterThan(1));
    publish("a");
    story(outlet, "welcome");
    backend.reachable = true;
    story(outlet, "welcome", "2", "3", "4");
  }

  @Test
  void aBackendOutOfReachForTooLongIsAGap() {
    publish("a", "a", "a");
    backend.reachable = false;
    rig.stream(outlet, rig.after(1), "a");
    rig.time.addAndGet(30_001);
    story(outlet, "welcome", "gap[\"a\"]");
    publish("a");
    backend.reachable = true;
    story(outlet, "welcome", "gap[\"a\"]", "4");
  }

  @Test
  void anInterruptionIsStillToldThoughTheRestCouldBeReadBack() {
    publish("a", "b", "a");
    rig.interrupt("a");
    backend.addOther(); // The node never saw this.
    publish("b", "a");
    TestOutlet later = new TestOutlet();
    rig.stream(outlet, rig.after(1), "a");
    rig.stream(later, rig.after(4), "a");
    story(outlet, "welcome", "gap[\"a\"]");
    story(later, "welcome", "6");
    publish("a");
    story(outlet, "welcome", "gap[\"a\"]", "7");
    story(later, "welcome", "6", "7");
    assertThat(outlet.frames("gap").get(0).getString("reason"))
        .isEqualTo(Gap.Reason.INTERRUPTED.toString());
  }

  @Test
  void whatWasPublishedAgainIsLeftOutAlikeWhenReadBack() {
    publish("a", Message.json(1).withKey("k"));
    publish("a");
    publish("a", Message.json(1).withKey("k"));
    publish("a", Message.json(2).withKey("k"));
    publish("b", Message.json(2).withKey("k"));
    publish("a");
    rig.stream(outlet, rig.after(1), "a", "b");
    story(outlet, "welcome", "2", "5", "6");
  }

  @Test
  void aReaderWhoseSocketIsFullReadsBackWhenItHasDrained() {
    publish("a", "a", "a");
    outlet.onWrite = written -> outlet.writable = false;
    rig.stream(outlet, rig.after(1), "a");
    rig.settle();
    assertThat(backend.reads).isEmpty();
    outlet.onWrite = written -> {};
    rig.onLoop(outlet::drain);
    story(outlet, "welcome", "2", "3");
  }

  /**
   * Readers that come and go at random get all of their messages, once, in order, and no gap
   * notice.
   */
  @RepeatedTest(20)
  void nothingIsLostOrDoubledWhereverAReaderBegins(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    options.setRingBytes(random.nextInt(20_000));
    options.setHistory("c1", new HistoryOptions(random.nextInt(20), 1 << 20, Duration.ofHours(1)));
    Rig scene = new Rig(vertx, options, Optional.of(backend));
    List<TestOutlet> outlets = new ArrayList<>();
    List<Long> begins = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      String channel = random.nextBoolean() ? "c" + random.nextInt(4) : "x.y" + random.nextInt(2);
      BrokerRecord record =
          random.nextInt(10) == 0 ? backend.addOther() : backend.add(channel, Message.json(i));
      record
          .content()
          .ifPresentOrElse(
              content ->
                  scene.log.append(
                      record.offset(),
                      record.written().orElseThrow(),
                      content.channel(),
                      content.message()),
              () -> scene.log.skip(record.offset(), Instant.EPOCH));
      if (random.nextInt(30) == 0) {
        TestOutlet each = new TestOutlet();
        long from = random.nextLong(scene.log.head() + 1);
        outlets.add(each);
        begins.add(from);
        scene.stream(each, scene.after(from), outlets.size() % 2 == 0 ? "**" : "c0");
      }
    }
    for (int i = 0; i < outlets.size(); i++) {
      String pattern = (i + 1) % 2 == 0 ? "**" : "c0";
      long from = begins.get(i);
      List<Long> expected =
          backend.records.stream()
              .filter(record -> record.content().isPresent() && record.offset() + 1 > from)
              .filter(
                  record ->
                      pattern.equals("**")
                          || record.content().orElseThrow().channel().equals(pattern))
              .map(record -> record.offset() + 1)
              .toList();
      TestOutlet each = outlets.get(i);
      eventually(() -> assertThat(each.sequences()).isEqualTo(expected));
      assertThat(each.frames("gap")).isEmpty();
    }
    scene.shards.compute(
        shard -> {
          shard.end(reader -> Optional.of(Ending.DONE));
          return shard;
        });
    eventually(() -> assertThat(scene.readers()).isZero());
    scene.archive.orElseThrow().clear();
  }

  @Test
  void whatLastReplaysBeginsWhereItShouldThoughItIsReadBack() {
    options.setHistory(new HistoryOptions(2, 1 << 20, Duration.ofHours(1)));
    Message large = Message.json("x".repeat(40_000));
    for (String channel : List.of("a", "b", "b", "b", "a")) {
      publish(channel, large);
    }
    outlet.writable = false;
    rig.stream(outlet, Rig.last(2), "a", "b", "c");
    publish("c", "c", "c");
    outlet.onWrite = written -> outlet.writable = written.length() < 1000;
    rig.onLoop(outlet::drain);
    story(outlet, "welcome", "r1");
    publish("c", "c"); // What the node has not reported yet is now only in the backend.
    outlet.onWrite = written -> {};
    rig.onLoop(outlet::drain);
    eventually(
        () -> assertThat(outlet.sequences()).containsExactly(1L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L));
    assertThat(backend.reads).isNotEmpty();
    assertThat(outlet.frames("gap")).as("nothing is lost").isEmpty();
  }

  /**
   * Something of c is only in the backend, so everything is read back from where the readers are:
   * also what they did not ask for.
   */
  private void loseSomethingOfC() {
    publish("c", "c", "c");
  }

  @Test
  void whatLastReplaysOfAPatternBeginsWhereItShouldThoughItIsReadBack() {
    options.setHistory(new HistoryOptions(2, 1 << 20, Duration.ofHours(1)));
    publish("p.a", "p.b", "p.b", "p.b", "p.a");
    outlet.writable = false;
    rig.stream(outlet, Rig.last(2), "p.*", "c");
    loseSomethingOfC();
    rig.onLoop(outlet::drain);
    eventually(() -> assertThat(outlet.sequences()).containsExactly(1L, 3L, 4L, 5L, 6L, 7L, 8L));
    assertThat(backend.reads).isNotEmpty();
    assertThat(outlet.frames("gap")).as("nothing is lost").isEmpty();
  }

  @Test
  void whatLastReplaysOfANameAndItsPatternBeginsWhereEachShouldThoughItIsReadBack() {
    options.setHistory(new HistoryOptions(4, 1 << 20, Duration.ofHours(1)));
    publish("p.a", Message.json(1).withEvent("x"));
    publish("p.a", Message.json(1).withEvent("x"));
    publish("p.a", "p.a");
    options.setHistory("c", HistoryOptions.NONE);
    outlet.writable = false;
    rig.stream(outlet, Rig.last(1), "p.a:x", "p.*", "c");
    loseSomethingOfC();
    rig.onLoop(outlet::drain);
    eventually(() -> assertThat(outlet.sequences()).containsExactly(2L, 4L, 5L, 6L, 7L));
    assertThat(backend.reads).isNotEmpty();
    assertThat(outlet.frames("gap")).as("nothing is lost").isEmpty();
  }

  @Test
  void whatLastReplaysOfAChannelThatIsForgottenAndComesBackIsNoMoreThanWasAskedFor() {
    options.setHistory(new HistoryOptions(2, 1 << 20, Duration.ofSeconds(10)));
    publish("p.a", "p.a", "p.a");
    outlet.writable = false;
    rig.stream(outlet, Rig.last(1), "p.*", "c");
    rig.time.addAndGet(20_000);
    rig.log.sweep();
    assertThat(rig.log.history("p.a", 1)).isEmpty();
    publish("p.a");
    loseSomethingOfC();
    rig.onLoop(outlet::drain);
    eventually(() -> assertThat(outlet.sequences()).containsExactly(3L, 4L, 5L, 6L, 7L));
    assertThat(backend.reads).isNotEmpty();
    assertThat(outlet.frames("gap"))
        .extracting(gap -> gap.getJsonArray("channels").getString(0))
        .as("the log has lost what it was to replay")
        .containsExactly("p.*");
  }

  /** What a reader with {@code last} may be given. */
  private record Replaying(TestOutlet outlet, SortedSet<Long> last, long head, List<String> of) {

    boolean wants(BrokerRecord record) {
      long seq = record.offset() + 1;
      return last.contains(seq)
          || (seq > head
              && of.stream()
                  .anyMatch(
                      it ->
                          ChannelPattern.of(it).matches(record.content().orElseThrow().channel())));
    }
  }

  /** Readers that are slow at random get what they ask for, once, in order, and nothing older. */
  @RepeatedTest(20)
  void lastReplaysNothingOlderThanItAsksForHoweverSlowAReaderIs(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    for (String channel : List.of("p.a", "p.b", "p.c", "a", "b")) {
      int count = random.nextInt(5);
      options.setHistory(channel, new HistoryOptions(count, 1 << 20, Duration.ofSeconds(10)));
    }
    List<Replaying> readers = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      publish(List.of("p.a", "p.b", "p.c", "a", "b").get(random.nextInt(5)));
      if (random.nextInt(100) == 0) {
        rig.time.addAndGet(7_000);
        rig.log.sweep();
      }
      if (random.nextInt(20) == 0) {
        readers.add(replaying(random));
      } else if (!readers.isEmpty() && random.nextInt(4) == 0) {
        rig.onLoop(readers.get(random.nextInt(readers.size())).outlet::drain);
      }
    }
    for (Replaying reader : readers) {
      reader.outlet.onWrite = written -> {};
      rig.onLoop(reader.outlet::drain);
      List<Long> wanted =
          backend.records.stream().filter(reader::wants).map(it -> it.offset() + 1).toList();
      long newest = wanted.isEmpty() ? 0 : wanted.get(wanted.size() - 1);
      eventually(
          () -> assertThat(newestOf(reader.outlet) == newest || hasGap(reader.outlet)).isTrue());
      if (!hasGap(reader.outlet)) {
        assertThat(reader.outlet.sequences()).isEqualTo(wanted);
      } else {
        assertThat(reader.outlet.sequences()).isSubsetOf(wanted).isSorted().doesNotHaveDuplicates();
      }
    }
    assertThat(backend.reads).isNotEmpty();
  }

  private static boolean hasGap(TestOutlet outlet) {
    return !outlet.frames("gap").isEmpty();
  }

  private static long newestOf(TestOutlet outlet) {
    return outlet.sequences().stream().mapToLong(seq -> seq).max().orElse(0);
  }

  /** A reader of something at random, whose socket is full after each write. */
  private Replaying replaying(Random random) {
    List<List<String>> all =
        List.of(List.of("p.*"), List.of("p.a", "p.*"), List.of("a", "p.*"), List.of("**"));
    List<String> of = all.get(random.nextInt(all.size()));
    int last = 1 + random.nextInt(3);
    SortedSet<Long> replayed = new TreeSet<>();
    for (String channel : List.of("p.a", "p.b", "p.c", "a", "b")) {
      if (of.stream().anyMatch(it -> ChannelPattern.of(it).matches(channel))) {
        rig.log.history(channel, last).forEach(entry -> replayed.add(entry.cursor().seq()));
      }
    }
    TestOutlet each = new TestOutlet();
    each.onWrite = written -> each.writable = false;
    Replaying reader = new Replaying(each, replayed, rig.log.head(), of);
    if (random.nextBoolean()) {
      rig.stream(each, Rig.last(last), of.toArray(String[]::new));
    } else {
      LastingReader later = rig.stream(each, ResumeFrom.NOW, "none");
      rig.subscribe(later, "1", Rig.last(last), of.toArray(String[]::new));
    }
    return reader;
  }

  @Test
  void aGapTellsNoCursorBeforeAllThatLastReplaysWasReplayed() {
    options.setHistory(new HistoryOptions(2, 1 << 20, Duration.ofHours(1)));
    publish("a", "a");
    outlet.writable = false;
    rig.stream(outlet, Rig.last(2), "a");
    publish("a");
    rig.settle();
    rig.onLoop(outlet::drain);
    eventually(() -> assertThat(outlet.sequences()).endsWith(3L));
    assertThat(outlet.frames("gap")).hasSize(1);
    assertThat(outlet.frames("gap").get(0).containsKey("cursor")).isFalse();
    publish("a", "a", "a");
  }

  @Test
  void aBlockOfTheLogBeforeDoesNotComeBack() {
    publish("a");
    Archive archive = rig.archive.orElseThrow();
    ArchiveScan before = new ArchiveScan(options, rig.log.epoch(), 0, 1, 0, archive);
    rig.log.renew("another");
    archive.clear();
    backend.reachable = false;
    archive.completed(before, new ArchiveBlock(0, 1, List.of(), 0, false));
    assertThat(archive.block(0, 1).isComplete()).isFalse();
  }

  @Test
  void aBlockCountsItsChannelsAndAScanKeepsNoneOfTheBlocksBefore() {
    for (int i = 0; i < 2000; i++) {
      publish("a" + i, "same");
    }
    ArchiveBlock first = block(0);
    ArchiveBlock second = block(first.through());
    for (ArchiveBlock block : List.of(first, second)) {
      long channels = block.entries().stream().map(entry -> entry.source).distinct().count();
      assertThat(channels).isGreaterThan(block.entries().size() / 2);
      assertThat(block.bytes())
          .isGreaterThan(
              channels * Footprint.CHANNEL + (long) block.entries().size() * Footprint.ENTRY)
          .isLessThan(300 << 10);
    }
    assertThat(sourceOfSame(first)).isNotSameAs(sourceOfSame(second));
  }

  private ArchiveBlock block(long after) {
    return rig.archive
        .orElseThrow()
        .block(after, rig.log.head())
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  private static ChannelLog sourceOfSame(ArchiveBlock block) {
    return block.entries().stream()
        .filter(entry -> entry.channel().equals("same"))
        .findFirst()
        .orElseThrow()
        .source;
  }
}
