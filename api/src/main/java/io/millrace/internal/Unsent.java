package io.millrace.internal;

import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.internal.PlatformDependent;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What an event loop was given to write and has not sent, because clients do not read, in one kind
 * of memory. What is on its way to a socket lies in direct memory; if that runs out, event loops
 * sleep in its allocator and everybody waits. What Vert.x holds back, as it does over HTTP/2 until
 * the client has a window for it, lies in the heap; so do the objects of each write. Both are
 * bounded: beyond the loop's share, the connections that have stood still for longest are ended. So
 * are some of them if memory is scarce for another reason, for example because what few of them
 * have keeps much from being used again. What is sent at once is not counted, and costs nothing
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

    /** Since when it has taken nothing, as {@link System#nanoTime}. */
    private long since;
  }

  /** That of an event loop. */
  private static final class OfLoop extends FastThreadLocal<Unsent> {
    private final AtomicInteger loops = new AtomicInteger();
    private final long all;
    private final BooleanSupplier scarce;
    private final String advice;

    OfLoop(long all, BooleanSupplier scarce, String advice) {
      this.all = all;
      this.scarce = scarce;
      this.advice = advice;
    }

    @Override
    protected Unsent initialValue() {
      loops.incrementAndGet();
      return new Unsent(() -> all / loops.get(), scarce, System::nanoTime, advice);
    }

    @Override
    protected void onRemoval(Unsent gone) {
      loops.decrementAndGet();
    }
  }

  /** What a write that waits takes besides its bytes: its place in Netty's queue, its futures. */
  static final int WRITE_COST = 256;

  /** How many writes may wait for a connection before more is joined: they are dear if small. */
  public static final int MOST_WRITES = 32;

  /** What an answer that waits takes besides its bytes: its request, its response, its stream. */
  static final int ANSWER_COST = 8 << 10;

  private static final Logger LOG = System.getLogger(Unsent.class.getName());
  private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** Netty's allocators pool no more than this, and give what they pool a power of two. */
  private static final int MOST_POOLED = 1 << 20;

  /** What may wait, over all event loops; the rest is for what does not wait. */
  private static final long MOST_DIRECT = PlatformDependent.maxDirectMemory() / 2;

  /** If more than this is in use, for whatever, it is scarce. */
  private static final long SCARCE_DIRECT = PlatformDependent.maxDirectMemory() / 4 * 3;

  /** Who has stood still for as long is ended when memory is scarce. */
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How many are ended in one go when memory is scarce: it may not become less at once. */
  private static final int MOST_ENDED = 16;

  private static final OfLoop DIRECT =
      new OfLoop(
          MOST_DIRECT,
          () -> PlatformDependent.usedDirectMemory() > SCARCE_DIRECT,
          "direct memory free. If their clients are honest, raise -XX:MaxDirectMemorySize.");

  private static final OfLoop HEAP =
      new OfLoop(
          HeapShares.here().unsentBytes(),
          () -> false,
          "the heap free. If their clients are honest, raise -Xmx.");

  private final LongSupplier share;
  private final BooleanSupplier scarce;
  private final LongSupplier clock;
  private final String advice;

  /**
   * The connections for which bytes wait, ordered by when they began to wait or last took some; the
   * longest ago first.
   */
  private final Map<Connection, Standing> standing = new LinkedHashMap<>();

  private long bytes;

  private int ended;
  private long nextLog = System.nanoTime();

  /** What was written last, which may be written to others as well, and what counts it. */
  private @Nullable Buffer last;

  private Shared ofLast = new Shared(0);
  private final Shared nothing = new Shared(0);

  /**
   * Nothing waits.
   *
   * @param share how many bytes may wait
   * @param scarce whether memory is scarce, although no more waits
   * @param clock in nanoseconds
   * @param advice what to do if it happens to honest clients
   */
  Unsent(LongSupplier share, BooleanSupplier scarce, LongSupplier clock, String advice) {
    this.share = share;
    this.scarce = scarce;
    this.clock = clock;
    this.advice = advice;
  }

  /** Returns that of the event loop in direct memory. */
  static Unsent direct() {
    return DIRECT.get();
  }

  /** Returns that of the event loop in the heap. */
  static Unsent heap() {
    return HEAP.get();
  }

  /**
   * Writes to a response, and counts that until the client has taken it. Called on the event loop.
   *
   * @param request whose response it is
   * @param content must not be changed any more
   * @param connection to which
   * @return completes when it was sent
   */
  public static Future<Void> write(
      HttpServerRequest request, Buffer content, Connection connection) {
    boolean taken = ChunkedBody.mayBeTaken(request);
    boolean held = ChunkedBody.mayBeHeld(request);
    Future<Void> write = request.response().write(content);
    count(write, content, taken, held, WRITE_COST, connection);
    return write;
  }

  /**
   * Ends a response, and counts the answer until the client has taken it. Called on the event loop.
   *
   * @param request whose response it is
   * @param content must not be changed any more; may be empty
   * @return completes when it was sent
   */
  public static Future<Void> answer(HttpServerRequest request, Buffer content) {
    boolean taken = ChunkedBody.mayBeTaken(request);
    boolean held = ChunkedBody.mayBeHeld(request);
    HttpServerResponse response = request.response();
    // Over HTTP/2 Vert.x does not say when a head alone was sent.
    boolean alone = content.length() == 0 && request.version() != HttpVersion.HTTP_2;
    Future<Void> answer = alone ? response.end() : response.end(content);
    count(answer, content, taken, held, ANSWER_COST, () -> ChunkedBody.abort(request));
    if (request.version() == HttpVersion.HTTP_2) {
      answer.onSuccess(sent -> OpenStreams.answered(request));
    }
    return answer;
  }

  /**
   * Counts a write until it is complete. Called on the event loop, which also completes the write.
   *
   * @param write what may be complete already
   * @param content what is written
   * @param held whether Vert.x held it back, since others wait
   * @param connection to which
   */
  public static void count(
      Future<Void> write, Buffer content, boolean held, Connection connection) {
    count(write, content, !held, held, WRITE_COST, connection);
  }

  private static void count(
      Future<Void> write,
      Buffer content,
      boolean taken,
      boolean held,
      int cost,
      Connection connection) {
    if (write.isComplete()) {
      return;
    }
    // Netty copies what it takes, for each connection.
    Shared moved = taken ? new Shared(copied(content.length())) : direct().nothing;
    Shared kept = held ? heap().shared(content) : heap().nothing;
    Consumer<Boolean> over = add(moved, kept, cost, connection);
    write.onComplete(done -> over.accept(done.succeeded()));
    relieveBoth(connection);
  }

  /** Returns what Netty's allocator takes for so many bytes. */
  private static int copied(int length) {
    return length < 2 || length > MOST_POOLED ? length : Integer.highestOneBit(length - 1) << 1;
  }

  /**
   * Adds a write to both. What is returned takes it off again, and is given whether it was sent.
   */
  private static Consumer<Boolean> add(Shared moved, Shared kept, int cost, Connection connection) {
    Unsent direct = direct();
    Unsent heap = heap();
    direct.add(moved, 0, connection);
    heap.add(kept, cost, connection);
    return sent -> {
      direct.remove(moved, 0, connection, sent);
      heap.remove(kept, cost, connection, sent);
    };
  }

  private static void relieveBoth(Connection writing) {
    direct().relieve(writing);
    heap().relieve(writing);
  }

  private Shared shared(Buffer content) {
    if (content != last) {
      last = content;
      ofLast = new Shared(content.length());
    }
    return ofLast;
  }

  /**
   * Counts a write past Vert.x, which is not complete, of bytes in direct memory that others may be
   * given as well.
   */
  static void count(ChannelFuture write, Shared of, Connection connection) {
    Consumer<Boolean> over = add(of, heap().nothing, WRITE_COST, connection);
    write.addListener(done -> over.accept(done.isSuccess()));
    relieveBoth(connection);
  }

  /** Returns how many bytes wait. */
  long bytes() {
    return bytes;
  }

  void add(Shared of, int cost, Connection connection) {
    if (of.waiting++ == 0) {
      bytes += of.size;
    }
    bytes += cost;
    Standing still = standing.computeIfAbsent(connection, first -> new Standing());
    if (still.writes++ == 0) {
      still.since = clock.getAsLong();
    }
    still.bytes += of.size + cost;
  }

  void remove(Shared of, int cost, Connection connection, boolean sent) {
    if (--of.waiting == 0) {
      bytes -= of.size;
      if (of == ofLast) {
        last = null; // It is not needed again.
      }
    }
    bytes -= cost;
    Standing still = standing.get(connection);
    if (still == null) {
      return; // The connection was ended here.
    }
    still.bytes -= of.size + cost;
    if (--still.writes == 0) {
      standing.remove(connection);
    } else if (sent) {
      standing.remove(connection);
      standing.put(connection, still);
      still.since = clock.getAsLong();
    }
  }

  /** Ends as many as must be, but not the one that is being written to. */
  void relieve(Connection writing) {
    long over = bytes - share.getAsLong();
    if (over > 0) {
      endLongest(over, writing);
    } else {
      for (int i = 0; i < MOST_ENDED && scarce.getAsBoolean() && endStanding(writing); i++) {
        ended++;
      }
    }
    log();
  }

  /** Ends those that have so many bytes together. */
  private void endLongest(long bytes, Connection writing) {
    long over = bytes;
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
  }

  /** Ends the one that has stood still for longest, if that is long. */
  private boolean endStanding(Connection writing) {
    for (Map.Entry<Connection, Standing> next : standing.entrySet()) {
      Connection connection = next.getKey();
      if (connection != writing) {
        if (clock.getAsLong() - next.getValue().since < PATIENCE_NANOS) {
          return false;
        }
        standing.remove(connection);
        connection.abort();
        return true;
      }
    }
    return false;
  }

  private void log() {
    long now = System.nanoTime();
    if (ended > 0 && now - nextLog >= 0) {
      LOG.log(
          Logger.Level.WARNING,
          "Closed connections that do not read, {0} more of them, to keep {1}",
          ended,
          advice);
      ended = 0;
      nextLog = now + LOG_NANOS;
    }
  }
}
