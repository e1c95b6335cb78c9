package io.millrace.core.log;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.millrace.ChannelPattern;
import io.millrace.Gap;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.reader.Rig;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what patterns and {@code last} cost when very many channels or messages are held. */
class SurveyTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private static final int MANY = 5_000;

  private long now = 1_000_000;
  private final MillraceOptions options =
      new MillraceOptions()
          .setRingBytes(0)
          .setHistory(new HistoryOptions(1, 1 << 20, Duration.ofHours(1)));
  private Log log = log();

  private Log log() {
    return new Log(options, false, () -> now);
  }

  private void append(String channel) {
    log.append(channel, Message.json(1));
  }

  /** Two messages of each of many channels; the second is held. */
  private void appendToMany() {
    for (int i = 0; i < 2 * MANY; i++) {
      append("many.x" + i % MANY);
    }
  }

  private List<Gap> gaps(List<ReadPosition> reader, long after) {
    return new SliceRequest(reader, after, log.head(), 10, 1 << 20)
        .read(log, Optional.of(Gap.Reason.SLOW))
        .gaps();
  }

  private Survey enter(ResumeFrom start, String... patterns) {
    return log.enter(Rig.subscriptions(patterns), Collections.nCopies(patterns.length, 0L), start);
  }

  private int steps(Survey... surveys) {
    SurveyPass pass = log.pass(List.of(surveys));
    int steps = 1;
    while (log.step(pass)) {
      steps++;
    }
    return steps;
  }

  private int looks(int last, String... patterns) {
    Survey survey = enter(Rig.last(last), patterns);
    steps(survey);
    return survey.looks();
  }

  @Test
  void whatItTakesToFindWhereReadingBeginsIsKnown() {
    for (int i = 0; i < 5; i++) {
      append("few.x" + i);
    }
    assertThat(looks(0, "few.*")).isZero();
    assertThat(looks(2, "few.x1")).isEqualTo(2);
    assertThat(looks(2, "few.x1", "few.x2", "none")).isEqualTo(6);
    assertThat(looks(2, "few.*")).isEqualTo(10);
    assertThat(looks(2, "few.*", "*.x1", "few.x1")).isEqualTo(14);
    assertThat(looks(1000, "few.*", "*.x1")).isEqualTo(2 * StartPositions.MOST_REPLAYED);
    assertThat(looks(1000, "few.*", "few.x1")).isEqualTo(2 * StartPositions.MOST_REPLAYED);
    assertThat(looks(1000, "few.*")).isEqualTo(StartPositions.MOST_REPLAYED);
    assertThat(looks(1, "few.x1", "few.x2:event")).isEqualTo(Newest.MOST_LOOKS);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 3})
  void whoCannotHaveLostAnythingCausesNoSearch(long behind) {
    appendToMany();
    options.setRingBytes(1 << 20);
    log = log();
    appendToMany();
    ResumeFrom start =
        behind < 0 ? ResumeFrom.NOW : ResumeFrom.after(log.cursor(log.head() - behind));
    assertThat(enter(start, "many.*", "**", "*.x1").targets()).isEmpty();
    ResumeFrom foreign = new ResumeFrom(Optional.of("other-5"), 0);
    assertThat(enter(foreign, "*.*").targets()).isEmpty();
    ResumeFrom ahead = ResumeFrom.after(log.cursor(log.head() + 1));
    assertThat(enter(ahead, "*.*").targets()).isEmpty();
  }

  @Test
  void manyPatternsHoldNothingOfTheirManyChannels() {
    appendToMany();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    String[] patterns = new String[100];
    for (int i = 0; i < patterns.length; i++) {
      patterns[i] = (i % 2 == 0 ? "many" : "*") + ".x" + i;
    }
    patterns[0] = "**";
    patterns[1] = "*.*";
    patterns[2] = "many.*";
    patterns[3] = "many.**";
    log.attach(Rig.subscriptions(patterns), ResumeFrom.NOW);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
  }

  @Test
  void whoComesBackLaterIsToldExactlyWhichPatternsHaveLostSomething() {
    appendToMany();
    append("quiet.a"); // The latest one: only what came before it was lost, and of other channels.
    List<ReadPosition> reader =
        log.attach(
                Rig.subscriptions("quiet.*", "many.*", "many.none", "*.x5", "many.x5.**"),
                ResumeFrom.after(log.cursor(1)))
            .positions();
    assertThat(gaps(reader, 1))
        .containsExactly(new Gap(List.of("many.*", "*.x5"), Gap.Reason.SLOW));
  }

  @Test
  void aSearchIsMadeInStepsBetweenWhichOthersAppend() {
    appendToMany();
    Survey survey = enter(ResumeFrom.after(log.cursor(MANY)), "many.*", "*.*", "**");
    List<ReadPosition> reader = survey.positions;
    SurveyPass pass = log.pass(List.of(survey));
    int steps = 0;
    do {
      append("new.channel" + steps++);
    } while (log.step(pass));
    assertThat(steps).isGreaterThan(2 * MANY / SurveyPass.MATCHES_AT_ONCE);
    log.start(survey);
    assertThat(gaps(reader, MANY)).isEmpty();
    append("many.x3"); // The one before it is dropped.
    assertThat(gaps(reader, MANY))
        .containsExactly(new Gap(List.of("many.*", "*.*", "**"), Gap.Reason.SLOW));
  }

  @Test
  void aChannelThatIsForgottenBeforeItIsLookedAtIsNotMissed() {
    append("gone.a");
    append("gone.a"); // Drops the first.
    List<ReadPosition> other = log.attach(Rig.subscriptions("gone.a"), ResumeFrom.NOW).positions();
    Survey survey = enter(ResumeFrom.after(log.cursor(0)), "*.a");
    List<ReadPosition> reader = survey.positions;
    now += 10_000_000;
    log.sweep();
    log.detach(other);
    assertThat(log.channelCount()).isZero();
    steps(survey);
    log.start(survey);
    assertThat(gaps(reader, 0)).hasSize(1);
  }

  @Test
  void whatIsKnownOfAPatternInUseIsNotSearchedAgain() {
    appendToMany();
    ResumeFrom old = ResumeFrom.after(log.cursor(1));
    List<ReadPosition> first = log.attach(Rig.subscriptions("many.*"), old).positions();
    Survey again = enter(old, "many.*");
    assertThat(again.targets()).isEmpty();
    List<ReadPosition> second = again.positions;
    assertThat(gaps(second, 1)).hasSize(1);
    log.detach(first);
    log.detach(second);
    assertThat(enter(old, "many.*").targets()).hasSize(1);
  }

  @Test
  void oneSearchServesAllThatWait() {
    appendToMany();
    Survey[] surveys = new Survey[50];
    for (int i = 0; i < surveys.length; i++) {
      surveys[i] = enter(ResumeFrom.after(log.cursor(0)), "*.x" + i);
    }
    assertThat(steps(surveys)).isEqualTo(MANY / SurveyPass.CHANNELS_AT_ONCE + 1);
    for (Survey survey : surveys) {
      log.start(survey);
      assertThat(gaps(survey.positions, 0)).hasSize(survey.positions.size());
    }
  }

  @Test
  void lastOfTooWideAPatternStopsTheSearchEarly() {
    appendToMany();
    Survey survey = enter(Rig.last(1), "*.*");
    assertThat(steps(survey)).isEqualTo(2);
    assertThatThrownBy(() -> log.start(survey)).isInstanceOf(MillraceException.class);
    assertThat(log.subscriptionCount()).isZero();
  }

  @Test
  void whatComesDuringTheSearchFollowsWhatLastReplays() {
    append("p.a");
    append("p.b");
    Survey survey = enter(Rig.last(1), "p.*");
    List<ReadPosition> reader = survey.positions;
    append("p.new");
    append("p.b"); // Its message that should be replayed is dropped, which is no loss, because it
    // arrives anyway.
    steps(survey);
    append("p.c");
    StartPosition beginning = log.start(survey);
    Slice slice =
        new SliceRequest(reader, beginning.seq(), log.head(), 10, 1 << 20)
            .read(log, Optional.of(Gap.Reason.SLOW));
    assertThat(slice.entries().stream().map(entry -> entry.seq)).containsExactly(1L, 3L, 4L, 5L);
  }

  @Test
  void lastLooksAtSomeMessagesAtATimeAndNoMoreThanItMay() {
    options.setHistory(new HistoryOptions(10 * MANY, 1 << 30, Duration.ofHours(1)));
    log = log();
    for (int i = 0; i < 8 * MANY; i++) {
      append("c" + i % 5);
    }
    Survey survey =
        enter(Rig.last(1000), "c0:never", "c1:never", "c2:never", "c3:never", "c4:never");
    Newest newest = new Newest(survey, log.head(), now);
    int steps = 1;
    while (newest.look()) {
      steps++;
    }
    assertThat(steps).isEqualTo(Newest.MOST_LOOKS / Newest.LOOKS_AT_ONCE + 1);
    assertThat(newest.start().replayThrough()).isZero();

    Newest plain = new Newest(enter(Rig.last(1000), "c0", "c1"), log.head(), now);
    assertThat(plain.look()).as("a thousand and two are enough").isFalse();
    assertThat(plain.start().seq()).isGreaterThan(log.head() - 5 * 501);
  }

  @Test
  void aPatternsReaderIsGivenWhatIsHeldInSlices() {
    appendToMany();
    append("other.a");
    for (String pattern : List.of("other.*", "*.a")) {
      List<ReadPosition> reader =
          log.attach(Rig.subscriptions(pattern), ResumeFrom.after(log.cursor(0))).positions();
      long through = 0;
      List<Long> got = new ArrayList<>();
      int slices = 0;
      while (through < log.head()) {
        Slice slice =
            new SliceRequest(reader, through, log.head(), 10, 1 << 20)
                .read(log, Optional.of(Gap.Reason.SLOW));
        slice.entries().forEach(entry -> got.add(entry.seq));
        through = slice.through();
        slices++;
      }
      assertThat(got).containsExactly(2L * MANY + 1);
      assertThat(slices).isEqualTo(MANY / SliceReading.MOST_SCANNED + 1);
    }
  }

  @Test
  void manyPatternsOverManyChannelsAreComparedInSlices() {
    appendToMany();
    String[] patterns = new String[100];
    for (int i = 0; i < patterns.length; i++) {
      patterns[i] = "*.none" + i;
    }
    List<ReadPosition> reader = log.attach(Rig.subscriptions(patterns), ResumeFrom.NOW).positions();
    Slice slice =
        new SliceRequest(reader, MANY, log.head(), 10, 1 << 20)
            .read(log, Optional.of(Gap.Reason.SLOW));
    assertThat(slice.entries()).isEmpty();
    assertThat(slice.through()).isBetween(MANY + 10L, MANY + 1000L);
  }

  @Test
  void whatIsTooOldIsLetGoInSteps() {
    appendToMany();
    now += Duration.ofHours(2).toMillis();
    append("other");
    assertThat(log.channelCount()).as("one append does not pay for all").isGreaterThan(MANY / 2);
    log.sweep();
    assertThat(log.channelCount()).isEqualTo(1);
  }

  @Test
  void clientsWaitForASearchAndNobodyElseDoes() {
    appendToMany();
    ContextInternal context = ((VertxInternal) vertx.get()).createEventLoopContext();
    Surveys surveys = new Surveys(log, context);
    List<Future<Survey>> made = new CopyOnWriteArrayList<>();
    AtomicBoolean served = new AtomicBoolean();
    context.runOnContext(
        here -> {
          for (int i = 0; i < 30; i++) {
            made.add(
                surveys.complete(
                    log.enter(
                        Rig.subscriptions("*.x" + i),
                        List.of(0L),
                        ResumeFrom.after(log.cursor(1)))));
          }
          context.runOnContext(other -> served.set(made.stream().noneMatch(Future::isComplete)));
        });
    eventually(() -> assertThat(made).hasSize(30).allMatch(Future::succeeded));
    assertThat(served).as("what came later was done before").isTrue();
    assertThat(
            surveys
                .complete(log.enter(Rig.subscriptions("*.x1"), List.of(0L), ResumeFrom.NOW))
                .isComplete())
        .isTrue();
  }

  /** Throws when a pass begins, or at its first step. */
  private Survey broken(boolean atOnce) {
    AtomicBoolean registered = new AtomicBoolean();
    Survey survey = enter(ResumeFrom.after(log.cursor(1)));
    survey.add(
        new PatternLog(ChannelPattern.of("*.x1")) {
          @Override
          ChannelPattern pattern() {
            if (atOnce && registered.getAndSet(true)) {
              throw new IllegalStateException("broken");
            }
            return super.pattern();
          }

          @Override
          void raiseMark(long seq) {
            throw new IllegalStateException("broken");
          }
        },
        false);
    return survey;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSearchThatBreaksFailsThoseWhoWaitForItAndNoneAfterIt(boolean atOnce) {
    appendToMany();
    ContextInternal context = ((VertxInternal) vertx.get()).createEventLoopContext();
    Surveys surveys = new Surveys(log, context);
    Future<Survey> failed = surveys.complete(broken(atOnce));
    failed.onFailure(
        failure -> {
          throw new IllegalStateException("The listener is broken, too.");
        });
    eventually(() -> assertThat(failed.isComplete()).isTrue());
    assertThat(failed.cause())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.INTERNAL))
        .hasRootCauseMessage("broken");

    Survey next = enter(ResumeFrom.after(log.cursor(1)), "*.x2");
    Future<Survey> made = surveys.complete(next);
    eventually(() -> assertThat(made.succeeded()).isTrue());
    assertThat(next.positions.get(0).source().mark()).isEqualTo(3);
  }

  @Test
  void aWaiterThatThrowsHoldsUpNoOther() {
    appendToMany();
    ContextInternal context = ((VertxInternal) vertx.get()).createEventLoopContext();
    Surveys surveys = new Surveys(log, context);
    List<Future<Survey>> made = new CopyOnWriteArrayList<>();
    context.runOnContext(
        here -> {
          for (int i = 0; i < 3; i++) {
            Future<Survey> each =
                surveys.complete(enter(ResumeFrom.after(log.cursor(1)), "*.x" + i));
            each.onSuccess(
                done -> {
                  throw new IllegalStateException("The listener is broken.");
                });
            made.add(each);
          }
        });
    eventually(() -> assertThat(made).hasSize(3).allMatch(Future::succeeded));
  }
}
