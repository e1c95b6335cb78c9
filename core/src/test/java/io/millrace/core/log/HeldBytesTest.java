package io.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.core.reader.Rig;
import io.millrace.core.testing.Heap;
import io.millrace.core.testing.TestOutlet;
import io.millrace.internal.HeapShares;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares what the log says it holds with the growth of the heap. */
class HeldBytesTest {

  /** Enough of the heap that nothing else in this process matters. */
  private static final long ENOUGH = 8 << 20;

  private static final int READERS = 200;

  /** What is published: a number of messages, each with a channel and a shape. */
  record Shape(String name, int count, IntFunction<String> channel, IntFunction<Message> message) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Message bytes(int length) {
    return Message.bytes(Buffer.buffer(new byte[length]));
  }

  private static String longest(String filler, int number) {
    return (number + "." + filler.repeat(200)).substring(0, 199) + "z";
  }

  private static Message decorated(int number) {
    String beginning = number + "-";
    String rest = "e".repeat(64 - beginning.length());
    return bytes(1).withEvent(beginning + rest);
  }

  static Stream<Shape> shapes() {
    return Stream.of(
        new Shape("many short channels", 40_000, i -> "c" + i, i -> bytes(1)),
        new Shape("many long channels", 40_000, i -> longest("a", i), i -> bytes(1)),
        new Shape("channels of many segments", 40_000, i -> longest("a.", i), i -> bytes(1)),
        new Shape("few large messages", 40, i -> "c", i -> bytes(1_000_000)),
        new Shape("many tiny messages", 200_000, i -> "c", i -> bytes(1)),
        new Shape("ten to a channel", 100_000, i -> "c" + i / 10, i -> bytes(20)),
        new Shape("long events", 80_000, i -> "c", HeldBytesTest::decorated),
        new Shape(
            "events beyond Latin-1",
            80_000,
            i -> "c",
            i -> bytes(1).withEvent(i + "\u0416".repeat(58))),
        new Shape("keyed ones", 80_000, i -> "c", i -> bytes(1).withKey(key(i))),
        new Shape("ordinary ones", 50_000, i -> "room." + i % 500, i -> bytes(300)));
  }

  private static String key(int number) {
    return (number + "k".repeat(64)).substring(0, 64);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void whatTheRingHoldsIsCountedAsTheHeapGrows(Shape shape) {
    MillraceOptions options = new MillraceOptions().setRingBytes(1L << 30);
    check(options, shape);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void whatHistoriesHoldIsCountedAsTheHeapGrows(Shape shape) {
    MillraceOptions options =
        new MillraceOptions()
            .setRingBytes(0)
            .setHistoryBytes(1L << 30)
            .setHistory(new HistoryOptions(Integer.MAX_VALUE, 1 << 30, Duration.ofHours(1)));
    check(options, shape);
  }

  private static void check(MillraceOptions options, Shape shape) {
    Log log = new Log(options, false, () -> 0);
    long growth =
        Heap.growth(
            () -> {
              for (int i = 0; i < shape.count(); i++) {
                log.append(shape.channel().apply(i), shape.message().apply(i));
              }
              return log;
            });
    assertThat(growth).isGreaterThan(ENOUGH);
    assertThat((double) growth / log.heldBytes()).isBetween(1 / 1.5, 1.5);
  }

  @Test
  void keysOfABackendsLogAreCounted() {
    Log log =
        new Log(
            new MillraceOptions().setRingBytes(0).setHistory(HistoryOptions.NONE), true, () -> 0);
    long growth =
        Heap.growth(
            () -> {
              for (int i = 0; i < 60_000; i++) {
                log.append(
                    i, Instant.EPOCH.plusSeconds(i), longest("a", i), bytes(1).withKey(key(i)));
              }
              return log;
            });
    assertThat(growth).isGreaterThan(ENOUGH);
    assertThat((double) growth / log.heldBytes()).isBetween(1 / 1.5, 1.5);
  }

  @Test
  void aSubscriptionTakesNoMoreForManySegmentsAndANameIsHeldOnce() {
    Log log = new Log(new MillraceOptions(), false, () -> 0);
    for (String filler : List.of("a", "a.")) {
      int count = 20_000;
      long growth = Heap.growth(() -> attached(log, count, i -> longest(filler, i)));
      assertThat(growth / count).isBetween(200L, 900L);
    }
    int readers = 100_000;
    long growth = Heap.growth(() -> attached(log, readers, i -> longest("b", 1)));
    assertThat(growth / readers).isLessThan(150);
  }

  private static List<ReadPosition> attached(Log log, int count, IntFunction<String> name) {
    List<ReaderSubscription> subscriptions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      subscriptions.add(new ReaderSubscription(ChannelPattern.of(name.apply(i)), EventFilter.ALL));
    }
    return log.attach(subscriptions, ResumeFrom.NOW).positions();
  }

  @ParameterizedTest
  @CsvSource({"a, ''", "a., ''", "a, .*", "a., .*", "a, .**", "a., .**"})
  void whatReadersSubscribeToIsCountedAsTheHeapGrows(String filler, String ending) {
    Vertx vertx = Vertx.vertx();
    try {
      Rig rig = new Rig(vertx, new MillraceOptions());
      List<TestOutlet> outlets = new ArrayList<>();
      long growth = Heap.growth(() -> read(rig, outlets, filler, ending));
      assertThat((double) growth / rig.log.readers().taken()).isBetween(1 / 1.5, 1.5);
      assertThat(growth / READERS).isBetween(20_000L, 140_000L);
      rig.onLoop(() -> outlets.forEach(TestOutlet::close));
      rig.nothingRemains();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  @Test
  void filtersAreCountedAsTheHeapGrows() {
    Log log = new Log(new MillraceOptions(), false, () -> 0);
    long growth =
        Heap.growth(
            () -> {
              List<ReaderSubscription> all = new ArrayList<>();
              for (int i = 0; i < 1000; i++) {
                Set<String> events = new LinkedHashSet<>();
                for (int n = 0; n < 100; n++) {
                  events.add("\u0416".repeat(58) + (100_000 + 100 * i + n));
                }
                all.add(
                    new ReaderSubscription(
                        ChannelPattern.of("c" + i),
                        new EventFilter(Collections.unmodifiableSet(events))));
              }
              return log.attach(all, ResumeFrom.NOW).positions();
            });
    assertThat(growth).isGreaterThan(ENOUGH);
    assertThat((double) growth / log.readers().taken()).isBetween(1 / 1.5, 1.5);
  }

  private static Rig read(Rig rig, List<TestOutlet> outlets, String filler, String ending) {
    for (int i = 0; i < READERS; i++) {
      String[] names = new String[100];
      for (int n = 0; n < names.length; n++) {
        names[n] = longest(filler, 100 * i + n).substring(0, 196) + "z" + ending;
      }
      TestOutlet outlet = new TestOutlet();
      outlets.add(outlet);
      rig.stream(outlet, ResumeFrom.NOW, names);
    }
    return rig;
  }

  @Test
  void theDefaultCountsAKeyWhereItIsPublishedAndWhereItArrives() {
    int arrived = Math.max(Footprint.ARRIVED_KEY, Footprint.RECORD_KEY);
    assertThat(HeapShares.KEY_BYTES).isBetween(Footprint.KEY + arrived, 700);
  }
}
