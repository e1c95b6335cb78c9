package io.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Gap;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the log and its readers with {@link LogModel}, at random but repeatable. */
class LogModelTest {

  private static final int STEPS = 180;
  private static final List<String> SEGMENTS = List.of("a", "b", "c");
  private static final List<String> NAMES = names();
  private static final List<String> EVENTS = List.of("message", "x", "y");

  /** Every name of up to three segments; none share a slot of {@link ForgottenMarks}. */
  private static List<String> names() {
    List<String> names = new ArrayList<>(SEGMENTS);
    for (int start = 0, depth = 2; depth <= 3; depth++) {
      int end = names.size();
      for (; start < end; start++) {
        for (String segment : SEGMENTS) {
          names.add(names.get(start) + "." + segment);
        }
      }
    }
    return names;
  }

  /** How one run of the test differs from another. */
  record Run(long seed, boolean patterns, boolean patternsInterrupted, boolean shared) {}

  static Stream<Run> runs() {
    return Stream.iterate(1L, seed -> seed + 1)
        .limit(80)
        .map(seed -> new Run(seed, seed % 3 != 0, seed % 6 == 1, seed % 4 == 2));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void aReaderGetsExactlyWhatItWantsOrIsToldAGap(Run run) {
    new Playing(run).play();
  }

  @Test
  void mostGapsOfNamesSayHowManyMessagesWereMissed() {
    int counted = 0;
    int gaps = 0;
    for (long seed = 1; seed <= 80; seed++) {
      Playing playing = new Playing(new Run(seed, false, false, false));
      playing.play();
      counted += playing.counted;
      gaps += playing.gapsOfNames;
    }
    assertThat(counted).as("of %d", gaps).isGreaterThan(gaps / 2);
  }

  private static final class Subscribed {
    final ReaderSubscription subscription;

    /** The head when a gap was last reported: everything up to it is accounted for. */
    long toldAt = -1;

    /** The newest loss that was reported. */
    long toldLoss;

    /** What {@code last} replays. */
    final Set<Long> replayed = new HashSet<>();

    Subscribed(ReaderSubscription subscription) {
      this.subscription = subscription;
    }

    ChannelPattern pattern() {
      return subscription.pattern();
    }
  }

  private static final class Playing {
    private final Run run;
    private final Random random;
    private final MillraceOptions options;
    private final Log log;
    private final LogModel model;
    private final List<Client> clients = new ArrayList<>();
    private long now;
    private int counted;
    private int gapsOfNames;

    Playing(Run run) {
      this.run = run;
      this.random = new Random(run.seed());
      this.options = options();
      this.log = new Log(options, run.shared(), () -> now);
      this.model = new LogModel(options);
    }

    private MillraceOptions options() {
      MillraceOptions chosen =
          new MillraceOptions()
              .setRingBytes(random.nextInt(4) == 0 ? 0 : random.nextInt(30_000))
              .setRingAge(Duration.ofMillis(random.nextInt(3000)))
              .setHistoryBytes(random.nextInt(30_000))
              .setHistory(history());
      chosen.setHistory("a.**", history());
      chosen.setHistory("b", HistoryOptions.NONE);
      return chosen;
    }

    private HistoryOptions history() {
      return new HistoryOptions(
          random.nextInt(12), random.nextInt(8000), Duration.ofMillis(random.nextInt(6000)));
    }

    void play() {
      for (int step = 0; step < STEPS; step++) {
        step();
        checkCounts();
      }
      new ArrayList<>(clients).forEach(Client::readToTheEnd);
      new ArrayList<>(clients).forEach(Client::leave);
      checkCounts();
      now += 1_000_000;
      log.sweep();
      model.sweep(now);
      assertThat(log.channelCount()).isZero();
      assertThat(log.subscriptionCount()).isZero();
      assertThat(log.heldBytes()).isZero();
    }

    private void step() {
      now += random.nextInt(100);
      int choice = random.nextInt(100);
      if (choice < 45) {
        append();
      } else if (choice < 48) {
        interrupt();
      } else if (choice < 53) {
        now += random.nextInt(2000);
        log.sweep();
        model.sweep(now);
      } else if (choice < 62 || clients.isEmpty()) {
        clients.add(new Client(someSubscriptions(), someStart()));
      } else if (choice < 67) {
        someClient().leave();
      } else if (choice < 75) {
        someClient().resume();
      } else if (choice < 78) {
        checkRing();
      } else {
        someClient().read();
      }
    }

    private Client someClient() {
      return clients.get(random.nextInt(clients.size()));
    }

    private String someName() {
      // A few channels have most of the messages.
      return random.nextBoolean()
          ? NAMES.get(random.nextInt(5))
          : NAMES.get(random.nextInt(NAMES.size()));
    }

    private ChannelPattern somePattern() {
      List<String> segments = new ArrayList<>(List.of(someName().split("\\.")));
      segments.set(random.nextInt(segments.size()), "*");
      if (random.nextInt(3) == 0) {
        segments.set(segments.size() - 1, "**");
      }
      return ChannelPattern.of(String.join(".", segments));
    }

    private void append() {
      String channel = someName();
      String event = EVENTS.get(random.nextInt(EVENTS.size()));
      int payload = random.nextInt(random.nextInt(8) == 0 ? 4000 : 300);
      Message message = Message.bytes(Buffer.buffer(new byte[payload])).withEvent(event);
      model.append(now, channel, message);
      assertThat(log.append(channel, message)).isEqualTo(log.cursor(model.head()));
    }

    private void interrupt() {
      List<ChannelPattern> patterns = new ArrayList<>();
      for (int i = random.nextInt(3); i >= 0; i--) {
        patterns.add(
            run.patternsInterrupted() && random.nextBoolean()
                ? somePattern()
                : ChannelPattern.of(someName()));
      }
      log.interrupt(patterns);
      model.interrupt(now, patterns);
    }

    private List<ReaderSubscription> someSubscriptions() {
      Map<ChannelPattern, ReaderSubscription> chosen = new HashMap<>();
      for (int i = random.nextInt(random.nextInt(10) == 0 ? 25 : 4); i >= 0; i--) {
        ChannelPattern pattern =
            run.patterns() && random.nextInt(3) == 0
                ? somePattern()
                : ChannelPattern.of(someName());
        EventFilter filter =
            switch (random.nextInt(4)) {
              case 0 -> new EventFilter(Set.of("x"));
              case 1 -> new EventFilter(Set.of("x", "message"));
              default -> EventFilter.ALL;
            };
        chosen.put(pattern, new ReaderSubscription(pattern, filter));
      }
      return new ArrayList<>(chosen.values());
    }

    private ResumeFrom someStart() {
      return switch (random.nextInt(8)) {
        case 0, 1 -> new ResumeFrom(Optional.empty(), 1 + random.nextInt(8));
        case 2, 3 -> ResumeFrom.after(log.cursor(random.nextLong(model.head() + 1)));
        case 4 -> ResumeFrom.after(log.cursor(model.head() + 1 + random.nextInt(5)));
        case 5 -> new ResumeFrom(Optional.of("other-" + random.nextInt(50)), 0);
        case 6 -> new ResumeFrom(Optional.of("what?"), random.nextInt(3));
        default -> ResumeFrom.NOW;
      };
    }

    private void checkRing() {
      LogItem[] into = new LogItem[1 + random.nextInt(20)];
      long after = random.nextLong(model.head() + 1);
      RingSlice slice = log.readRing(after, into, 1 << 20);
      int count = slice.count();
      if (after < model.evictedThrough()) {
        assertThat(count).isEqualTo(-1);
        return;
      }
      assertThat(count).isEqualTo((int) Math.min(into.length, model.head() - after));
      for (int i = 0; i < count; i++) {
        assertThat(into[i].seq).isEqualTo(after + 1 + i);
      }
      assertThat(slice.through()).isEqualTo(after + count);
      assertThat(slice.bytes())
          .isEqualTo(Arrays.stream(into, 0, count).mapToInt(item -> item.size).sum());
    }

    private void checkCounts() {
      assertThat(log.head()).isEqualTo(model.head());
      assertThat(log.heldBytes()).isEqualTo(model.heldBytes());
      assertThat(log.heldBytes()).isLessThanOrEqualTo(options.ringBytes() + options.historyBytes());
      assertThat(log.channelCount()).isEqualTo((int) model.channelCount());
      assertThat(log.subscriptionCount()).isEqualTo(model.subscriptions);
      String channel = someName();
      int limit = random.nextInt(20);
      assertThat(log.history(channel, limit).stream().map(entry -> entry.cursor().seq()))
          .containsExactlyElementsOf(model.history(channel, limit, EventFilter.ALL, now));
    }

    /** A reader without an event loop. */
    private final class Client {
      private final List<Subscribed> subscribed = new ArrayList<>();
      private final List<ReadPosition> positions;

      /** Everything beyond it is wanted; before it only what {@code last} replays. */
      private final long begins;

      private long cursor;

      Client(List<ReaderSubscription> subscriptions, ResumeFrom start) {
        subscriptions.forEach(it -> subscribed.add(new Subscribed(it)));
        long head = model.head();
        SortedSet<Long> last = last(start);
        StartPosition beginning = log.attach(subscriptions, start);
        positions = beginning.positions();
        positions.forEach(it -> model.interested(it.pattern(), 1));
        cursor = beginning.seq();
        assertThat(beginning.head()).isEqualTo(head);
        assertThat(beginning.gap()).isEqualTo(gap(start));
        assertThat(cursor).isEqualTo(last.isEmpty() ? begin(start) : last.first() - 1);
        assertThat(beginning.replayThrough()).isEqualTo(last.isEmpty() ? 0 : last.last());
        begins = last.isEmpty() ? cursor : head;
        if (beginning.gap().isPresent()) {
          subscribed.forEach(this::told);
        }
      }

      private SortedSet<Long> last(ResumeFrom start) {
        TreeSet<Long> last = new TreeSet<>();
        if (start.cursor().isEmpty() && start.last() > 0) {
          for (Subscribed by : subscribed) {
            NAMES.stream()
                .filter(it -> LogModel.matches(by.pattern(), it))
                .map(it -> model.history(it, start.last(), by.subscription.filter(), now))
                .forEach(by.replayed::addAll);
            last.addAll(by.replayed);
          }
        }
        return last;
      }

      private Optional<Gap.Reason> gap(ResumeFrom start) {
        return start
            .cursor()
            .flatMap(
                text ->
                    text.startsWith("other")
                        ? Optional.of(Gap.Reason.EPOCH)
                        : text.startsWith("what") || seq(text) > model.head()
                            ? Optional.of(Gap.Reason.UNKNOWN)
                            : Optional.empty());
      }

      private long begin(ResumeFrom start) {
        if (start.cursor().isEmpty()) {
          return model.head();
        }
        String text = start.cursor().get();
        return text.startsWith("other") || text.startsWith("what")
            ? run.shared() ? model.head() : 0
            : Math.min(seq(text), model.head());
      }

      private long seq(String cursor) {
        return Long.parseLong(cursor.substring(cursor.lastIndexOf('-') + 1));
      }

      private void told(Subscribed to) {
        to.toldAt = model.head();
        to.toldLoss = model.newestLoss(to.pattern(), 0, NAMES).map(loss -> loss.seq).orElse(0L);
      }

      private boolean wants(Subscribed by, LogModel.Item item) {
        return item.isEntry()
            && LogModel.matches(by.pattern(), item.channel)
            && (by.subscription.filter().events().isEmpty()
                || by.subscription.filter().events().contains(item.event))
            && (item.seq > begins || by.replayed.contains(item.seq));
      }

      void read() {
        long upTo =
            random.nextInt(4) == 0
                ? Math.min(model.head(), cursor + random.nextInt(10))
                : model.head();
        boolean small = random.nextBoolean();
        int mostEntries = small ? 1 + random.nextInt(5) : 1000;
        int mostBytes = small ? 1 + random.nextInt(3000) : 1 << 20;
        Slice slice =
            new SliceRequest(positions, cursor, upTo, mostEntries, mostBytes)
                .read(log, Optional.of(Gap.Reason.SLOW));
        slice.gaps().forEach(this::checkGap);
        checkEntries(slice, upTo, mostEntries, mostBytes);
        cursor = slice.through();
        if (random.nextBoolean()) {
          log.count(positions, cursor);
        }
      }

      /** A number may be absent, but if it is there, it is right. */
      private void checkMissed(Gap gap, Subscribed to) {
        boolean plain = to.subscription.filter().events().isEmpty();
        gapsOfNames += plain && gap.reason() == Gap.Reason.SLOW ? 1 : 0;
        Long missed = gap.missed().get(to.pattern().toString());
        if (missed != null) {
          long after = Math.max(Math.max(cursor, begins), to.toldLoss);
          assertThat(missed)
              .as("missed of %s", to.pattern())
              .isEqualTo(model.missed(to.pattern().toString(), after));
          counted++;
        }
      }

      private void checkGap(Gap gap) {
        assertThat(gap.reason()).isIn(Gap.Reason.SLOW, Gap.Reason.INTERRUPTED);
        assertThat(gap.channels()).doesNotHaveDuplicates();
        for (String channel : gap.channels()) {
          Subscribed to =
              subscribed.stream()
                  .filter(it -> it.pattern().toString().equals(channel))
                  .findFirst()
                  .orElseThrow();
          assertThat(isLossNews(to)).as("the gap on %s is not a false one", channel).isTrue();
          checkMissed(gap, to);
          told(to);
        }
      }

      private boolean isLossNews(Subscribed to) {
        return model.items.stream()
            .filter(item -> item.seq > Math.max(cursor, to.toldLoss))
            .filter(item -> item.seq > begins || isInReplay(item, to))
            .anyMatch(item -> accountsFor(item, to));
      }

      private boolean isInReplay(LogModel.Item item, Subscribed to) {
        return to.replayed.stream()
            .map(model::item)
            .anyMatch(first -> first.channel.equals(item.channel) && first.seq <= item.seq);
      }

      private boolean accountsFor(LogModel.Item item, Subscribed to) {
        if (!item.isEntry()) {
          // A pattern's interruption is remembered for everything that is not known at that moment.
          return LogModel.concerns(item, to.pattern(), NAMES)
              || item.interrupted.stream().anyMatch(it -> !it.isName())
              || (!to.pattern().isName()
                  && item.interrupted.stream().anyMatch(it -> sharesMark(to, it.toString())));
        }
        return !item.held
            && (LogModel.matches(to.pattern(), item.channel)
                || (!to.pattern().isName() && sharesMark(to, item.channel)));
      }

      /** A pattern's forgotten marks are those of all names that begin like it. */
      private boolean sharesMark(Subscribed to, String name) {
        String text = to.pattern().toString();
        String prefix = text.substring(0, text.indexOf('*'));
        return name.startsWith(prefix);
      }

      private void checkEntries(Slice slice, long upTo, int mostEntries, int mostBytes) {
        List<Long> delivered = slice.entries().stream().map(entry -> entry.seq).toList();
        assertThat(delivered).hasSizeLessThanOrEqualTo(mostEntries);
        int bytes = slice.entries().stream().mapToInt(entry -> entry.size).sum();
        assertThat(slice.bytes()).isEqualTo(bytes);
        assertThat(delivered.size() <= 1 || bytes <= mostBytes).isTrue();
        assertThat(slice.through()).isBetween(cursor, Math.max(cursor, upTo));
        assertThat(slice.through() >= upTo || !delivered.isEmpty())
            .as("a slice makes progress")
            .isTrue();
        List<Long> wanted = new ArrayList<>();
        for (long seq = cursor + 1; seq <= slice.through(); seq++) {
          LogModel.Item item = model.item(seq);
          for (Subscribed by : subscribed) {
            checkLoss(item, by);
          }
          if (item.held && subscribed.stream().anyMatch(by -> wants(by, item))) {
            wanted.add(seq);
          }
        }
        assertThat(delivered).isEqualTo(wanted);
      }

      private void checkLoss(LogModel.Item item, Subscribed by) {
        boolean lost =
            item.isEntry()
                ? !item.held && wants(by, item)
                : item.seq > begins && LogModel.concerns(item, by.pattern(), NAMES);
        if (lost) {
          assertThat(by.toldAt)
              .as("%d is not held, so %s received a gap notice", item.seq, by.pattern())
              .isGreaterThanOrEqualTo(item.seq);
        }
      }

      void readToTheEnd() {
        while (cursor < model.head()) {
          read();
        }
      }

      void leave() {
        log.detach(positions);
        positions.forEach(it -> model.interested(it.pattern(), -1));
        clients.remove(this);
      }

      void resume() {
        List<ReaderSubscription> again =
            positions.stream().map(ReadPosition::subscription).toList();
        boolean attachFirst = random.nextBoolean();
        if (!attachFirst) {
          leave();
        }
        clients.add(new Client(again, ResumeFrom.after(log.cursor(cursor))));
        if (attachFirst) {
          leave();
        }
      }
    }
  }
}
