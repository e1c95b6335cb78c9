package io.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Gap;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.SlowPolicy;
import io.millrace.core.reader.Rig;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Compares readers that get only the newest of what their channels report with a model, at random
 * but repeatable: 1,000 histories.
 */
class NewestOnlyModelTest {

  private static final int HISTORIES = 1_000;
  private static final int STEPS = 120;
  private static final String CLIENT = "the-client";

  /** Slow readers of the first three get only the newest. */
  private static final List<String> CHANNELS = List.of("new.a", "new.b", "new.c", "all.a", "all.b");

  private int left;
  private int gaps;

  @Test
  void aReaderGetsInOrderTheNewestOfEverythingOrIsToldAGap() {
    for (long seed = 1; seed <= HISTORIES; seed++) {
      new History(seed).play();
    }
    assertThat(left).as("messages that were left out").isGreaterThan(5 * HISTORIES);
    assertThat(gaps).as("gaps that were told").isGreaterThan(HISTORIES / 2);
  }

  private record Published(long seq, String channel, Message message) {

    String reported() {
      return channel + "/" + message.replaces().orElse("event " + message.event());
    }

    boolean isExcepted() {
      return message.except().equals(Optional.of(CLIENT));
    }
  }

  private final class History {
    private final Random random;
    private final long seed;
    private final Log log;
    private final List<Published> published = new ArrayList<>();
    private final boolean newestOnly;
    private final List<ReaderSubscription> subscriptions;
    private Session session;
    private long now;

    History(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      HistoryOptions kept =
          new HistoryOptions(
              random.nextInt(8), 1 << 20, Duration.ofMillis(1 + random.nextInt(5000)));
      this.log =
          new Log(
              new MillraceOptions()
                  .setRingBytes(random.nextInt(4) == 0 ? 0 : random.nextInt(12_000))
                  .setRingAge(Duration.ofMillis(random.nextInt(3000)))
                  .setHistory(random.nextBoolean() ? HistoryOptions.NONE : kept)
                  .setSlowReaders("new.**", SlowPolicy.LATEST),
              false,
              () -> now);
      this.newestOnly = random.nextInt(3) == 0;
      this.subscriptions =
          random.nextBoolean()
              ? Rig.subscriptions("new.*", "all.a")
              : Rig.subscriptions(CHANNELS.toArray(String[]::new));
      this.session = new Session(0);
    }

    void play() {
      for (int step = 0; step < STEPS; step++) {
        now += random.nextInt(60);
        int choice = random.nextInt(20);
        if (choice < 13) {
          publish();
        } else if (choice < 14) {
          now += random.nextInt(1500);
          log.sweep();
        } else if (choice < 15) {
          session = session.resumed();
        } else {
          session.read();
        }
      }
      while (session.cursor < log.head()) {
        session.read();
      }
      session.check();
    }

    private void publish() {
      String channel = CHANNELS.get(random.nextInt(CHANNELS.size()));
      Message message = Message.bytes(Buffer.buffer(new byte[random.nextInt(400)]));
      if (random.nextInt(5) == 0) {
        message = message.withEvent("x");
      }
      if (random.nextBoolean()) {
        message = message.withReplaces("v" + random.nextInt(3));
      }
      if (random.nextInt(6) == 0) {
        message = message.withExcept(random.nextBoolean() ? CLIENT : "another-client");
      }
      log.append(channel, message);
      published.add(new Published(log.head(), channel, message));
    }

    /** A reader without an event loop, from one attach to the next. */
    private final class Session {
      private final long begins;
      private final List<ReadPosition> positions;
      private final List<Long> delivered = new ArrayList<>();
      private final Set<String> toldGaps = new HashSet<>();
      private long cursor;

      Session(long begins) {
        this.begins = begins;
        StartPosition start = log.attach(subscriptions, ResumeFrom.after(log.cursor(begins)));
        this.positions = start.positions();
        this.cursor = start.seq();
      }

      void read() {
        long upTo = cursor + random.nextInt((int) (log.head() - cursor) + 1);
        boolean small = random.nextBoolean();
        Slice slice =
            new SliceRequest(
                    positions,
                    cursor,
                    upTo,
                    small ? 1 + random.nextInt(4) : 1000,
                    small ? 1 + random.nextInt(2000) : 1 << 20,
                    new Recipient(Optional.of(CLIENT), newestOnly))
                .read(log, Optional.of(Gap.Reason.SLOW));
        slice.gaps().forEach(gap -> toldGaps.addAll(gap.channels()));
        slice.entries().forEach(entry -> delivered.add(entry.seq));
        assertThat(slice.bytes()).isEqualTo(slice.entries().stream().mapToInt(it -> it.size).sum());
        assertThat(slice.through()).isBetween(Math.max(cursor, slice.last()), upTo);
        cursor = slice.through();
        checkOrder();
      }

      private void checkOrder() {
        assertThat(delivered).as("seed %d", seed).isSorted().doesNotHaveDuplicates();
        assertThat(delivered).allMatch(seq -> seq > begins && seq <= cursor);
        assertThat(delivered).noneMatch(seq -> published.get((int) (seq - 1)).isExcepted());
      }

      /** Comes back with a cursor that it was told. */
      Session resumed() {
        log.detach(positions);
        boolean last = delivered.isEmpty() || random.nextBoolean();
        return new Session(last ? cursor : delivered.get(random.nextInt(delivered.size())));
      }

      void check() {
        Map<String, Published> newest = new HashMap<>();
        published.forEach(each -> newest.put(each.reported(), each));
        for (Published each : published) {
          if (each.seq > begins && isSubscribed(each.channel) && !each.isExcepted()) {
            check(each, each.equals(newest.get(each.reported())));
          }
        }
        gaps += toldGaps.size();
        log.detach(positions);
      }

      private void check(Published each, boolean isNewest) {
        boolean mayBeLeftOut = !isNewest && (newestOnly || each.channel.startsWith("new."));
        boolean there = delivered.contains(each.seq);
        left += there ? 0 : 1;
        if (!mayBeLeftOut && !there) {
          assertThat(toldGaps).as("seed %d, %s", seed, each).containsAnyOf(each.channel, "new.*");
        }
      }

      private boolean isSubscribed(String channel) {
        return positions.stream().anyMatch(it -> it.pattern().matches(channel));
      }
    }
  }
}
