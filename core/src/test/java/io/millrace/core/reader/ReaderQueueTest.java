package io.millrace.core.reader;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceOptions;
import io.millrace.Priority;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.StartPosition;
import io.millrace.core.log.Survey;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Ending;
import io.vertx.core.Future;
import io.vertx.core.net.NetServer;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many who ask at once for as much as they may. */
class ReaderQueueTest {

  private static final int READERS = 50;
  private static final int MESSAGES = 3 * ReaderQueue.NEAR;
  private static final int BYTES = 1000;

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final Rig rig = new Rig(vertx, new MillraceOptions());

  /** What happened on the event loop, in this order. */
  private final List<String> order = new CopyOnWriteArrayList<>();

  @BeforeEach
  void fill() {
    for (int i = 0; i < MESSAGES; i++) {
      rig.append("old", Priority.NORMAL, BYTES);
    }
  }

  private TestOutlet outlet(String name) {
    TestOutlet outlet = new TestOutlet();
    outlet.onWrite = written -> order.add(name);
    return outlet;
  }

  private void pollForMuch() {
    for (int i = 0; i < READERS; i++) {
      rig.begin(outlet("much"), Duration.ZERO, Rig.last(1000), "old");
    }
  }

  private void allAreAnswered() {
    eventually(() -> assertThat(order).filteredOn("much"::equals).hasSize(READERS));
  }

  @Test
  void whoAsksForMuchThatIsOldIsNotWaitedFor() {
    long before = rig.log.head();
    rig.append("new");
    rig.onLoop(
        () -> {
          pollForMuch();
          rig.begin(outlet("little"), Duration.ofSeconds(25), rig.after(before), "new");
        });
    allAreAnswered();
    assertThat(order.indexOf("little")).isBetween(0, 5);
  }

  @Test
  void whatArrivesMeanwhileIsNotLeftWaiting() throws IOException {
    somethingArrivesAfter(this::pollForMuch);
  }

  @Test
  void whereManyBeginThatAskForMuchIsFoundOutInTurn() throws IOException {
    somethingArrivesAfter(this::attachForMuch);
  }

  /** So much has been read that whoever asks for much waits. Called on the event loop. */
  private void useUpTheTurn() {
    rig.shard.loop().hasRead(1 << 20);
  }

  private Survey survey() {
    Survey survey = rig.log.enter(Rig.subscriptions("old"), List.of(0L), Rig.last(1000));
    rig.log.detach(survey.positions);
    return survey;
  }

  private void attachForMuch() {
    for (int i = 0; i < READERS; i++) {
      Survey survey = rig.log.enter(Rig.subscriptions("old"), List.of(0L), Rig.last(1000));
      rig.shard
          .loop()
          .inTurn(survey, whenLeft -> {})
          .onSuccess(
              begins -> {
                rig.log.start(survey);
                rig.log.detach(survey.positions);
                order.add("much");
              });
    }
  }

  /** Keeps the event loop busy until it has much to do and something has arrived. */
  private void somethingArrivesAfter(Runnable much) throws IOException {
    NetServer server =
        vertx
            .get()
            .createNetServer()
            .connectHandler(socket -> socket.handler(bytes -> order.add("arrived")));
    Rig.onLoop(rig.shard, () -> server.listen(0, "localhost"));
    eventually(() -> assertThat(server.actualPort()).isPositive());
    try (Socket socket = new Socket("localhost", server.actualPort())) {
      socket.getOutputStream().write(1);
      eventually(() -> assertThat(order).containsExactly("arrived"));
      order.clear();
      Runnable release = rig.stall();
      rig.shard.run(much);
      socket.getOutputStream().write(1);
      release.run();
      allAreAnswered();
      eventually(() -> assertThat(order).contains("arrived"));
      assertThat(order.indexOf("arrived")).isBetween(0, 10);
    }
  }

