package io.millrace.core;

import io.millrace.ChannelPattern;
import io.millrace.MillraceOptions;
import io.millrace.broker.memory.MemoryBroker;
import io.millrace.core.broker.BrokerSubscriptions;
import io.millrace.core.log.EventFilter;
import io.millrace.core.log.Log;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.reader.LastingReader;
import io.millrace.core.reader.LastingSettings;
import io.millrace.core.reader.ReaderLoops;
import io.millrace.core.reader.Shard;
import io.millrace.spi.Ending;
import io.millrace.spi.Outlet;
import io.millrace.transport.websocket.WebSocketFramings;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A shard's turn for 1,000 readers of one channel whose writes cost nothing: everything that the
 * engine does for a reader and turn, including appending and encoding.
 */
public class DrainBenchmark extends MicroBenchmark {

  private static final int READERS = 1000;

  /** Enough that it does not matter that the event loop is another thread. */
  private static final int TURNS = 100;

  private static final LastingSettings SETTINGS =
      new LastingSettings(
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ZERO,
          0,
          Duration.ZERO,
          0,
          pattern -> false,
          Duration.ZERO,
          JsonObject::new);

  /** How many messages are pending at each turn, to be written as one. */
  @Param({"1", "16"})
  public int pending;

  private final MillraceOptions options = new MillraceOptions();
  private final Log log = new Log(options, false, MicroBenchmark::millis);
  private final VertxInternal vertx = (VertxInternal) Vertx.vertx();
  private final Shard shard = shard();

  /** Owned by the event loop. */
  private int writes;

  private final class Counter implements Outlet {
    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void write(Buffer frames) {
      writes++;
    }

    @Override
    public void onDrain(Runnable handler) {}

    @Override
    public void onClose(Runnable handler) {}

    @Override
    public void end(Ending ending) {}
  }

  private Shard shard() {
    BrokerSubscriptions brokerSubscriptions =
        new BrokerSubscriptions(new MemoryBroker(), log, vertx.createEventLoopContext(), options);
    return new ReaderLoops(
            vertx, log, Optional.empty(), brokerSubscriptions, MicroBenchmark::millis)
        .of(vertx.createEventLoopContext());
  }

  /** Attaches the readers. */
  @Setup
  public void attach() {
    shard
        .compute(
            here -> {
              for (int i = 0; i < READERS; i++) {
                List<ReaderSubscription> subscriptions =
                    List.of(new ReaderSubscription(ChannelPattern.of("a"), EventFilter.ALL));
                new LastingReader(here, "none", WebSocketFramings.ENVELOPE, new Counter(), SETTINGS)
                    .begin(log.attach(subscriptions, ResumeFrom.NOW));
              }
              return here;
            })
        .await();
    turn(); // Completes whatever is left to do at the beginning.
  }

  /** Ends the event loops. */
  @TearDown
  public void close() {
    vertx.close().await();
  }

  /** Publishes and lets the shard have its turn, repeatedly. */
  @Benchmark
  @OperationsPerInvocation(READERS * TURNS)
  public void turn() {
    Promise<Integer> done = Promise.promise();
    shard.run(
        () -> {
          writes = 0;
          publish(TURNS, done);
        });
    check(done.future().await() == READERS * TURNS, "not one write for each reader and turn");
  }

  private void publish(int turns, Promise<Integer> done) {
    if (turns == 0) {
      done.complete(writes);
      return;
    }
    for (int i = 0; i < pending; i++) {
      log.append("a", MESSAGE);
    }
    // This runs after the shard's turn, for which the first message woke it.
    shard.run(() -> publish(turns - 1, done));
  }
}
