package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.spi.Transport;
import io.millrace.tck.TestClient.Ability;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** T13 to T25: what a reader gets if it was away, is slow, or asks for what is no longer held. */
abstract class RecoveryRules extends DeliveryRules {

  private static final int GAP_CODE = 4200;
  private static final int RESUMED = 2_000;
  private static final Set<String> AWAY_REASONS = Set.of("interrupted", "expired");
  private static final int SHORT_RING = 2 << 10;
  private static final int HELD = 8;
  private static final int PADDING = 200;
  private static final String FOREIGN = "elsewhere-3";

  /** A node whose log holds only the last few of forty messages that were published to "a". */
  private TestNode forgetful() {
    HistoryOptions history = new HistoryOptions(HELD, 1 << 20, Duration.ofHours(1));
    TestNode node = node(options().setRingBytes(SHORT_RING).setHistory(history));
    for (int i = 0; i < 40; i++) {
      node.publish("a", Payloads.numbered(i, PADDING));
    }
    return node;
  }

  private static String cursor(TestNode node, int index) {
    return node.broker().appended().get(index).cursor();
  }

  private static String aboveHead(TestNode node) {
    List<TestBroker.Appended> appended = node.broker().appended();
    Cursor head = Cursor.parse(appended.get(appended.size() - 1).cursor()).orElseThrow();
    return new Cursor(head.epoch(), head.seq() + 1_000).toString();
  }

  /** Asserts that a gap is reported before any message, in the way that this client understands. */
  private void gapFirst(TestNode node, String query, String cursor, String reason, String... on) {
    Follower reader = follow(node, query).from(cursor);
    Optional<Cursor> own = Cursor.parse(cursor);
    if (!can(Ability.GAP)) {
      reader.until(self -> self.closeCode().isPresent(), "the end");
      assertThat(reader.closeCode()).contains(GAP_CODE);
      assertThat(reader.deliveries()).isEmpty();
      return;
    }
    reader.until(self -> !self.gaps().isEmpty(), "a gap");
    for (Frame frame : reader.frames()) {
      if (frame instanceof Frame.Missed gap) {
        assertThat(gap.reason()).isEqualTo(reason);
        assertThat(gap.channels()).containsExactlyInAnyOrder(on);
        break;
      }
      assertThat(frame).as("before the gap").isInstanceOf(Frame.Note.class);
      frame.cursor().ifPresent(told -> assertThat(Cursor.parse(told)).isEqualTo(own));
    }
    reader.close();
  }

  @Test
  void required_T13_aReaderThatResumesAfterAResetGetsExactlyWhatItMissed() {
    needs(Ability.CURSOR);
    TestNode node = node();
    // From a known place, because a connection may be cut before it has sent a cursor.
    String start = node.publish("other", Message.json("start")).name().orElseThrow();
    Follower reader = follow(node, "channels=a,b").from(start);
    ThreadLocalRandom random = ThreadLocalRandom.current();
    try (Traffic traffic = new Traffic(node, RESUMED, "a", "b")) {
      traffic.start();
      reader.until(
          self -> {
            self.step(Duration.ofMillis(1), 1 + random.nextInt(4_000));
            if (random.nextInt(3) == 0) {
              self.cut();
            }
            List<TestBroker.Appended> appended = node.broker().appended();
            return appended.size() == RESUMED + 1
                && self.cursor().equals(Optional.of(appended.get(RESUMED).cursor()));
          },
          "the last cursor");
    }
    verifyAll(node, reader, on("a", "b"));
    assertThat(reader.gaps()).isEmpty();
    assertThat(reader.deliveries().size()).isEqualTo(RESUMED);
  }

