package io.millrace.core.reader;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.broker.BrokerSubscriptions;
import io.millrace.core.log.Log;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.Surveys;
import io.millrace.core.testing.LineFraming;
import io.millrace.core.testing.ScriptedBroker;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Ending;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that whatever becomes of a lease, everything is given back once. */
class LeaseTest {

  private static final long ROOM = 10_000;
  private static final String FAILS = "on purpose";

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options =
      new MillraceOptions().setUnsubscribeLinger(Duration.ZERO).setReaderBytes(1 << 20);
  private final ScriptedBroker broker = new ScriptedBroker();
  private final TestOutlet outlet = new TestOutlet();
  private final ContextInternal context = ((VertxInternal) vertx.get()).createEventLoopContext();
  private final Log log = new Log(options, false, () -> 0);
  private final BrokerSubscriptions brokerSubscriptions =
      new BrokerSubscriptions(broker, log, context, options);
  private final ReaderLoops shards =
      new ReaderLoops(
          (VertxInternal) vertx.get(), log, Optional.empty(), brokerSubscriptions, () -> 0);
  private final Shard shard = shards.of(context);
  private Entrance entrance = new Entrance(brokerSubscriptions, new Surveys(log, context));

  /** Whatever a test does, in the end nobody holds anything. */
  @AfterEach
  void nothingIsHeld() {
    eventually(
        () -> {
          assertThat(shards.readerCount()).as("readers").isZero();
          assertThat(log.subscriptionCount()).as("in the log").isZero();
          assertThat(brokerSubscriptions.size()).as("at the broker").isZero();
          assertThat(log.readers().taken()).as("room").isZero();
        });
    for (String channel : List.of("a", "b", "*.x")) {
      long subscribed = broker.calls.stream().filter(("+" + channel)::equals).count();
      long unsubscribed = broker.calls.stream().filter(("-" + channel)::equals).count();
      assertThat(unsubscribed).as(channel).isLessThanOrEqualTo(subscribed);
    }
  }

  private <T> T here(Callable<T> task) {
    return Rig.onLoop(shard, task);
  }

  private void here(Runnable task) {
    here(
        () -> {
          task.run();
          return true;
        });
  }

  private Lease lease(ResumeFrom start, String... channels) {
    return entrance.lease(shard, Rig.subscriptions(channels), start);
  }

  private Future<Lease> acquire(Lease lease) {
    return acquire(lease, Future::succeededFuture);
  }

  private Future<Lease> acquire(Lease lease, Supplier<Future<Void>> permission) {
    return here(() -> lease.acquire(ROOM, permission));
  }

  private Lease held(ResumeFrom start, String... channels) {
    Future<Lease> acquired = acquire(lease(start, channels));
    eventually(() -> assertThat(acquired.succeeded()).isTrue());
    return acquired.result();
  }

  private LastingReader reader() {
    return new LastingReader(shard, "test", new LineFraming(), outlet, Rig.SETTINGS);
  }

  private void ended(Reader reader) {
    here(() -> reader.end(Ending.DONE));
  }

  private static void refused(Future<Lease> acquired, MillraceException.Code code) {
    eventually(
        () ->
            assertThat(acquired.cause())
                .isInstanceOfSatisfying(
                    MillraceException.class, e -> assertThat(e.code()).isEqualTo(code)));
  }

  private static void gone(Future<Lease> acquired) {
    refused(acquired, MillraceException.Code.UNAVAILABLE);
  }

  private static void failed(Future<Lease> acquired) {
    eventually(() -> assertThat(acquired.cause()).hasMessage(FAILS));
  }

  @Test
  void holdsWhatItsReaderThenGivesBack() {
    Lease lease = held(ResumeFrom.NOW, "a", "b");
    assertThat(lease.isHeld()).isTrue();
    assertThat(log.subscriptionCount()).isEqualTo(2);
    assertThat(broker.calls).containsExactly("+a", "+b");
    assertThat(log.readers().taken()).isGreaterThan(ROOM);
    LastingReader reader = reader();
    here(() -> lease.begin(reader));
    assertThat(outlet.story()).containsExactly("welcome");
    assertThat(log.readers().taken()).as("without the room for it").isBetween(1L, ROOM);
    lease.close();
    assertThat(log.subscriptionCount()).as("the reader has it").isEqualTo(2);
    ended(reader);
    lease.close();
  }

  @Test
  void oneReaderTakesItAndNoOther() {
    Lease lease = held(ResumeFrom.NOW, "a");
    LastingReader first = reader();
    LastingReader second = reader();
    here(
        () -> {
          lease.begin(first);
          lease.begin(second);
          lease.add(second, "1", true);
        });
    assertThat(shards.readerCount()).isEqualTo(1);
    assertThat(lease.isHeld()).isFalse();
    ended(first);
  }

