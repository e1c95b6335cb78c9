package io.millrace.core.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.Priority;
import io.millrace.core.broker.BrokerSubscriptions;
import io.millrace.core.log.Archive;
import io.millrace.core.log.EventFilter;
import io.millrace.core.log.Log;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.StartPosition;
import io.millrace.core.testing.EchoBroker;
import io.millrace.core.testing.LineFraming;
import io.millrace.core.testing.RecordedLog;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Ending;
import io.millrace.spi.Framing;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

/**
 * A log and its shards on real event loops, without a node around them. After the test, nothing may
 * remain of its readers.
 */
public final class Rig {

  static final LastingSettings SETTINGS =
      new LastingSettings(
          Duration.ofSeconds(15),
          Duration.ofMinutes(2),
          Duration.ofSeconds(3),
          0,
          Duration.ZERO,
          0,
          channel -> false,
          Duration.ZERO,
          JsonObject::new);

  /** The fake time, in milliseconds. */
  public final AtomicLong time = new AtomicLong(1_000_000);

  final MillraceOptions options;
  public final Log log;
  public final Optional<Archive> archive;
  public final ReaderLoops shards;
  public final Shard shard;
  final Framing framing = new LineFraming();
  private final VertxInternal vertx;

  public Rig(TestVertx vertx, MillraceOptions options) {
    this(vertx, options, Optional.empty());
  }

  /** A rig whose broker may have a log of its own. */
  public Rig(TestVertx vertx, MillraceOptions options, Optional<RecordedLog> backend) {
    this(vertx, options, backend, new AtomicLong()::incrementAndGet);
  }

  /** A rig with microseconds of its own, by which a log may number its places. */
  Rig(
      TestVertx vertx,
      MillraceOptions options,
      Optional<RecordedLog> backend,
      LongSupplier micros) {
    LongSupplier clock = time::get;
    this.vertx = (VertxInternal) vertx.get();
    // Its time stands still, and most tests do not wait.
    this.options = options.setLongPollGather(Duration.ZERO);
    this.log = new Log(options, backend.isPresent(), clock, micros);
    BrokerSubscriptions brokerSubscriptions =
        new BrokerSubscriptions(
            new EchoBroker("none"), log, this.vertx.createEventLoopContext(), options);
    this.archive =
        backend.map(
            it -> new Archive(it, log, options, this.vertx.createEventLoopContext(), clock));
    this.shards = new ReaderLoops(this.vertx, log, archive, brokerSubscriptions, clock);
    this.shard = anotherShard();
    vertx.closing(this::nothingRemains);
  }

  Shard anotherShard() {
    return shards.of(vertx.createEventLoopContext());
  }

  public static List<ReaderSubscription> subscriptions(String... patterns) {
    List<ReaderSubscription> subscriptions = new ArrayList<>();
    for (String pattern : patterns) {
      subscriptions.add(subscription(pattern));
    }
    return subscriptions;
  }

  /** Reads {@code channel} or {@code channel:event}. */
  static ReaderSubscription subscription(String text) {
    String[] parts = text.split(":");
    return new ReaderSubscription(
        ChannelPattern.of(parts[0]),
        new EventFilter(Set.copyOf(Arrays.asList(parts).subList(1, parts.length))));
  }

  public ResumeFrom after(long seq) {
    return ResumeFrom.after(log.cursor(seq));
  }

  public static ResumeFrom last(int count) {
    return new ResumeFrom(Optional.empty(), count);
  }

  public LastingReader stream(TestOutlet outlet, ResumeFrom start, String... patterns) {
    return stream(shard, outlet, SETTINGS, start, patterns);
  }

  LastingReader stream(
      Shard on, TestOutlet outlet, LastingSettings settings, ResumeFrom start, String... patterns) {
    return onLoop(
        on,
        () -> {
          StartPosition beginning = log.attach(subscriptions(patterns), start);
          LastingReader reader = new LastingReader(on, "test", framing, outlet, settings);
          reader.begin(beginning);
          return reader;
        });
  }

  public BatchReader batch(TestOutlet outlet, Duration hold, ResumeFrom start, String... patterns) {
    return onLoop(() -> begin(outlet, hold, start, patterns));
  }

  /** As {@link #batch}; called on the event loop. */
  public BatchReader begin(TestOutlet outlet, Duration hold, ResumeFrom start, String... patterns) {
    StartPosition beginning = log.attach(subscriptions(patterns), start);
    BatchReader reader = new BatchReader(shard, "batch", framing, outlet, options, hold);
    reader.begin(beginning);
    return reader;
  }

  /** Adds subscriptions on a connection, as the command does. */
  public void subscribe(LastingReader reader, String id, ResumeFrom start, String... patterns) {
    onLoop(() -> reader.subscribeLater(id, log.attach(subscriptions(patterns), start), () -> {}));
  }

  void unsubscribe(LastingReader reader, String... patterns) {
    onLoop(
        () ->
            shard.release(
                reader.unsubscribe(Arrays.stream(patterns).map(ChannelPattern::of).toList())));
  }

  void append(String... channels) {
    for (String channel : channels) {
      append(channel, Priority.NORMAL, 10);
    }
  }

  void append(String channel, Priority priority, int size) {
    String[] parts = channel.split(":", -1);
    Message message = Message.json("x".repeat(size)).withPriority(priority);
    log.append(parts[0], parts.length > 1 ? message.withEvent(parts[1]) : message);
  }

  public void interrupt(String... patterns) {
    log.interrupt(Arrays.stream(patterns).map(ChannelPattern::of).toList());
  }

  <T> T onLoop(Callable<T> task) {
    return onLoop(shard, task);
  }

  public void onLoop(Runnable task) {
    onLoop(
        () -> {
          task.run();
          return true;
        });
  }

  /** Runs something on a shard's event loop and waits for it. */
  static <T> T onLoop(Shard shard, Callable<T> task) {
    return shard
        .compute(
            here -> {
              try {
                return Future.succeededFuture(task.call());
              } catch (Exception | AssertionError e) {
                return Future.<T>failedFuture(e);
              }
            })
        .compose(result -> result)
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  /** Waits until a condition holds. */
  public static void eventually(ThrowingRunnable assertion) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .untilAsserted(assertion);
  }

  /** Lets time pass, and waits until whatever is due by then has been fired. */
  public void pass(long millis) {
    CountDownLatch turned = new CountDownLatch(1);
    onLoop(() -> shard.wheel().schedule(new Wheel.Timer(turned::countDown), time.get() + millis));
    time.addAndGet(millis);
    await(turned);
    settle();
  }

  /** Waits until the event loop has nothing left to do for now. */
  public void settle() {
    for (int i = 0; i < 5; i++) {
      onLoop(() -> {});
    }
  }

  /** Makes the event loop do nothing else until the returned action is run. */
  Runnable stall() {
    CountDownLatch stalled = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    shard.run(
        () -> {
          stalled.countDown();
          await(released);
        });
    await(stalled);
    return released::countDown;
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody released the event loop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public int readers() {
    return shards.readerCount();
  }

  /** Ends all readers. */
  public void endAll() {
    shards.compute(
        each -> {
          each.end(reader -> Optional.of(Ending.DONE));
          return each;
        });
  }

  /** Waits for the last reader to leave, and asserts that it left nothing. */
  public void nothingRemains() {
    eventually(() -> assertThat(readers()).isZero());
    // It is uncounted before it has given everything back, in the same task.
    settle();
    assertThat(timers()).isZero();
    assertThat(log.subscriptionCount()).isZero();
    assertThat(log.readers().taken()).isZero();
  }

  int timers() {
    return shards.timerCount();
  }
}