  @Test
  void required_T14_aCursorThatCanBeContinuedIsNeverAnsweredByAGap() {
    TestNode node = node();
    publish(node, "a", 0, 20);
    Cursor first = Cursor.parse(cursor(node, 0)).orElseThrow();
    publish(node, "other", 20, 21);
    for (int i = 0; i < 20; i += 3) {
      Follower reader = follow(node, "channels=a,quiet." + i).from(cursor(node, i));
      reader.untilDelivered(19 - i);
      publish(node, "quiet." + i, 100 + i, 101 + i);
      assertThat(reader.untilDelivered(20 - i).gaps()).isEmpty();
      assertThat(reader.lastText()).isEqualTo("" + (100 + i));
      reader.close();
    }
    String newest = cursor(node, node.broker().appended().size() - 1);
    for (String cursor : List.of(newest, first.epoch() + "-0")) {
      Follower reader = follow(node, "channels=" + NEVER_SEEN).from(cursor);
      node.publish(NEVER_SEEN, Message.json(cursor));
      String next = client().carried(Message.json(cursor)).toString();
      reader.until(self -> self.lastText().equals(next), "the next message");
      assertThat(reader.gaps()).isEmpty();
      reader.close();
    }
    patiently().until(() -> node.millrace().counts().readers() == 0);
    Follower reader = attached(node, follow(node, "channels=a").from(""));
    publish(node, "a", 200, 201);
    assertThat(reader.untilDelivered(1).texts()).containsExactly("200");
    assertThat(reader.gaps()).isEmpty();
  }

  @Test
  void required_T15_aCursorThatTheLogNoLongerReachesIsAnsweredByAGapBeforeAnyMessage() {
    TestNode node = forgetful();
    gapFirst(node, "channels=a,quiet", cursor(node, 0), "expired", "a");
    gapFirst(node, "channels=a", cursor(node, 20), "expired", "a");
    gapFirst(node, "channels=*", cursor(node, 0), "expired", "*");
  }

  @Test
  void required_T16_aCursorOfAnotherEpochIsAnsweredByAGapBeforeAnyMessage() {
    TestNode node = node();
    gapFirst(node, "channels=a,b", FOREIGN, "epoch", "a", "b");
    publish(node, "a", 0, 3);
    gapFirst(node, "channels=a,b", FOREIGN, "epoch", "a", "b");
  }

  @Test
  void required_T17_aCursorThatCannotBeReadOrIsAboveTheHeadIsAnsweredByAGapBeforeAnyMessage() {
    TestNode node = node();
    publish(node, "a", 0, 3);
    String tooLong = "x".repeat(64) + "-1";
    for (String cursor : List.of("nonsense", "-", "e-", "e-1x", "%ED%95%9C-1", tooLong)) {
      gapFirst(node, "channels=a", cursor, "unknown", "a");
    }
    gapFirst(node, "channels=a", aboveHead(node), "unknown", "a");
  }

  @Test
  void required_T18_aGapThatWasCutOffIsToldAgain() {
    needs(Ability.CURSOR);
    TestNode node = forgetful();
    for (String cursor : List.of(cursor(node, 0), FOREIGN, "nonsense", aboveHead(node))) {
      for (String place : placesBeforeTheGap(node, cursor)) {
        Follower reader = follow(node, "channels=a").from(place);
        reader.until(self -> !self.gaps().isEmpty(), "the gap again after " + place);
        Frame.Missed gap = reader.gaps().get(0);
        List<Frame> before = reader.frames().subList(0, reader.frames().indexOf(gap));
        assertThat(before).hasOnlyElementsOfType(Frame.Note.class);
        reader.close();
      }
    }
  }

  /** All cursors that a client may have when its connection is cut before the gap's last byte. */
  private Set<String> placesBeforeTheGap(TestNode node, String cursor) {
    Connection connection = open(node, "channels=a&cursor=" + cursor);
    Optional<Frame> frame = connection.next(patience());
    while (frame.isPresent() && !(frame.get() instanceof Frame.Missed)) {
      frame = connection.next(patience());
    }
    assertThat(frame).as("a gap").isPresent();
    byte[] body = connection.body().getBytes();
    connection.close();
    Set<String> places = new LinkedHashSet<>(List.of(cursor));
    Codec codec = client().codec();
    for (byte b : body) {
      for (Frame told : codec.decode(new byte[] {b})) {
        if (told instanceof Frame.Missed) {
          return places;
        }
        told.cursor().ifPresent(places::add);
      }
    }
    return places;
  }

