package io.millrace.core.reader;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Client;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.SlowPolicy;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Ending;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares readers whose sockets are full at times, and that may have a rate, with a model, at
 * random: 1,000 readers, each of which resumes from a cursor that the one before was told.
 */
class SlowReadersModelTest {

  private static final int READERS = 125;
  private static final int STEPS = 15;
  private static final String CLIENT = "the-client";
  private static final List<String> CHANNELS = List.of("new.a", "new.b", "all.a", "all.b");
  private static final int[] RATES = {0, 0, 1, 5};

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private record Published(String channel, Message message) {

    String reported() {
      return channel + "/" + message.replaces().orElse("event " + message.event());
    }
  }

  private final List<Published> published = new ArrayList<>();
  private Random random = new Random(0);
  private Rig rig;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aReaderGetsInOrderTheNewestOfEverythingOrIsToldAGapAndItsCursorIsTrue(long seed) {
    random = new Random(seed);
    rig =
        new Rig(
            vertx,
            new MillraceOptions()
                .setRingBytes(random.nextInt(3) == 0 ? 0 : 2000 + random.nextInt(20_000))
                .setRingAge(Duration.ofSeconds(1 + random.nextInt(20)))
                .setHistory(new HistoryOptions(random.nextInt(10), 1 << 20, Duration.ofSeconds(30)))
                .setSlowReaders("new.**", SlowPolicy.LATEST));
    long place = 0;
    for (int i = 0; i < READERS; i++) {
      place = new Session(place).play();
    }
  }

  private final class Session {
    private final long begins;
    private final int rate = RATES[random.nextInt(RATES.length)];
    private final boolean wide = random.nextBoolean();
    private final TestOutlet outlet = new TestOutlet();
    private final List<Long> times = new CopyOnWriteArrayList<>();
    private final LastingReader reader;

    Session(long begins) {
      this.begins = begins;
      outlet.onWrite =
          written -> {
            if (written.toString().contains("\"type\":\"message\"")) {
              times.add(rig.time.get());
            }
          };
      reader =
          rig.onLoop(
              () -> {
                LastingReader made =
                    new LastingReader(rig.shard, "test", rig.framing, outlet, Rig.SETTINGS);
                made.identify(Client.anonymous(), Optional.of(CLIENT));
                made.limitRate(rate);
                String[] names =
                    wide ? new String[] {"*.a", "new.*"} : CHANNELS.toArray(new String[0]);
                made.begin(rig.log.attach(Rig.subscriptions(names), rig.after(begins)));
                return made;
              });
    }

    /** Returns a cursor that the client was told. */
    long play() {
      for (int step = 0; step < STEPS; step++) {
        step();
        checkCursor();
      }
      eventually(
          () -> {
            drainAfter(1000);
            assertThat(rig.onLoop(reader::isLive)).isTrue();
          });
      long end = rig.onLoop(reader::place).seq();
      assertThat(end).isEqualTo(rig.log.head());
      rig.onLoop(() -> reader.end(Ending.DONE));
      check();
      List<Long> told = outlet.sequences();
      return told.isEmpty() || random.nextBoolean() ? end : told.get(random.nextInt(told.size()));
    }

    private void step() {
      switch (random.nextInt(6)) {
        case 0, 1, 2 -> publish(1 + random.nextInt(6));
        case 3 -> outlet.writable = false;
        case 4 -> drainAfter(random.nextInt(700));
        default -> rig.log.sweep();
      }
      if (random.nextBoolean()) {
        rig.settle();
      }
    }

    private void publish(int count) {
      for (int i = 0; i < count; i++) {
        Message message = Message.json(random.nextInt(100));
        if (random.nextBoolean()) {
          message = message.withReplaces("v" + random.nextInt(3));
        }
        if (random.nextInt(5) == 0) {
          message = message.withExcept(random.nextBoolean() ? CLIENT : "another-client");
        }
        Published next = new Published(CHANNELS.get(random.nextInt(CHANNELS.size())), message);
        published.add(next);
        rig.log.append(next.channel, message);
      }
    }

    private void drainAfter(long millis) {
      rig.time.addAndGet(millis);
      rig.onLoop(outlet::drain);
      rig.settle();
    }

    /** Whatever is due up to the cursor was sent, as if the client resumed from it. */
    private void checkCursor() {
      rig.onLoop(() -> check(reader.place().seq()));
    }

    private void check() {
      List<Long> sent = outlet.sequences();
      assertThat(sent).isSorted().doesNotHaveDuplicates().allMatch(seq -> seq > begins);
      check(rig.log.head());
      List<Long> apart = times.stream().distinct().toList();
      for (int i = 1; rate > 0 && i < apart.size(); i++) {
        assertThat(apart.get(i) - apart.get(i - 1)).isGreaterThanOrEqualTo(1000 / rate);
      }
    }

    private void check(long cursor) {
      Set<Long> sent = new HashSet<>(outlet.sequences());
      Set<String> gaps = new HashSet<>();
      outlet
          .frames("gap")
          .forEach(gap -> gap.getJsonArray("channels").forEach(it -> gaps.add((String) it)));
      Map<String, Long> newest = new HashMap<>();
      for (long seq = 1; seq <= rig.log.head(); seq++) {
        newest.put(published.get((int) seq - 1).reported(), seq);
      }
      for (long seq = begins + 1; seq <= cursor; seq++) {
        Published each = published.get((int) seq - 1);
        boolean excepted = each.message.except().equals(Optional.of(CLIENT));
        assertThat(excepted && sent.contains(seq)).isFalse();
        boolean replaced = newest.get(each.reported()) > seq;
        boolean mayBeLeftOut = replaced && (rate > 0 || each.channel.startsWith("new."));
        boolean subscribed = !wide || !each.channel.equals("all.b");
        if (subscribed && !excepted && !mayBeLeftOut && !sent.contains(seq)) {
          assertThat(gaps)
              .as("%d of %s", seq, each.channel)
              .containsAnyOf(each.channel, "*.a", "new.*");
        }
      }
    }
  }
}
