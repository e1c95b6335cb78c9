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
 * The bytes that an event loop was given to write and has not sent, because clients do not read.
 * They are in direct memory. If that runs out, event loops sleep in its allocator, and all clients
 * wait. So these bytes are bounded: if they exceed the loop's share, the connections that have been
 * stalled the longest are ended. Bytes that are sent at once are not counted, and cost nothing
 * here. Owned by the event loop.
 */
public final class Unsent {

  /** A connection that may stall. */
  @FunctionalInterface
  public interface Connection {

    /** Ends the connection at once, even if something is waiting to be written. */
    void abort();
  }

  /** Bytes that several connections may share. They count once, while a write of them waits. */
  static final class Shared {
    private final int size;
    private int waiting;

    Shared(int size) {
      this.size = size;
    }
  }

  /** The bytes that wait for one connection. */
  private static final class Standing {
    private int writes;
    private long bytes;
  }

  /** The bytes that a waiting write takes in addition: its place in Netty's queue, its futures. */
  static final int WRITE_COST = 256;

  private static final Logger LOG = System.getLogger(Unsent.class.getName());
  private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** One part of so many of the direct memory may wait, over all event loops; memory fragments. */
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

  /**
   * The connections for which bytes wait, ordered by when they began to wait or last took some; the
   * longest ago first.
   */
  private final Map<Connection, Standing> standing = new LinkedHashMap<>();

  private long bytes;
  private int ended;
  private long nextLog = System.nanoTime();

  Unsent(LongSupplier share) {
    this.share = share;
  }

  /** Returns the object of this event loop. */
  static Unsent here() {
    return OF_LOOP.get();
  }

  /**
   * Counts a write until it is complete. Called on the event loop, which also completes the write.
   *
   * @param write the write, which may be complete already
   * @param length how many bytes it has
   * @param connection the connection that is written to
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

  /** Counts a write, which is not complete, of bytes that other connections may share. */
  void count(ChannelFuture write, Shared of, Connection connection) {
    add(of, connection);
    write.addListener(done -> remove(of, connection, done.isSuccess()));
    relieve(connection);
  }

  /** Returns how many bytes wait. */
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
      return; // The connection was ended here.
    }
    still.bytes -= of.size + WRITE_COST;
    if (--still.writes == 0) {
      standing.remove(connection);
    } else if (sent) {
      standing.remove(connection);
      standing.put(connection, still);
    }
  }

  /** Ends as many connections as necessary, except the one that is being written to. */
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
          "Closed {0} more connections that do not read, to keep direct memory free. If their clients are honest, raise -XX:MaxDirectMemorySize.",
          ended);
      ended = 0;
      nextLog = now + LOG_NANOS;
    }
  }
}