  @Test
  void required_T19_afterAGapComesWhatIsStillHeldAndTheCursorsToldCanBeContinued() {
    needs(Ability.CURSOR);
    TestNode node = forgetful();
    for (String cursor : List.of(cursor(node, 0), FOREIGN)) {
      Follower reader = follow(node, "channels=a").from(cursor);
      reader.untilDelivered(HELD);
      int count = node.broker().appended().size();
      node.publish("a", Payloads.numbered(count, PADDING));
      String last = client().carried(Payloads.numbered(count, PADDING)).toString();
      reader.until(self -> self.lastText().equals(last), "the next message");
      reader.cut();
      node.publish("a", Payloads.numbered(count + 1, PADDING));
      String next = client().carried(Payloads.numbered(count + 1, PADDING)).toString();
      reader.until(self -> self.lastText().equals(next), "the message after the cut");
      assertThat(reader.gaps()).hasSize(1);
      verifyAll(node, reader, on("a"));
    }
  }

  @Test
  void required_T20_theCursorMovesAlsoWhileNothingIsDelivered() {
    needs(Ability.CURSOR);
    Duration soon = Duration.ofMillis(50);
    TestNode node =
        node(
            options()
                .setRingBytes(8 * SHORT_RING)
                .setHistory(HistoryOptions.NONE)
                .setHeartbeat(soon)
                .setLongPollHold(soon));
    String start = node.publish("other", Message.json("start")).name().orElseThrow();
    Follower quiet = follow(node, "channels=quiet").from(start);
    Follower filtered = follow(node, "channels=a&events=rare").from(start);
    // Four times what the log holds, in pieces for which no reader is too slow.
    for (int i = 0; i < 320; i++) {
      node.publish("a", Payloads.numbered(i, PADDING));
      if (i % 20 == 19) {
        long head = Cursor.parse(cursor(node, i + 1)).orElseThrow().seq();
        for (Follower reader : List.of(quiet, filtered)) {
          reader.until(
              self -> self.cursor().flatMap(Cursor::parse).filter(c -> c.seq() >= head).isPresent(),
              "a cursor at or above " + head);
        }
      }
    }
    for (Follower reader : List.of(quiet, filtered)) {
      assertThat(reader.deliveries()).isEmpty();
      reader.cut();
    }
    node.publish("quiet", Message.json(1));
    node.publish("a", Message.json("rare", 2));
    assertThat(quiet.untilDelivered(1).gaps()).isEmpty();
    assertThat(filtered.untilDelivered(1).gaps()).isEmpty();
  }

  @Test
  void required_T21_whatTheBrokerMayHaveLostIsAGapBeforeTheNextMessage() {
    TestNode node = node();
    Follower reader = attached(node, follow(node, "channels=a,b"));
    Follower other = attached(node, follow(node, "channels=b"));
    publish(node, "b", 0, 1);
    reader.untilDelivered(1);
    other.untilDelivered(1);
    node.broker().interrupt(List.of(ChannelPattern.of("a")));
    publish(node, "b", 1, 2);
    other.untilDelivered(2);
    assertThat(other.frames()).noneMatch(Frame.Missed.class::isInstance);
    assertThat(other.closeCode()).isEmpty();
    if (!can(Ability.GAP)) {
      reader.until(self -> self.closeCode().isPresent(), "the end");
      assertThat(reader.closeCode()).contains(GAP_CODE);
      return;
    }
    reader.untilDelivered(2);
    Frame.Missed gap = reader.gaps().get(0);
    // For a reader that was away between two batches, this part of the log is missing.
    assertThat(gap.reason())
        .isIn(has(Transport.Trait.STREAMING) ? Set.of("interrupted") : AWAY_REASONS);
    assertThat(gap.channels()).containsExactly("a");
    Frame second = reader.deliveries().get(1);
    assertThat(reader.frames().indexOf(gap)).isLessThan(reader.frames().indexOf(second));
  }

