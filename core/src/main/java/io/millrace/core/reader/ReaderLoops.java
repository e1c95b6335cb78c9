package io.millrace.core.reader;

import io.millrace.core.broker.BrokerSubscriptions;
import io.millrace.core.broker.Succession;
import io.millrace.core.log.Archive;
import io.millrace.core.log.Log;
import io.millrace.internal.HeapShares;
import io.millrace.spi.Ending;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** The event loops of a node on which it has ever had a reader. Safe on any thread. */
public final class ReaderLoops implements Succession.Followers {

  /** Enough for new messages; more would be useless even with a larger heap. */
  private static final long MOST_KEPT = 4 << 20;

  /** When the log is replaced, clients reconnect after a random part of this time. */
  private static final Duration COME_BACK_WITHIN = Duration.ofSeconds(3);

  private static final long FRAMES = HeapShares.here().frameBytes();

  private final VertxInternal vertx;
  private final Log log;
  private final Optional<Archive> archive;
  private final BrokerSubscriptions brokerSubscriptions;
  private final LongSupplier clock;
  private volatile boolean degraded;
  private final Map<Object, ReaderLoop> byEventLoop = new ConcurrentHashMap<>();

  /** Makes an object without event loops. */
  public ReaderLoops(
      VertxInternal vertx,
      Log log,
      Optional<Archive> archive,
      BrokerSubscriptions brokerSubscriptions,
      LongSupplier clock) {
    this.vertx = vertx;
    this.log = log;
    this.archive = archive;
    this.brokerSubscriptions = brokerSubscriptions;
    this.clock = clock;
  }

  /**
   * Returns the shard for another reader on an event loop.
   *
   * @param context a context on that event loop
   * @throws IllegalStateException if the context runs on workers or virtual threads
   */
  public Shard of(ContextInternal context) {
    return loop(context).next();
  }

  /**
   * Returns the part of the node that belongs to an event loop.
   *
   * @param context a context on that event loop
   * @throws IllegalStateException if the context runs on workers or virtual threads
   */
  public ReaderLoop loop(ContextInternal context) {
    if (!context.isEventLoopContext()) {
      throw new IllegalStateException(
          "Millrace serves clients on event loops: deploy the verticle that mounts its router with ThreadingModel.EVENT_LOOP.");
    }
    ReaderLoop known = byEventLoop.get(context.nettyEventLoop());
    if (known == null) {
      known = byEventLoop.computeIfAbsent(context.nettyEventLoop(), loop -> created(context));
      tellHealth(known); // It may have changed meanwhile.
    }
    return known;
  }

  private ReaderLoop created(ContextInternal context) {
    // A context of its own, whose timers do not end when a verticle is undeployed.
    ContextInternal own = vertx.contextBuilder().withEventLoop(context.nettyEventLoop()).build();
    return new ReaderLoop(
        log,
        own,
        clock,
        this::keptBytes,
        degraded,
        loop -> new Shard(log, archive, brokerSubscriptions, loop, clock));
  }

  /** On each event loop there are two parts: frames that are kept, and what readers share. */
  private long keptBytes() {
    return Math.min(MOST_KEPT, FRAMES / 2 / Math.max(1, byEventLoop.size()));
  }

  private void tellHealth(ReaderLoop loop) {
    loop.run(() -> loop.setDegraded(degraded));
  }

  /** Returns how a client leaves that should reconnect after a random part of a time. */
  public static Ending goingAway(Duration within) {
    return Ending.goingAway(
        Duration.ofMillis(ThreadLocalRandom.current().nextLong(within.toMillis() + 1)));
  }

  /**
   * Lets readers go, one after another. Completes when all are gone.
   *
   * @param reason why a reader goes, if it does; asked on its event loop when it is its turn
   * @param window how long that takes
   */
  public Future<Void> depart(Function<Reader, Optional<Ending>> reason, Duration window) {
    return compute(shard -> shard.depart(reason, window)).compose(Future::all).mapEmpty();
  }

  @Override
  public void setDegraded(boolean value) {
    degraded = value;
    byEventLoop.values().forEach(this::tellHealth);
  }

  /** Returns the shards of all event loops. */
  public List<Shard> all() {
    return byEventLoop.values().stream().flatMap(loop -> loop.all().stream()).toList();
  }

  /** Returns how many readers there are. */
  public int readerCount() {
    return all().stream().mapToInt(Shard::readerCount).sum();
  }

  /** Returns how many timers are scheduled. */
  public int timerCount() {
    return byEventLoop.values().stream().mapToInt(loop -> loop.wheel().size()).sum();
  }

  @Override
  public Future<Void> leaveLog() {
    return onEveryLoop(loop -> loop.leaveLog(goingAway(COME_BACK_WITHIN)));
  }

  @Override
  public Future<Void> enterLog() {
    return onEveryLoop(ReaderLoop::enterLog);
  }

  private Future<Void> onEveryLoop(Consumer<ReaderLoop> task) {
    List<Future<Boolean>> done = new ArrayList<>();
    for (ReaderLoop loop : byEventLoop.values()) {
      done.add(
          loop.compute(
              () -> {
                task.accept(loop);
                return true;
              }));
    }
    return Future.all(done).mapEmpty();
  }

  /** Computes something on every shard's event loop. */
  public <T> Future<List<T>> compute(Function<Shard, T> task) {
    List<Future<T>> results = new ArrayList<>();
    all().forEach(shard -> results.add(shard.compute(task)));
    return Future.all(results).map(all -> all.list());
  }
}
