package io.millrace.core.log;

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
 * Reads back from the broker's own log what this node's log no longer has. It reads blocks that all
 * readers share, with a few scans at a time; a reader that waits too long receives a gap notice
 * instead.
 */
public final class Archive implements ArchiveScan.Listener {

  private static final Logger LOG = System.getLogger(Archive.class.getName());

  private static final int MOST_SCANS = 2;

  /** How many bytes of recent blocks are kept for others. */
  private static final long MOST_BYTES = 16 << 20;

  /** How many blocks are kept, however small. */
  private static final int MOST_BLOCKS = 1024;

  /** If a scan is less than this many entries behind, it is waited for, and no new one begins. */
  private static final long NEAR = 16_384;

  /** How long a reader waits for a block. */
  private static final long PATIENCE_MILLIS = 30_000;

  private static final long TICK_MILLIS = 500;

  /** A reader that waits for what follows a sequence number. */
  private record Waiting(long after, long needed, long until, Promise<ArchiveBlock> block) {}

  private final BrokerLog backend;
  private final Log log;
  private final MillraceOptions options;
  private final ContextInternal context;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * The recent blocks by the place where they begin, least recently used first. Guarded by the
   * lock.
   */
  private final Map<Long, ArchiveBlock> blocks = new LinkedHashMap<>(16, 0.75f, true);

  private long bytes;

  /** Owned by the event loop, like everything below. */
  private final List<Waiting> waiting = new ArrayList<>();

  /** The scans, with the time when each last did something. */
  private final Map<ArchiveScan, Long> scans = new LinkedHashMap<>();

  private boolean ticking;
  private boolean troubled;

  /** Makes an archive that has read nothing. */
  public Archive(
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
   * Returns the block that contains what follows a sequence number. Safe on any thread.
   *
   * @param after the sequence number
   * @param needed how far the caller will read, in this block or the next ones
   * @return the block; fails if it cannot be read in time
   */
  public Future<ArchiveBlock> block(long after, long needed) {
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
            promise.fail(given()); // The log that came after has no such place.
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
        return; // Another log has taken its place, and this scan is about to be closed.
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

  /** Forgets everything, because another log has taken its place. */
  public void clear() {
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
        MillraceException.Code.UNAVAILABLE, "The missed messages could not be read back in time.");
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

  /** Continues scans, or begins them, for the readers that wait. */
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