  // For a reader that takes nothing while the log advances by many times its length.
  private static final int SLOW_RING = 1 << 20;
  private static final int SLOW_MESSAGES = 2_000;
  private static final int SLOW_BYTES = 4 << 10;

  // How much sockets and their queues hold, on both sides.
  private static final int SLACK = 2 << 20;

  private TestNode shortLog() {
    return node(options().setRingBytes(SLOW_RING).setHistory(HistoryOptions.NONE));
  }

  /**
   * Publishes more than the log and the sockets hold. A fast reader on each event loop gets
   * everything, so that no reader falls behind for any reason except its client.
   */
  private void publishMany(TestNode node) {
    publishInStep(
        node,
        attached(node, follow(node, "channels=a")),
        attached(node, follow(node, "channels=a")));
  }

  private void readToTheEnd(Follower reader) {
    String last = client().carried(Payloads.numbered(SLOW_MESSAGES - 1, SLOW_BYTES)).toString();
    reader.until(
        self -> self.closeCode().isPresent() || self.lastText().equals(last), "the last message");
  }

  @Test
  void required_T22_aSlowReaderGoesOnWithoutAHoleOrIsToldAGap() {
    TestNode node = shortLog();
    Follower reader = attached(node, follow(node, "channels=a"));
    publishMany(node);
    readToTheEnd(reader);
    new Ledger(node, client(), on("a")).verify(Optional.empty(), reader.frames());
  }

  @Test
  void required_T23_forAReaderThatTakesNothingNoMoreIsHeldThanTheLog() {
    needs(Transport.Trait.STREAMING);
    TestNode node = shortLog();
    Follower slow = attached(node, follow(node, "channels=a"));
    publishMany(node);
    assertThat(node.millrace().counts().heldBytes()).isLessThanOrEqualTo(SLOW_RING);
    readToTheEnd(slow);
    long bytes = (long) slow.deliveries().size() * SLOW_BYTES;
    assertThat(bytes).as("bytes that waited for the reader").isLessThan(SLOW_RING + SLACK);
  }

  private void publishInStep(TestNode node, Follower... readers) {
    for (int i = 0; i < SLOW_MESSAGES; i++) {
      node.publish("a", Payloads.numbered(i, SLOW_BYTES));
      if (i % 50 == 49) {
        for (Follower reader : readers) {
          reader.untilDelivered(i + 1);
        }
      }
    }
  }

  @Test
  void required_T24_aSlowReaderKeepsNothingFromTheOthers() {
    TestNode node = shortLog();
    Follower slow = attached(node, follow(node, "channels=a"));
    Follower quick = attached(node, follow(node, "channels=a"));
    publishInStep(node, quick);
    verifyAll(node, quick, on("a"));
    assertThat(quick.gaps()).isEmpty();
    slow.cut();
  }

  @Test
  void required_T25_anAnswerThatGotLostIsGivenAgain() {
    needsNot(Transport.Trait.STREAMING);
    TestNode node = node();
    publish(node, "a", 0, 10);
    String cursor = cursor(node, 4);
    for (int i = 0; i < 3; i++) {
      Connection lost = open(node, "channels=a&cursor=" + cursor);
      assertThat(lost.awaitHead(patience())).isTrue();
      lost.reset();
    }
    Follower reader = follow(node, "channels=a").from(cursor).untilDelivered(5);
    assertThat(reader.texts()).containsExactly("5", "6", "7", "8", "9");
  }
}
