package io.millrace.core.reader;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.Priority;
import io.millrace.core.Server;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.StartPosition;
import io.millrace.core.testing.LineFraming;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Framing;
import io.millrace.spi.Signal;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ShardTest {

  @RegisterExtension
  static final TestVertx vertx = new TestVertx(new VertxOptions().setEventLoopPoolSize(3));

  private Rig rig;

  /**
   * A client that stalls, drains, dies and reconnects, and what it has received in all that time.
   */
  private final class Wanderer {
    final List<Long> got = new ArrayList<>();
    final String[] patterns;
    private final Shard shard;
    private final Random random;
    private TestOutlet outlet = new TestOutlet();
    private long cursor;

    Wanderer(Shard shard, int seed, String... patterns) {
      this.shard = shard;
      this.random = new Random(seed);
      this.patterns = patterns;
      attach();
    }

    private void attach() {
      outlet = new TestOutlet();
      TestOutlet mine = outlet;
      mine.onWrite = written -> mine.writable = random.nextInt(3) > 0;
      rig.stream(shard, mine, Rig.SETTINGS, rig.after(cursor), patterns);
    }

    void wander() {
      if (random.nextInt(4) == 0) {
        Rig.onLoop(
            shard,
            () -> {
              outlet.close();
              return true;
            });
        collect();
        attach();
      } else {
        drain();
      }
    }

    void drain() {
      Rig.onLoop(
          shard,
          () -> {
            outlet.drain();
            return true;
          });
    }

    private void collect() {
      List<Long> seen = outlet.sequences();
      got.addAll(seen);
      if (!seen.isEmpty()) {
        cursor = seen.get(seen.size() - 1);
      }
    }

    boolean isAt(long last) {
      drain();
      List<Long> seen = outlet.sequences();
      return (seen.isEmpty() ? cursor : seen.get(seen.size() - 1)) == last;
    }
  }

  @Test
  void everyReaderGetsAllOnceAndInOrderWhileSeveralThreadsAppend() throws InterruptedException {
    rig = new Rig(vertx, new MillraceOptions());
    Map<Long, String> published = new ConcurrentSkipListMap<>();
    List<Wanderer> wanderers = new ArrayList<>();
    List<Shard> shards = List.of(rig.shard, rig.anotherShard(), rig.anotherShard());
    for (int i = 0; i < 12; i++) {
      String[][] patterns = {{"a.0"}, {"a.1", "a.2"}, {"a.*"}, {"**", "a.0"}};
      wanderers.add(new Wanderer(shards.get(i % 3), i, patterns[i % 4]));
    }
    CountDownLatch done = new CountDownLatch(3);
    for (int thread = 0; thread < 3; thread++) {
      int number = thread;
      new Thread(
              () -> {
                Random random = new Random(number);
                for (int i = 0; i < 700; i++) {
                  String channel = random.nextInt(5) == 0 ? "b" : "a." + random.nextInt(4);
                  Message message = Message.json("x".repeat(random.nextInt(500)));
                  published.put(rig.log.append(channel, message).seq(), channel);
                }
                done.countDown();
              })
          .start();
    }
    while (done.getCount() > 0) {
      wanderers.forEach(Wanderer::wander);
    }
    done.await();
    for (Wanderer wanderer : wanderers) {
      TreeMap<Long, String> wanted = new TreeMap<>(published);
      List<ReaderSubscription> by = Rig.subscriptions(wanderer.patterns);
      wanted.values().removeIf(it -> by.stream().noneMatch(s -> s.pattern().matches(it)));
      eventually(() -> assertThat(wanderer.isAt(wanted.lastKey())).isTrue());
      wanderer.collect();
      assertThat(wanderer.got).containsExactlyElementsOf(wanted.keySet());
      assertThat(wanderer.outlet.frames("gap")).isEmpty();
    }
    assertThat(published).hasSize(2100);
    rig.endAll();
  }

  @Test
  void theCursorOfEveryHeartbeatIsAPromise() {
    rig = new Rig(vertx, new MillraceOptions());
    TestOutlet outlet = new TestOutlet();
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, "a");
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      rig.append(random.nextBoolean() ? "a" : "b");
      if (random.nextInt(4) == 0) {
        rig.shard.run(() -> outlet.writable = false);
      } else if (random.nextInt(4) == 0) {
        rig.shard.run(outlet::drain);
      }
      rig.shard.run(reader::heartbeat);
    }
    rig.onLoop(outlet::drain);
    rig.settle();
    long told = 0;
    for (var frame : outlet.frames()) {
      long seq = TestOutlet.seq(frame);
      if (frame.getString("type").equals("message")) {
        assertThat(seq).as("nothing at or below a cursor that was sent").isGreaterThan(told);
      }
      told = Math.max(told, seq);
    }
    assertThat(outlet.frames("heartbeat")).hasSize(300);
    rig.onLoop(outlet::close);
  }

  @Test
  void aReaderIsUsedOnItsEventLoopAlone() {
    rig = new Rig(vertx, new MillraceOptions());
    TestOutlet outlet = new TestOutlet();
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, "a");
    assertThatThrownBy(reader::positions).hasMessageContaining("not on its event loop");
    assertThat(rig.onLoop(reader::positions)).hasSize(1);
    rig.onLoop(outlet::close);
  }

  /** A framing that cannot frame the event {@code bad}. */
  private static Framing failing() {
    Framing good = new LineFraming();
    return new Framing() {
      @Override
      public Buffer entry(Entry entry) {
        if (entry.message().event().equals("bad")) {
          throw new IllegalStateException("on purpose");
        }
        return good.entry(entry);
      }

      @Override
      public Buffer signal(Signal signal) {
        return good.signal(signal);
      }
    };
  }

  private void attach(Framing framing, TestOutlet outlet, ResumeFrom start) {
    rig.onLoop(
        () -> {
          StartPosition beginning = rig.log.attach(Rig.subscriptions("a"), start);
          LastingReader reader =
              new LastingReader(rig.shard, "failing", framing, outlet, Rig.SETTINGS);
          rig.shard.guard(reader, () -> reader.begin(beginning));
        });
  }

  @Test
  void aFramingThatThrowsEndsItsReadersAndNobodyElse() {
    rig = new Rig(vertx, new MillraceOptions());
    Framing failing = failing();
    TestOutlet before = new TestOutlet();
    TestOutlet live = new TestOutlet();
    TestOutlet after = new TestOutlet();
    rig.stream(before, ResumeFrom.NOW, "a");
    attach(failing, live, ResumeFrom.NOW);
    rig.stream(after, ResumeFrom.NOW, "*");
    rig.append("a", "a:bad", "a");
    eventually(() -> assertThat(live.endings).hasSize(1));
    rig.append("a");
    eventually(() -> assertThat(before.sequences()).containsExactly(1L, 2L, 3L, 4L));
    eventually(() -> assertThat(after.sequences()).containsExactly(1L, 2L, 3L, 4L));
    assertThat(live.endings.get(0).mayReconnect()).isFalse();

    TestOutlet behind = new TestOutlet();
    attach(failing, behind, rig.after(0));
    eventually(() -> assertThat(behind.endings).hasSize(1));
    TestOutlet next = new TestOutlet();
    rig.stream(next, rig.after(3), "a");
    rig.append("a");
    eventually(() -> assertThat(next.sequences()).containsExactly(4L, 5L));
    eventually(() -> assertThat(before.sequences()).hasSize(5));
    assertThat(rig.readers()).isEqualTo(3);
    rig.endAll();
  }

  @Test
  void anOutletThatThrowsEndsItsReaderAndNobodyElse() {
    rig = new Rig(vertx, new MillraceOptions());
    List<TestOutlet> outlets = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      outlets.add(new TestOutlet());
      rig.stream(outlets.get(i), ResumeFrom.NOW, "a");
    }
    rig.settle();
    outlets.get(1).onWrite =
        written -> {
          throw new IllegalStateException("on purpose");
        };
    rig.append("a");
    rig.settle();
    rig.append("a");
    for (int i : List.of(0, 2)) {
      eventually(() -> assertThat(outlets.get(i).sequences()).containsExactly(1L, 2L));
    }
    eventually(() -> assertThat(rig.readers()).isEqualTo(2));
    assertThat(outlets.get(1).endings).hasSize(1);
    rig.endAll();
  }

  @Test
  void aPlaceThatConcernsNobodyDividesNothing() {
    rig = new Rig(vertx, new MillraceOptions());
    TestOutlet outlet = new TestOutlet();
    rig.stream(outlet, ResumeFrom.NOW, "a");
    rig.settle();
    int before = outlet.writes.size();
    rig.onLoop(
        () -> {
          rig.append("a");
          rig.log.takePlace();
          rig.append("a");
        });
    eventually(() -> assertThat(outlet.sequences()).containsExactly(1L, 3L));
    assertThat(outlet.writes).hasSize(before + 1);
    rig.endAll();
  }

  @Test
  void whatIsPendingOnManyChannelsLeavesAsOneWriteForEach() {
    rig = new Rig(vertx, new MillraceOptions());
    List<TestOutlet> outlets = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      outlets.add(new TestOutlet());
      rig.stream(outlets.get(i), ResumeFrom.NOW, "c" + i);
    }
    outlets.forEach(outlet -> outlet.writes.clear());
    Runnable release = rig.stall();
    for (int round = 0; round < 15; round++) {
      for (int i = 0; i < 1000; i++) {
        rig.append("c" + i);
      }
    }
    release.run();
    for (TestOutlet outlet : outlets) {
      eventually(() -> assertThat(outlet.sequences()).hasSize(15));
      assertThat(outlet.writes).hasSize(1);
    }
    rig.endAll();
  }

  @Test
  void onlyFramesThatOthersMayNeedAreKept() {
    rig = new Rig(vertx, new MillraceOptions());
    rig.stream(new TestOutlet(), ResumeFrom.NOW, "alone");
    rig.stream(new TestOutlet(), ResumeFrom.NOW, "alike");
    rig.stream(new TestOutlet(), ResumeFrom.NOW, "alike");
    rig.stream(new TestOutlet(), ResumeFrom.NOW, "also");
    rig.stream(new TestOutlet(), ResumeFrom.NOW, "also", "other");
    int before = kept();
    rig.append("alone");
    assertThat(kept()).isEqualTo(before);
    Shard another = rig.shards.of(rig.shard.context());
    assertThat(another).isNotSameAs(rig.shard);
    TestOutlet apart = new TestOutlet();
    rig.stream(another, apart, Rig.SETTINGS, ResumeFrom.NOW, "alone");
    int then = kept();
    rig.append("alone");
    assertThat(kept()).isEqualTo(then + 1);
    rig.onLoop(apart::close);
    before = kept();
    rig.append("alone");
    assertThat(kept()).isEqualTo(before);
    rig.append("alike");
    assertThat(kept()).isEqualTo(before + 1);
    rig.append("also");
    assertThat(kept()).isEqualTo(before + 2);
    rig.append("other");
    assertThat(kept()).isEqualTo(before + 2);
    rig.endAll();
  }

  /** Returns how many frames are kept once everything is read. */
  private int kept() {
    rig.settle();
    return rig.onLoop(() -> rig.shard.frames().size());
  }

  @Test
  void whatIsPublishedWhileOneShardWritesLeavesWithTheWritesOfTheNext() {
    rig = new Rig(vertx, new MillraceOptions());
    Shard next = rig.shards.of(rig.shard.context());
    TestOutlet first = new TestOutlet();
    TestOutlet second = new TestOutlet();
    rig.stream(rig.shard, first, Rig.SETTINGS, ResumeFrom.NOW, "a");
    rig.stream(next, second, Rig.SETTINGS, ResumeFrom.NOW, "a");
    rig.settle();
    first.writes.clear();
    second.writes.clear();
    first.onWrite =
        written -> {
          first.onWrite = again -> {};
          rig.append("a");
        };
    rig.append("a");
    eventually(() -> assertThat(first.sequences()).containsExactly(1L, 2L));
    eventually(() -> assertThat(second.sequences()).containsExactly(1L, 2L));
    assertThat(first.writes).hasSize(2);
    assertThat(second.writes).hasSize(1);
    rig.endAll();
  }

  @Test
  void aReaderGoesToTheShardWithTheFewest() {
    rig = new Rig(vertx, new MillraceOptions());
    Map<Shard, TestOutlet> outlets = new LinkedHashMap<>();
    for (int i = 0; i < ReaderLoop.SHARDS; i++) {
      Shard shard = rig.shards.of(rig.shard.context());
      outlets.put(shard, new TestOutlet());
      rig.stream(shard, outlets.get(shard), Rig.SETTINGS, ResumeFrom.NOW, "a");
    }
    assertThat(outlets).hasSize(ReaderLoop.SHARDS);
    outlets.forEach(
        (shard, outlet) -> {
          rig.onLoop(outlet::close);
          for (int i = 0; i < 3; i++) {
            assertThat(rig.shards.of(rig.shard.context())).isSameAs(shard);
          }
          rig.stream(shard, new TestOutlet(), Rig.SETTINGS, ResumeFrom.NOW, "a");
        });
    rig.endAll();
  }

  @Test
  void nothingOfOneLogIsGivenToReadersOfTheNext() {
    rig = new Rig(vertx, new MillraceOptions());
    for (int size : List.of(10, 20)) {
      TestOutlet stream = new TestOutlet();
      TestOutlet other = new TestOutlet();
      rig.stream(stream, ResumeFrom.NOW, "a");
      rig.stream(other, ResumeFrom.NOW, "a");
      rig.append("a", Priority.NORMAL, size);
      eventually(() -> assertThat(data(other)).containsExactly("x".repeat(size)));
      TestOutlet poll = new TestOutlet();
      rig.batch(poll, Duration.ofSeconds(1), rig.after(0), "a");
      eventually(() -> assertThat(data(poll)).containsExactly("x".repeat(size)));
      rig.endAll();
      eventually(() -> assertThat(rig.readers()).isZero());
      rig.log.renew("other" + size);
      Server.await(rig.shards.enterLog());
    }
  }

  private static List<String> data(TestOutlet outlet) {
    return outlet.frames("message").stream().map(frame -> frame.getString("data")).toList();
  }

  @Test
  void whatIsPendingOnOneChannelLeavesInWritesThatAreBounded() {
    rig = new Rig(vertx, new MillraceOptions());
    TestOutlet outlet = new TestOutlet();
    rig.stream(outlet, ResumeFrom.NOW, "a");
    outlet.writes.clear();
    Runnable release = rig.stall();
    for (int i = 0; i < 100; i++) {
      rig.append("a", Priority.NORMAL, 10_000);
    }
    release.run();
    eventually(() -> assertThat(outlet.sequences()).hasSize(100));
    assertThat(outlet.writes).hasSizeBetween(16, 25);
    assertThat(outlet.writes).allMatch(write -> write.length() <= Shard.TURN_BYTES);
    rig.onLoop(outlet::close);
  }

  @Test
  void whatIsKeptToBeSharedIsBoundedAndGoesWithTheLastReader() {
    rig = new Rig(vertx, new MillraceOptions());
    TestOutlet outlet = new TestOutlet();
    rig.stream(outlet, ResumeFrom.NOW, "other");
    for (int i = 0; i < 10; i++) {
      rig.append("a", Priority.NORMAL, 1 << 20);
      TestOutlet poll = new TestOutlet();
      rig.batch(poll, Duration.ofSeconds(1), rig.after(i), "a");
      eventually(() -> assertThat(poll.sequences()).hasSize(1));
      assertThat(rig.onLoop(() -> rig.shard.slices().bytes())).isBetween(1L, 4L << 20);
    }
    rig.onLoop(outlet::close);
    assertThat(rig.onLoop(() -> rig.shard.slices().bytes())).isZero();
  }

  @Test
  void readersOnWorkersAreRefused() {
    rig = new Rig(vertx, new MillraceOptions());
    assertThatThrownBy(() -> rig.shards.of(((VertxInternal) vertx.get()).createWorkerContext()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("EVENT_LOOP");
  }

  @Test
  void tenThousandChannelsSubscribedAndLeftLeaveNothing() {
    rig = new Rig(vertx, new MillraceOptions());
    for (int i = 0; i < 100; i++) {
      String[] channels = new String[100];
      for (int j = 0; j < 100; j++) {
        channels[j] = "c" + i + "." + j;
      }
      rig.stream(new TestOutlet(), ResumeFrom.NOW, channels);
    }
    assertThat(rig.log.subscriptionCount()).isEqualTo(10_000);
    assertThat(rig.log.channelCount()).isEqualTo(10_000);
    rig.endAll();
    rig.nothingRemains();
    assertThat(rig.log.channelCount()).isZero();
    assertThat(rig.onLoop(() -> rig.shard.audiences().all().size())).isZero();
    Cursor cursor = rig.log.append("c1.1", Message.json(1));
    assertThat(cursor.seq()).isEqualTo(1);
  }

  @Test
  void routesAreCachedForFewerChannelsTheMoreAudiencesAChannelHas() {
    rig = new Rig(vertx, new MillraceOptions());
    int readers = 200;
    List<TestOutlet> outlets = new ArrayList<>();
    for (int i = 0; i < readers; i++) {
      outlets.add(new TestOutlet());
      rig.stream(outlets.get(i), ResumeFrom.NOW, "news.*", "own." + i);
    }
    int channels = 2 * Audiences.MOST_CACHED / (4 * readers);
    for (int i = 0; i < channels; i++) {
      rig.append("news." + i);
    }
    eventually(() -> assertThat(outlets.get(0).sequences()).hasSize(channels));
    int cached = rig.onLoop(() -> rig.shard.audiences().cachedCount());
    assertThat(cached * 4 * readers).isBetween(1, Audiences.MOST_CACHED);
    eventually(() -> assertThat(outlets.get(readers - 1).sequences()).hasSize(channels));
    rig.onLoop(() -> outlets.forEach(TestOutlet::close));
  }
}
