package io.millrace.core;

import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.spi.BrokerLog;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * What the broker's own log still has when this node's no longer does. It is read back in blocks
 * that all readers share, by a few scans at a time; whoever waits too long is told a gap instead.
 */
final class Archive implements ArchiveScan.Listener {

  private static final Logger LOG = System.getLogger(Archive.class.getName());

  private static final int MOST_SCANS = 2;

  /** How much of the blocks read lately is kept for others. */
  private static final long MOST_BYTES = 16 << 20;

  /** How many blocks, however small. */
  private static final int MOST_BLOCKS = 1024;

  /** A scan that is less behind than this is waited for, rather than begun anew. */
  private static final long NEAR = 16_384;

  /** How long a reader waits for a block. */
  private static final long PATIENCE_MILLIS = 30_000;

  private static final long TICK_MILLIS = 500;

  /** A reader that waits for what follows a sequence. */
  private record Waiting(long after, long needed, long until, Promise<ArchiveBlock> block) {}

  private final BrokerLog backend;
  private final Log log;
  private final MillraceOptions options;
  private final ContextInternal context;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();

  /** The blocks read lately by where they begin, those used longest ago first. Under the lock. */
  private final Map<Long, ArchiveBlock> blocks = new LinkedHashMap<>(16, 0.75f, true);

  private long bytes;

  /** Owned by the event loop, as all that follows. */
  private final List<Waiting> waiting = new ArrayList<>();

  /** With the time when each last did something. */
  private final Map<ArchiveScan, Long> scans = new LinkedHashMap<>();

  private boolean ticking;
  private boolean troubled;

  Archive(
      BrokerLog backend,
      Log log,
      MillraceOptions options,
      ContextInternal context,
      LongSupplier clock) {
    this.backend = backend;
    this.log = log;
    this.options = options;
    this.context = context;
    this.clock = clock;
  }

  /**
   * Returns the block in which what follows a sequence is. Safe on any thread.
   *
   * @param after the sequence
   * @param needed up to where the caller will read, in this block or the next ones
   * @return fails if it cannot be had in time
   */
  Future<ArchiveBlock> block(long after, long needed) {
    Optional<ArchiveBlock> kept = kept(after);
    if (kept.isPresent()) {
      return Future.succeededFuture(kept.get());
    }
    Promise<ArchiveBlock> promise = Promise.promise();
    long until = clock.getAsLong() + PATIENCE_MILLIS;
    Epoch asked = log.epoch();
    context.runOnContext(
        here -> {
          Optional<ArchiveBlock> meanwhile = kept(after);
          if (asked != log.epoch()) {
            promise.fail(given()); // There is no such place in the log that came after.
          } else if (meanwhile.isPresent()) {
            promise.complete(meanwhile.get());
          } else {
            waiting.add(new Waiting(after, needed, until, promise));
            serve();
          }
        });
    return promise.future();
  }

  private Optional<ArchiveBlock> kept(long after) {
    lock.lock();
    try {
      ArchiveBlock exact = blocks.get(after);
      if (exact != null) {
        return Optional.of(exact);
      }
      return blocks.values().stream().filter(block -> block.covers(after)).findFirst();
    } finally {
      lock.unlock();
    }
  }

  private void keep(ArchiveScan scan, ArchiveBlock block) {
    lock.lock();
    try {
      if (scan.epoch() != log.epoch()) {
        return; // The log became another one, and this scan is about to be closed.
      }
      ArchiveBlock replaced = blocks.put(block.after(), block);
      bytes += block.bytes() - (replaced == null ? 0 : replaced.bytes());
      var oldest = blocks.values().iterator();
      while (blocks.size() > 1 && (bytes > MOST_BYTES || blocks.size() > MOST_BLOCKS)) {
        bytes -= oldest.next().bytes();
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets everything: the log is another one. */
  void clear() {
    lock.lock();
    try {
      blocks.clear();
      bytes = 0;
    } finally {
      lock.unlock();
    }
    context.runOnContext(here -> stop());
  }

  private void stop() {
    List.copyOf(scans.keySet()).forEach(this::close);
    List<Waiting> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(reader -> reader.block().fail(given()));
  }

  private static MillraceException given() {
    return new MillraceException(
        MillraceException.Code.UNAVAILABLE, "What was missed could not be read back in time.");
  }

  @Override
  public void completed(ArchiveScan scan, ArchiveBlock block) {
    troubled = false;
    keep(scan, block);
    scans.replace(scan, clock.getAsLong());
    List<Waiting> served = waiting.stream().filter(it -> block.covers(it.after())).toList();
    waiting.removeAll(served);
    served.forEach(reader -> reader.block().complete(block));
    serve();
  }

  @Override
  public void failed(ArchiveScan scan, Throwable cause) {
    if (!troubled) {
      troubled = true;
      LOG.log(Logger.Level.WARNING, "Reading back from the broker failed; trying again", cause);
    }
    scans.remove(scan);
    tick();
  }

  /** Makes scans go on, or begins them, for those that wait. */
  private void serve() {
    List<Waiting> unserved = new ArrayList<>(waiting);
    unserved.sort(Comparator.comparingLong(Waiting::after));
    for (ArchiveScan scan : List.copyOf(scans.keySet())) {
      List<Waiting> mine = unserved.stream().filter(it -> isNear(scan, it)).toList();
      unserved.removeAll(mine);
      if (!mine.isEmpty() && !scan.isRunning()) {
        scan.goOn(mine.get(0).needed());
      }
    }
    if (!unserved.isEmpty()) {
      if (scans.size() >= MOST_SCANS) {
        scans.keySet().stream().filter(it -> !it.isRunning()).findFirst().ifPresent(this::close);
      }
      if (scans.size() < MOST_SCANS) {
        begin(unserved.get(0));
        serve();
        return;
      }
    }
    tick();
  }

  private static boolean isNear(ArchiveScan scan, Waiting reader) {
    long ahead = reader.after() - scan.after();
    return ahead >= 0 && ahead < NEAR;
  }

  private void begin(Waiting first) {
    ArchiveScan scan =
        new ArchiveScan(
            options, log.epoch(), first.after(), first.needed(), clock.getAsLong(), this);
    scans.put(scan, clock.getAsLong());
    scan.open(backend, context);
  }

  private void close(ArchiveScan scan) {
    scans.remove(scan);
    scan.close();
  }

  private void tick() {
    if (!ticking && !(waiting.isEmpty() && scans.isEmpty())) {
      ticking = true;
      context.setTimer(TICK_MILLIS, due -> ticked());
    }
  }

  private void ticked() {
    ticking = false;
    long now = clock.getAsLong();
    List<Waiting> late = waiting.stream().filter(reader -> reader.until() <= now).toList();
    waiting.removeAll(late);
    late.forEach(reader -> reader.block().fail(given()));
    for (ArchiveScan scan : List.copyOf(scans.keySet())) {
      boolean idle = !scan.isRunning() && now - scans.getOrDefault(scan, now) > 4 * TICK_MILLIS;
      boolean stuck = scan.isRunning() && now - scans.getOrDefault(scan, now) > PATIENCE_MILLIS;
      if (idle || stuck) {
        close(scan);
      }
    }
    serve();
  }
}