  @Test
  void whereThereIsNoRoomNobodyIsAsked() {
    options.setReaderBytes(1);
    List<String> asked = new ArrayList<>();
    refused(
        here(
            () ->
                lease(ResumeFrom.NOW, "a")
                    .acquire(
                        2 << 20,
                        () -> {
                          asked.add("permission");
                          return Future.succeededFuture();
                        })),
        MillraceException.Code.UNAVAILABLE);
    assertThat(asked).isEmpty();
    assertThat(broker.calls).isEmpty();
  }

  @Test
  void withoutPermissionTheBrokerIsNotAsked() {
    failed(acquire(lease(ResumeFrom.NOW, "a"), () -> Future.failedFuture(FAILS)));
    failed(
        acquire(
            lease(ResumeFrom.NOW, "a"),
            () -> {
              throw new IllegalStateException(FAILS);
            }));
    assertThat(broker.calls).isEmpty();
  }

  @Test
  void aBrokerThatFailsLeavesNothing() {
    broker.confirming = pattern -> Future.failedFuture(FAILS);
    failed(acquire(lease(ResumeFrom.NOW, "a", "b")));
  }

  @Test
  void aSurveyThatFailsLeavesNothing() {
    Vertx other = Vertx.vertx();
    ContextInternal over = ((VertxInternal) other).createEventLoopContext();
    other.close().await();
    entrance = new Entrance(brokerSubscriptions, new Surveys(log, over));
    Future<Lease> acquired = acquire(lease(Rig.last(1), "*.x"));
    eventually(() -> assertThat(acquired.failed()).isTrue());
    assertThat(broker.calls).containsExactly("+*.x", "-*.x");
  }

  @Test
  void whatTheLogRefusesLeavesNothing() {
    for (int i = 0; i < 101; i++) {
      log.append(i + ".x", Message.json(i));
    }
    refused(acquire(lease(Rig.last(1), "*.x")), MillraceException.Code.BAD_REQUEST);
  }