  /** Streams, too, of which each is given much in several turns. */
  @Test
  void streamsThatReplayMuchTakeTurnsWithThoseThatAreNear() {
    long before = rig.log.head();
    rig.append("new");
    rig.onLoop(
        () -> {
          for (int i = 0; i < READERS; i++) {
            StartPosition beginning = rig.log.attach(Rig.subscriptions("old"), Rig.last(1000));
            new LastingReader(rig.shard, "test", rig.framing, outlet("much"), Rig.SETTINGS)
                .begin(beginning);
          }
          order.clear();
          rig.begin(outlet("little"), Duration.ofSeconds(25), rig.after(before), "new");
        });
    eventually(() -> assertThat(order).contains("little"));
    assertThat(order.indexOf("little")).isBetween(0, 30);
    rig.onLoop(() -> rig.shard.end(reader -> Optional.of(Ending.DONE)));
  }

  @Test
  void whoLeavesWhileOthersAreReadForIsHeldNoLonger() {
    rig.onLoop(
        () -> {
          useUpTheTurn();
          List<TestOutlet> outlets = new ArrayList<>();
          for (int i = 0; i < READERS; i++) {
            outlets.add(outlet("much"));
            rig.begin(outlets.get(i), Duration.ZERO, Rig.last(1000), "old");
          }
          assertThat(rig.shard.hasQueued()).isTrue();
          outlets.forEach(TestOutlet::close);
          assertThat(rig.shard.hasQueued()).isFalse();
        });
    assertThat(order).isEmpty();
  }

  @Test
  void whoLeavesBeforeItIsItsTurnToBeginWaitsNoLonger() {
    rig.onLoop(
        () -> {
          useUpTheTurn();
          AtomicReference<Runnable> leave = new AtomicReference<>(() -> {});
          Future<Survey> begins = rig.shard.loop().inTurn(survey(), leave::set);
          assertThat(begins.isComplete()).isFalse();
          leave.get().run();
          assertThat(begins.isComplete()).isTrue();
          // One that has left already.
          assertThat(rig.shard.loop().inTurn(survey(), Runnable::run).isComplete()).isTrue();
        });
  }

  /** What it asks for may be known on another thread, for example the broker's. */
  @Test
  void itsTurnComesOnItsEventLoopWhereverItIsAskedFor() {
    Runnable release = rig.stall();
    Future<Survey> begins = rig.shard.loop().inTurn(survey(), whenLeft -> {});
    assertThat(begins.isComplete()).isFalse();
    release.run();
    eventually(() -> assertThat(begins.isComplete()).isTrue());
  }

  @Test
  void whoWaitsToBeginIsLetGoWhileTheLogIsReplaced() {
    rig.onLoop(this::useUpTheTurn);
    Future<Survey> begins = rig.onLoop(() -> rig.shard.loop().inTurn(survey(), whenLeft -> {}));
    rig.onLoop(() -> rig.shard.loop().leaveLog(Ending.DONE));
    eventually(() -> assertThat(begins.isComplete()).isTrue());
  }

  /** Whoever is put off reads again: what the first reading has changed must not be lost by it. */
  @Test
  void whoIsPutOffIsToldOfALossAllTheSame() {
    TestOutlet outlet = new TestOutlet();
    rig.stream(outlet, ResumeFrom.NOW, "a");
    rig.onLoop(() -> outlet.writable = false);
    rig.append("a");
    rig.interrupt("a");
    for (int i = 0; i < 100; i++) {
      rig.append("a", Priority.NORMAL, BYTES);
    }
    rig.onLoop(outlet::drain);
    eventually(() -> assertThat(outlet.frames("message")).hasSize(101));
    rig.onLoop(outlet::close);
    assertThat(outlet.frames("gap")).hasSize(1);
  }

  @Test
  void whoIsPutOffIsToldOfWhatHasLeftTheLog() {
    Rig small = new Rig(vertx, new MillraceOptions().setRingBytes(1 << 20));
    TestOutlet outlet = new TestOutlet();
    small.stream(outlet, ResumeFrom.NOW, "a");
    small.onLoop(() -> outlet.writable = false);
    int messages = ReaderQueue.NEAR - 10;
    for (int i = 0; i < messages; i++) {
      small.append("a", Priority.NORMAL, 4 * BYTES);
    }
    small.onLoop(outlet::drain);
    eventually(() -> assertThat(outlet.sequences()).endsWith((long) messages));
    small.onLoop(outlet::close);
    small.nothingRemains();
    assertThat(outlet.frames("gap")).hasSize(1);
    assertThat(outlet.sequences().get(0)).isGreaterThan(1);
  }
}
