package io.millrace.core.broker;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Gap;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.log.Log;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.SliceRequest;
import io.millrace.core.log.Survey;
import io.millrace.core.reader.Rig;
import io.millrace.core.testing.EchoBroker;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerSubscriptionsTest {

  /** A broker that answers when the test says so. */
  private static final class Scripted extends EchoBroker {
    final List<String> calls = new CopyOnWriteArrayList<>();
    final Queue<Promise<Void>> unanswered = new ConcurrentLinkedQueue<>();
    boolean throwing;

    Scripted() {
      super("scripted");
      selective = true;
    }

    private Future<Void> called(String what) {
      calls.add(what);
      if (throwing) {
        throw new IllegalStateException("on purpose");
      }
      Promise<Void> promise = Promise.promise();
      unanswered.add(promise);
      return promise.future();
    }

    @Override
    public Future<Void> subscribe(ChannelPattern pattern) {
      return called("subscribe " + pattern);
    }

    @Override
    public Future<Void> unsubscribe(ChannelPattern pattern) {
      return called("unsubscribe " + pattern);
    }
  }

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final Scripted broker = new Scripted();
  private final Log log = new Log(new MillraceOptions(), true, () -> 0);
  private final MillraceOptions options = new MillraceOptions();
  private BrokerSubscriptions brokerSubscriptions = brokerSubscriptions(Duration.ZERO);

  private BrokerSubscriptions brokerSubscriptions(Duration linger) {
    return new BrokerSubscriptions(
        broker,
        log,
        ((VertxInternal) vertx.get()).createEventLoopContext(),
        options.setUnsubscribeLinger(linger));
  }

  private Future<Void> acquire(String... patterns) {
    return brokerSubscriptions.acquire(Rig.subscriptions(patterns), ResumeFrom.NOW).mapEmpty();
  }

  private void release(String... patterns) {
    brokerSubscriptions.release(Rig.subscriptions(patterns));
  }

  private void confirm() {
    broker.unanswered.remove().complete();
  }

  private void fail() {
    broker.unanswered.remove().fail("on purpose");
  }

  private record Acquired(List<ReaderSubscription> subscriptions, List<Long> heardFrom) {}

  private List<Gap> gaps(Acquired acquired, long after) {
    ResumeFrom start = ResumeFrom.after(log.cursor(after));
    Survey survey = log.enter(acquired.subscriptions, acquired.heardFrom, start);
    List<ReadPosition> positions = log.start(survey).positions();
    List<Gap> gaps =
        new SliceRequest(positions, after, log.head(), 10, 1 << 20)
            .read(log, Optional.of(Gap.Reason.EXPIRED))
            .gaps();
    log.detach(positions);
    return gaps;
  }

  private Acquired attachable(String... patterns) {
    Future<List<Long>> acquired =
        brokerSubscriptions.acquire(Rig.subscriptions(patterns), ResumeFrom.NOW);
    while (!broker.unanswered.isEmpty()) {
      confirm();
    }
    assertThat(acquired.succeeded()).isTrue();
    return new Acquired(Rig.subscriptions(patterns), acquired.result());
  }

  private void append(String channel) {
    log.append(channel, Message.json(1));
  }

  @Test
  void everyNameIsSubscribedOnceHoweverManyReadItAndAllWaitForTheConfirmation() {
    Future<Void> first = acquire("a", "b.*");
    Future<Void> second = acquire("a");
    assertThat(broker.calls).containsExactly("subscribe a", "subscribe b.*");
    assertThat(first.isComplete() || second.isComplete()).isFalse();
    confirm();
    assertThat(second.succeeded()).isTrue();
    assertThat(first.isComplete()).isFalse();
    confirm();
    assertThat(first.succeeded()).isTrue();
    assertThat(brokerSubscriptions.size()).isEqualTo(2);
    release("a", "b.*");
    assertThat(broker.calls).endsWith("unsubscribe b.*");
    assertThat(brokerSubscriptions.size()).isEqualTo(1);
    release("a");
    assertThat(broker.calls).hasSize(4);
    assertThat(brokerSubscriptions.size()).isZero();
  }

  @Test
  void aSubscriptionThatIsNotConfirmedInTimeFailsAndIsGivenUpBeforeTheNext() {
    options.setPublishTimeout(Duration.ofMillis(50));
    brokerSubscriptions = brokerSubscriptions(Duration.ZERO);
    Future<Void> first = acquire("a");
    eventually(() -> assertThat(first.failed()).isTrue());
    assertThat(first.cause())
        .isInstanceOfSatisfying(
            MillraceException.class,
            late -> assertThat(late.code()).isEqualTo(MillraceException.Code.TIMEOUT));
    assertThat(brokerSubscriptions.size()).isZero();
    Future<Void> second = acquire("a");
    assertThat(broker.calls).containsExactly("subscribe a");
    confirm();
    assertThat(broker.calls).containsExactly("subscribe a", "unsubscribe a");
    confirm();
    assertThat(broker.calls).endsWith("subscribe a").hasSize(3);
    confirm();
    eventually(() -> assertThat(second.isComplete()).isTrue());
  }

  @Test
  void aSubscriptionThatFailsFailsAllWhoWaitAndIsNotHeld() {
    Future<Void> first = acquire("a");
    Future<Void> second = acquire("a", "b");
    fail();
    assertThat(first.failed()).isTrue();
    assertThat(second.isComplete()).isFalse();
    confirm();
    assertThat(second.failed()).isTrue();
    assertThat(broker.calls).endsWith("unsubscribe b");
    confirm();
    assertThat(brokerSubscriptions.size()).isZero();
    Future<Void> third = acquire("a");
    confirm();
    assertThat(third.succeeded()).isTrue();
    release("a");
    assertThat(brokerSubscriptions.size()).isZero();
  }

  @Test
  void aBrokerThatThrowsIsABrokerThatFails() {
    broker.throwing = true;
    assertThat(acquire("a").failed()).isTrue();
    assertThat(brokerSubscriptions.size()).isZero();
    broker.throwing = false;
    acquire("a");
    confirm();
    broker.throwing = true;
    release("a");
    broker.throwing = false;
    Future<Void> again = acquire("a");
    confirm();
    assertThat(again.succeeded()).isTrue();
  }

  @Test
  void aNewSubscriptionWaitsUntilTheOldOneHasBeenGivenUp() {
    acquire("a");
    confirm();
    release("a");
    Future<Void> again = acquire("a");
    assertThat(broker.calls).containsExactly("subscribe a", "unsubscribe a");
    confirm();
    assertThat(broker.calls).endsWith("subscribe a").hasSize(3);
    assertThat(again.isComplete()).isFalse();
    confirm();
    assertThat(again.succeeded()).isTrue();
    assertThat(brokerSubscriptions.size()).isEqualTo(1);
  }

  @Test
  void aNewSubscriptionComesAlsoAfterGivingUpTheOldOneFailed() {
    acquire("a");
    confirm();
    release("a");
    Future<Void> again = acquire("a");
    fail();
    confirm();
    assertThat(again.succeeded()).isTrue();
  }

  @Test
  void whatIsLeftLingersAndIsKeptIfSomebodyComesBackInTime() {
    brokerSubscriptions = brokerSubscriptions(Duration.ofMillis(80));
    acquire("a", "b");
    confirm();
    confirm();
    release("a", "b");
    assertThat(broker.calls).hasSize(2);
    Future<Void> again = acquire("a");
    assertThat(again.succeeded()).isTrue();
    eventually(() -> assertThat(broker.calls).hasSize(3).endsWith("unsubscribe b"));
    release("a");
    acquire("a");
    release("a");
    eventually(() -> assertThat(broker.calls).hasSize(4).endsWith("unsubscribe a"));
    assertThat(brokerSubscriptions.size()).isZero();
  }

  private static String[] names(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> prefix + i).toArray(String[]::new);
  }

  private void left(String... names) {
    attachable(names);
    release(names);
    while (!broker.unanswered.isEmpty()) {
      confirm();
    }
  }

  /** A client that always asks for new names makes the broker hold few of them. */
  @Test
  void ofWhatNobodyCameBackToASmallShareLingers() {
    options.setMaxBrokerSubscriptions(2_000);
    brokerSubscriptions = brokerSubscriptions(Duration.ofMinutes(1));
    String[] polled = names("polled", 200);
    left(polled);
    assertThat(brokerSubscriptions.size()).isEqualTo(200);
    left(names("passing", 1_000));
    assertThat(brokerSubscriptions.size()).isEqualTo(200);
    int calls = broker.calls.size();
    left(polled);
    assertThat(broker.calls).as("what polls was kept for them").hasSize(calls);
    // They have shown that they are used again.
    left(names("others", 1_000));
    assertThat(brokerSubscriptions.size()).isEqualTo(400);
    left(polled);
    assertThat(broker.calls.stream().filter(call -> call.contains("polled"))).hasSize(200);
  }

  @Test
  void whatTheBrokerHasNotLetGoOfYetIsCounted() {
    options.setMaxBrokerSubscriptions(200);
    brokerSubscriptions = brokerSubscriptions(Duration.ZERO);
    attachable(names("a", 200));
    release(names("a", 200));
    for (int i = 0; i < 100; i++) {
      assertThat(acquire("b" + i).isComplete()).as("b" + i).isFalse();
    }
    assertThat(acquire("c").failed()).isFalse();
    Future<Void> refused = acquire("d");
    assertThat(refused.cause())
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.retryable()).isTrue());
    confirm(); // One was given up.
    assertThat(acquire("d").failed()).isFalse();
  }

  @Test
  void whoSubscribesFirstWithAnOlderCursorIsToldAGap() {
    append("other");
    append("other");
    assertThat(gaps(attachable("a", "b.*"), 1)).hasSize(1);
    assertThat(gaps(attachable("a"), log.head())).isEmpty();
  }

  @Test
  void whoComesBackAfterTimeWithoutASubscriptionIsToldAGapThoughNothingElseHappened() {
    for (String pattern : List.of("a", "p.*")) {
      attachable(pattern);
      long cursor = log.head();
      release(pattern);
      confirm(); // Messages that are published now do not arrive here.
      Acquired back = attachable(pattern);
      assertThat(gaps(back, cursor)).containsExactly(new Gap(List.of(pattern), Gap.Reason.EXPIRED));
      release(pattern);
      confirm();
    }
  }

  @Test
  void aSubscriptionToOneChannelIsNoLossToThePatternsAndChannelsThatWereHeard() {
    append("a.x");
    attachable("a.*", "a.y");
    long cursor = log.head();
    append("a.x");
    append("a.y");
    attachable("a.x", "a.**");
    assertThat(gaps(attachable("a.*", "a.y"), cursor)).isEmpty();
  }

  @Test
  void aBrokerThatIsClosedIsNotAskedAnyMore() {
    attachable("a", "b");
    release("b");
    confirm();
    brokerSubscriptions.close();
    release("a");
    assertThat(broker.calls).containsExactly("subscribe a", "subscribe b", "unsubscribe b");
  }

  @Test
  void aBrokerThatBringsEverythingIsNotAsked() {
    brokerSubscriptions =
        new BrokerSubscriptions(
            new EchoBroker("none"),
            log,
            ((VertxInternal) vertx.get()).createEventLoopContext(),
            options);
    assertThat(acquire("a").succeeded()).isTrue();
    release("a");
    assertThat(brokerSubscriptions.size()).isZero();
    append("b");
    assertThat(gaps(attachable("a"), 0)).isEmpty();
  }

  private List<String> owners(String channel, String... subscriptions) {
    return Arrays.stream(subscriptions)
        .filter(
            it -> brokerSubscriptions.isOwner(ChannelPattern.of(it), ChannelPattern.of(channel)))
        .toList();
  }

  @Test
  void aNameThatAPatternCoversIsNotAskedForAndIsThePatterns() {
    attachable("a.*");
    Acquired name = attachable("a.b");
    assertThat(broker.calls).containsExactly("subscribe a.*");
    assertThat(owners("a.b", "a.*", "a.b")).containsExactly("a.*");
    assertThat(name.heardFrom).containsExactly(1L);
    assertThat(brokerSubscriptions.size()).isEqualTo(1);
    release("a.*");
    assertThat(broker.calls).hasSize(1);
    assertThat(owners("a.b", "a.*", "a.b")).containsExactly("a.*");
    release("a.b");
    assertThat(broker.calls).endsWith("unsubscribe a.*").hasSize(2);
    assertThat(brokerSubscriptions.size()).isZero();
  }

  @Test
  void aChannelStaysWithTheNameThatWasThereBeforeThePattern() {
    attachable("a.b");
    attachable("a.*");
    assertThat(broker.calls).containsExactly("subscribe a.b", "subscribe a.*");
    assertThat(owners("a.b", "a.b", "a.*")).containsExactly("a.b");
    assertThat(owners("a.c", "a.b", "a.*")).containsExactly("a.*");
    release("a.b");
    assertThat(broker.calls).hasSize(2);
    assertThat(owners("a.b", "a.b", "a.*")).containsExactly("a.b");
    release("a.*");
    assertThat(broker.calls.subList(2, 4))
        .containsExactlyInAnyOrder("unsubscribe a.*", "unsubscribe a.b");
    assertThat(brokerSubscriptions.size()).isZero();
  }

  @Test
  void thePatternThatCameLaterCanBeLeftFirst() {
    attachable("a.b");
    attachable("a.*");
    release("a.*");
    assertThat(broker.calls).endsWith("unsubscribe a.*").hasSize(3);
    assertThat(owners("a.b", "a.b", "a.*")).containsExactly("a.b");
    release("a.b");
    assertThat(broker.calls).endsWith("unsubscribe a.b").hasSize(4);
  }

  @Test
  void whatIsKeptForOthersIsThereForWhoComesBack() {
    attachable("a.b");
    attachable("a.*");
    release("a.b");
    attachable("a.b");
    release("a.*");
    assertThat(broker.calls).endsWith("unsubscribe a.*").hasSize(3);
    release("a.b");
    assertThat(broker.calls).endsWith("unsubscribe a.b").hasSize(4);
  }

  @Test
  void aChannelBelongsToWhatWasConfirmedNotToWhatWasAskedForFirst() {
    acquire("a.*");
    acquire("*.b");
    assertThat(owners("a.b", "a.*", "*.b")).isEmpty();
    Promise<Void> first = broker.unanswered.remove();
    confirm();
    assertThat(owners("a.b", "a.*", "*.b")).containsExactly("*.b");
    first.complete();
    assertThat(owners("a.b", "a.*", "*.b")).containsExactly("*.b");
    assertThat(owners("a.c", "a.*", "*.b")).containsExactly("a.*");
  }

  @Test
  void whatAPatternCoversFailsWithIt() {
    Future<Void> pattern = acquire("a.*");
    Future<Void> name = acquire("a.b");
    fail();
    assertThat(pattern.failed()).isTrue();
    assertThat(name.failed()).isTrue();
    assertThat(brokerSubscriptions.size()).isZero();
    acquire("a.b");
    assertThat(broker.calls).containsExactly("subscribe a.*", "subscribe a.b");
  }

  @Test
  void nothingIsKeptAfterManySubscriptionsThatOverlap() {
    Random random = new Random(1);
    List<String> patterns = List.of("a.b", "a.c", "b.b", "a.*", "*.b", "**", "a.**", "*.*");
    List<String> active = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      if (active.isEmpty() || (i < 2900 && random.nextBoolean())) {
        String pattern = patterns.get(random.nextInt(patterns.size()));
        active.add(pattern);
        acquire(pattern);
      } else {
        release(active.remove(random.nextInt(active.size())));
      }
      while (!broker.unanswered.isEmpty()) {
        confirm();
      }
      for (String channel : List.of("a.b", "a.c", "b.b", "c.c")) {
        boolean wanted = active.stream().anyMatch(it -> ChannelPattern.of(it).matches(channel));
        int owners = owners(channel, patterns.toArray(String[]::new)).size();
        assertThat(owners).isLessThanOrEqualTo(1);
        assertThat(owners == 1 || !wanted).as(channel + " of " + active).isTrue();
      }
    }
    active.forEach(this::release);
    assertThat(brokerSubscriptions.size()).isZero();
    assertThat(broker.calls.stream().filter(call -> call.startsWith("subscribe")).count())
        .isEqualTo(broker.calls.stream().filter(call -> call.startsWith("unsub")).count());
  }

  @Test
  void whenThereIsNoRoomTheOldestThatLingersGoesAndIfNoneDoesWhoAsksIsRefused() {
    options.setMaxBrokerSubscriptions(3);
    brokerSubscriptions = brokerSubscriptions(Duration.ofMinutes(1));
    for (String name : List.of("a", "b", "c")) {
      attachable(name);
    }
    Future<Void> refused = acquire("d");
    assertThat(refused.cause())
        .isInstanceOfSatisfying(
            MillraceException.class,
            full -> assertThat(full.code()).isEqualTo(MillraceException.Code.UNAVAILABLE));
    assertThat(acquire("a").succeeded()).isTrue();
    release("a");
    release("b");
    release("c");
    acquire("b"); // It is read again.
    release("b");
    release("a");
    assertThat(broker.calls).hasSize(3);
    attachable("d");
    assertThat(broker.calls).endsWith("unsubscribe c", "subscribe d").hasSize(5);
    attachable("e");
    assertThat(broker.calls).endsWith("unsubscribe b", "subscribe e");
    attachable("f");
    assertThat(broker.calls).endsWith("unsubscribe a", "subscribe f").hasSize(9);
    assertThat(acquire("g").failed()).isTrue();
    assertThat(brokerSubscriptions.size()).isEqualTo(3);
  }

  @Test
  void whatIsCoveredNeedsNoRoomAndWhatOthersNeedIsNotGivenUpForIt() {
    options.setMaxBrokerSubscriptions(2);
    brokerSubscriptions = brokerSubscriptions(Duration.ofMinutes(1));
    attachable("a.*");
    attachable("*.b");
    release("a.*");
    assertThat(acquire("a.c").succeeded()).isTrue();
    // It is needed by what a.* covers, and by a.b, which would change its owner.
    assertThat(acquire("x").failed()).isTrue();
    assertThat(broker.calls).containsExactly("subscribe a.*", "subscribe *.b");
    release("a.c");
    release("*.b");
    attachable("x");
    assertThat(brokerSubscriptions.size()).isEqualTo(2);
  }

  @Test
  void whatOnlyLingeringOnesNeedGoesWithThem() {
    options.setMaxBrokerSubscriptions(1);
    brokerSubscriptions = brokerSubscriptions(Duration.ofMinutes(1));
    attachable("a.**");
    assertThat(acquire("a.x").succeeded()).isTrue();
    release("a.**");
    assertThat(acquire("b").failed()).as("a.x is read").isTrue();
    release("a.x");
    attachable("b");
    assertThat(broker.calls).containsExactly("subscribe a.**", "unsubscribe a.**", "subscribe b");
    assertThat(brokerSubscriptions.size()).isEqualTo(1);
  }

  @Test
  void whatIsGivenUpDoesNotLingerUnlessSomebodyReadsIt() {
    brokerSubscriptions = brokerSubscriptions(Duration.ofMinutes(1));
    attachable("a");
    brokerSubscriptions.giveUp(ChannelPattern.of("a"));
    brokerSubscriptions.giveUp(ChannelPattern.of("nobody"));
    assertThat(brokerSubscriptions.size()).isEqualTo(1);
    release("a");
    brokerSubscriptions.giveUp(ChannelPattern.of("a"));
    assertThat(broker.calls).containsExactly("subscribe a", "unsubscribe a");
    assertThat(brokerSubscriptions.size()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1, 10", "2, 20", "3, 20"})
  void whatIsCoveredLingersUpToABoundHoweverManyComeAndGo(int times, int most) {
    options.setMaxBrokerSubscriptions(10);
    brokerSubscriptions = brokerSubscriptions(Duration.ofMinutes(1));
    attachable("a.**");
    for (int i = 0; i < 1000; i++) {
      for (int time = 0; time < times; time++) {
        attachable("a." + i);
        release("a." + i);
      }
    }
    assertThat(brokerSubscriptions.heldCount()).isEqualTo(1 + most);
    release("a.**");
    assertThat(brokerSubscriptions.size()).isEqualTo(1);
  }
}
