package io.millrace.core;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The shards of a node, one for each event loop on which it has ever had a reader. Safe on any
 * thread.
 */
final class Shards {

  private final VertxInternal vertx;
  private final Log log;
  private final Optional<Archive> archive;
  private final Interests interests;
  private final LongSupplier clock;
  private volatile boolean degraded;
  private final Map<Object, Shard> byEventLoop = new ConcurrentHashMap<>();

  Shards(
      VertxInternal vertx,
      Log log,
      Optional<Archive> archive,
      Interests interests,
      LongSupplier clock) {
    this.vertx = vertx;
    this.log = log;
    this.archive = archive;
    this.interests = interests;
    this.clock = clock;
  }

  /**
   * Returns the shard of an event loop.
   *
   * @param context a context on that event loop
   * @throws IllegalStateException if the context runs on workers or virtual threads
   */
  Shard of(ContextInternal context) {
    if (!context.isEventLoopContext()) {
      throw new IllegalStateException(
          "Millrace serves clients on event loops: deploy the verticle that mounts its router with ThreadingModel.EVENT_LOOP.");
    }
    return byEventLoop.computeIfAbsent(context.nettyEventLoop(), eventLoop -> created(context));
  }

  private Shard created(ContextInternal context) {
    // A context of its own, whose timers do not end when a verticle is undeployed.
    ContextInternal own = vertx.contextBuilder().withEventLoop(context.nettyEventLoop()).build();
    Shard shard = new Shard(log, archive, interests, own, clock);
    shard.run(() -> shard.setDegraded(degraded));
    return shard;
  }

  /** Tells every shard, also those that are yet to come, whether the broker is out of reach. */
  void setDegraded(boolean value) {
    degraded = value;
    all().forEach(shard -> shard.run(() -> shard.setDegraded(degraded)));
  }

  Collection<Shard> all() {
    return byEventLoop.values();
  }

  /** Computes something on every shard's event loop. */
  <T> Future<List<T>> compute(Function<Shard, T> task) {
    List<Future<T>> results = new ArrayList<>();
    all().forEach(shard -> results.add(shard.compute(task)));
    return Future.all(results).map(all -> all.list());
  }
}
