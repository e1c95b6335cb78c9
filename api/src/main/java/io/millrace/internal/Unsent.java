package io.millrace.internal;

import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.internal.PlatformDependent;
import io.vertx.core.Future;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * What an event loop was given to write and has not sent, because clients do not read. It lies in
 * direct memory. If that runs out, event loops sleep in its allocator and everybody waits. So it is
 * bounded: beyond the loop's share, the connections that have stood still for longest are ended.
 * What is sent at once is not counted, and costs nothing here. Owned by the event loop.
 */
public final class Unsent {

  /** A connection that may stand still. */
  @FunctionalInterface
  public interface Connection {

    /** Ends it at once, whatever is waiting to be written. */
    void abort();
  }

  /** Bytes that several connections may have been given. They are counted while one waits. */
  static final class Shared {
    private final int size;
    private int waiting;

    Shared(int size) {
      this.size = size;
    }
  }

  /** What waits for one connection. */
  private static final class Standing {
    private int writes;
    private long bytes;
  }

  /** What a write that waits takes besides its bytes: its place in Netty's queue, its futures. */
  static final int WRITE_COST = 256;

  private static final Logger LOG = System.getLogger(Unsent.class.getName());
  private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** What part of the direct memory may wait on all event loops together; it gets fragmented. */
  private static final int PART = 2;

  private static final AtomicInteger LOOPS = new AtomicInteger();

  private static final FastThreadLocal<Unsent> OF_LOOP =
      new FastThreadLocal<>() {
        @Override
        protected Unsent initialValue() {
          LOOPS.incrementAndGet();
          return new Unsent(() -> PlatformDependent.maxDirectMemory() / PART / LOOPS.get());
        }

        @Override
        protected void onRemoval(Unsent gone) {
          LOOPS.decrementAndGet();
        }
      };

  private final LongSupplier share;

  /** Those for which something waits; first who was given it, or took some of it, longest ago. */
  private final Map<Connection, Standing> standing = new LinkedHashMap<>();

  private long bytes;
  private int ended;
  private long nextLog = System.nanoTime();

  Unsent(LongSupplier share) {
    this.share = share;
  }

  /** Returns that of the event loop. */
  static Unsent here() {
    return OF_LOOP.get();
  }

  /**
   * Counts a write until it is complete. Called on the event loop, as its end is.
   *
   * @param write what may be complete already
   * @param length how many bytes it has
   * @param connection to which
   */
  public static void count(Future<Void> write, int length, Connection connection) {
    if (!write.isComplete()) {
      Unsent here = here();
      Shared own = new Shared(length);
      here.add(own, connection);
      write.onComplete(done -> here.remove(own, connection, done.succeeded()));
      here.relieve(connection);
    }
  }

  /** Counts a write, which is not complete, of bytes that others may be given as well. */
  void count(ChannelFuture write, Shared of, Connection connection) {
    add(of, connection);
    write.addListener(done -> remove(of, connection, done.isSuccess()));
    relieve(connection);
  }

  /** Returns how much waits. */
  long bytes() {
    return bytes;
  }

  private void add(Shared of, Connection connection) {
    if (of.waiting++ == 0) {
      bytes += of.size;
    }
    bytes += WRITE_COST;
    Standing still = standing.computeIfAbsent(connection, first -> new Standing());
    still.writes++;
    still.bytes += of.size + WRITE_COST;
  }

  private void remove(Shared of, Connection connection, boolean sent) {
    if (--of.waiting == 0) {
      bytes -= of.size;
    }
    bytes -= WRITE_COST;
    Standing still = standing.get(connection);
    if (still == null) {
      return; // It was ended here.
    }
    still.bytes -= of.size + WRITE_COST;
    if (--still.writes == 0) {
      standing.remove(connection);
    } else if (sent) {
      standing.remove(connection);
      standing.put(connection, still);
    }
  }

  /** Ends as many as must be, but not the one that is being written to. */
  private void relieve(Connection writing) {
    long over = bytes - share.getAsLong();
    if (over <= 0) {
      return;
    }
    List<Connection> longest = new ArrayList<>();
    for (Map.Entry<Connection, Standing> next : standing.entrySet()) {
      if (over <= 0) {
        break;
      }
      if (next.getKey() != writing) {
        longest.add(next.getKey());
        over -= next.getValue().bytes;
      }
    }
    longest.forEach(standing::remove);
    longest.forEach(Connection::abort);
    ended += longest.size();
    log();
  }

  private void log() {
    long now = System.nanoTime();
    if (ended > 0 && now - nextLog >= 0) {
      LOG.log(
          Logger.Level.WARNING,
          "Closed connections that do not read, {0} more of them, to keep direct memory free. If their clients are honest, raise -XX:MaxDirectMemorySize.",
          ended);
      ended = 0;
      nextLog = now + LOG_NANOS;
    }
  }
}