  @Test
  void ifItIsClosedBeforeItIsPermittedTheBrokerIsNotAsked() {
    Promise<Void> permission = Promise.promise();
    Lease lease = lease(ResumeFrom.NOW, "a");
    Future<Lease> acquired = acquire(lease, permission::future);
    lease.close();
    lease.close();
    assertThat(acquired.isComplete()).isFalse();
    assertThat(log.readers().taken()).as("what is still waited for").isEqualTo(ROOM);
    permission.complete();
    gone(acquired);
    assertThat(broker.calls).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ifItIsClosedBeforeTheBrokerConfirmsItIsGivenBackThen(boolean onLoop) {
    Promise<Void> confirmation = Promise.promise();
    broker.confirming = pattern -> confirmation.future();
    Lease lease = lease(ResumeFrom.NOW, "a", "b");
    Future<Lease> acquired = acquire(lease);
    if (onLoop) {
      here(lease::close);
    } else {
      lease.close();
    }
    assertThat(acquired.isComplete()).isFalse();
    confirmation.complete();
    gone(acquired);
    eventually(() -> assertThat(broker.calls).containsExactlyInAnyOrder("+a", "+b", "-a", "-b"));
  }

  @Test
  void ifItIsClosedBeforeTheSurveyIsOverItIsGivenBackThen() {
    Lease lease = lease(Rig.last(1), "*.x");
    Future<Lease> acquired =
        here(
            () -> {
              Future<Lease> surveyed = lease.acquire(ROOM, Future::succeededFuture);
              lease.close();
              assertThat(surveyed.isComplete()).isFalse();
              return surveyed;
            });
    gone(acquired);
  }

  /** Where many ask for much, whoever leaves does not wait until all before it have begun. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ifItIsClosedWhileItWaitsForItsTurnItDoesNotWaitForIt(boolean onLoop) {
    List<String> order = new CopyOnWriteArrayList<>();
    here(
        () -> {
          shard.loop().hasRead(1 << 20);
          for (int i = 0; i < 30; i++) {
            lease(Rig.last(1000), "a")
                .acquire(ROOM, Future::succeededFuture)
                .onSuccess(Lease::close)
                .onSuccess(begins -> order.add("begins"));
          }
          Lease lease = lease(Rig.last(1000), "a");
          lease.acquire(ROOM, Future::succeededFuture).onFailure(gone -> order.add("gone"));
          assertThat(order).isEmpty();
          if (onLoop) {
            lease.close();
          } else {
            Thread other = new Thread(lease::close);
            other.start();
            other.join();
          }
          return true;
        });
    eventually(() -> assertThat(order).hasSize(31));
    assertThat(order.indexOf("gone")).isBetween(0, 15);
  }

  @Test
  void ifItIsClosedThoughItIsHeldItIsGivenBackOnceWhoeverCloses() throws Exception {
    LastingReader other = reader();
    here(() -> held("a").begin(other));
    Lease lease = held(ResumeFrom.NOW, "a", "b");
    List<Thread> closers = new ArrayList<>();
    CyclicBarrier together = new CyclicBarrier(4);
    for (int i = 0; i < 4; i++) {
      closers.add(
          new Thread(
              () -> {
                meet(together);
                lease.close();
              }));
    }
    closers.forEach(Thread::start);
    for (Thread closer : closers) {
      closer.join();
    }
    assertThat(lease.isHeld()).isFalse();
    here(() -> lease.begin(reader()));
    assertThat(shards.readerCount()).isEqualTo(1);
    assertThat(log.subscriptionCount()).as("the other's").isEqualTo(1);
    assertThat(brokerSubscriptions.size()).as("the other's").isEqualTo(1);
    ended(other);
  }

  /** Called on the event loop. */
  private Lease held(String channel) {
    return lease(ResumeFrom.NOW, channel).acquire(ROOM, Future::succeededFuture).result();
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whetherItIsClosedBeforeOrAfterItIsAcquiredDoesNotMatter() {
    for (int i = 0; i < 200; i++) {
      Promise<Void> confirmation = Promise.promise();
      broker.confirming = pattern -> confirmation.future();
      Lease lease = lease(ResumeFrom.NOW, "a");
      Future<Lease> acquired = acquire(lease);
      CyclicBarrier together = new CyclicBarrier(2);
      Thread closer =
          new Thread(
              () -> {
                meet(together);
                lease.close();
              });
      closer.start();
      meet(together);
      confirmation.complete();
      eventually(() -> assertThat(acquired.isComplete()).isTrue());
      here(() -> lease.begin(reader()));
      eventually(() -> assertThat(closer.isAlive()).isFalse());
      shards.compute(
          all -> {
            all.end(reader -> Optional.of(Ending.DONE));
            return all;
          });
      nothingIsHeld();
    }
  }

  @Test
  void itIsNotCurrentOnceAnotherLogHasBegun() {
    Lease lease = held(ResumeFrom.NOW, "a");
    assertThat(lease.isCurrent()).isTrue();
    log.renew("another");
    assertThat(lease.isCurrent()).isFalse();
    lease.close();
  }

  @Test
  void aReaderThatEndsBeforeItBeginsGivesItBack() {
    outlet.closedAlready = true;
    Lease lease = held(ResumeFrom.NOW, "a");
    LastingReader reader = reader();
    here(() -> lease.begin(reader));
    assertThat(reader.isEnded()).isTrue();
    assertThat(outlet.writes).isEmpty();
  }

  @Test
  void aReaderWhoseOutletThrowsGivesItBack() {
    outlet.onWrite =
        written -> {
          throw new IllegalStateException(FAILS);
        };
    Lease lease = held(ResumeFrom.NOW, "a");
    LastingReader reader = reader();
    here(() -> lease.begin(reader));
    assertThat(reader.isEnded()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsAddedToAReaderThatHasEndedIsGivenBack(boolean first) {
    LastingReader reader = reader();
    here(() -> lease(ResumeFrom.NOW).acquire(ROOM, Future::succeededFuture).result().begin(reader));
    Lease added = held(ResumeFrom.NOW, "b");
    ended(reader);
    here(() -> added.add(reader, "1", first));
    assertThat(added.isHeld()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsAddedToAReaderIsTheReaders(boolean first) {
    LastingReader reader = reader();
    String initial = first ? "" : "a";
    here(
        () -> {
          List<ReaderSubscription> wanted =
              first ? Rig.subscriptions() : Rig.subscriptions(initial);
          Lease lease = entrance.lease(shard, wanted, ResumeFrom.NOW);
          lease.acquire(ROOM, Future::succeededFuture).result().begin(reader);
        });
    Lease added = held(ResumeFrom.NOW, "b");
    here(() -> added.add(reader, "1", first));
    eventually(() -> assertThat(outlet.story()).containsExactly("welcome", "ok"));
    assertThat(log.readers().taken()).as("without the room for it").isLessThan(ROOM);
    ended(reader);
  }

  @Test
  void aReaderThatEndsWhileItReplaysWhatIsAddedGivesItBack() {
    log.append("b", Message.json(1));
    LastingReader reader = reader();
    here(() -> held("a").begin(reader));
    outlet.writable = false;
    Lease added = held(Rig.last(1), "b");
    here(() -> added.add(reader, "1", false));
    assertThat(log.readers().taken()).as("with the room for the replay").isGreaterThan(ROOM);
    here(outlet::close);
    assertThat(outlet.frames("ok")).isEmpty();
    assertThat(outlet.writes).extracting(Buffer::toString).hasSize(1);
  }
}
