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
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What an event loop was given to write and has not sent, because clients do not read, in one kind
 * of memory. What is on its way to a socket lies in direct memory; if that runs out, event loops
 * sleep in its allocator and everybody waits. What Vert.x holds back, as it does over HTTP/2 until
 * the client has a window for it, lies in the heap; so do the objects of each write. Both are
 * bounded: beyond the loop's share, the connections that have stood still for longest are ended.
 * What is sent at once is not counted, and costs nothing here. Owned by the event loop.
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

  /** That of an event loop. */
  private static final class OfLoop extends FastThreadLocal<Unsent> {
    private final AtomicInteger loops = new AtomicInteger();
    private final long all;
    private final String advice;

    OfLoop(long all, String advice) {
      this.all = all;
      this.advice = advice;
    }

    @Override
    protected Unsent initialValue() {
      loops.incrementAndGet();
      return new Unsent(() -> all / loops.get(), advice);
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

  /** One part of so many of the direct memory may wait, over all event loops; memory fragments. */
  private static final int PART = 2;

  private static final OfLoop DIRECT =
      new OfLoop(
          PlatformDependent.maxDirectMemory() / PART,
          "direct memory free. If their clients are honest, raise -XX:MaxDirectMemorySize.");

  private static final OfLoop HEAP =
      new OfLoop(
          HeapShares.here().unsentBytes(),
          "the heap free. If their clients are honest, raise -Xmx.");

  private final LongSupplier share;
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

  Unsent(LongSupplier share, String advice) {
    this.share = share;
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
    boolean held = isHeld(request);
    Future<Void> write = request.response().write(content);
    count(write, content, held, WRITE_COST, connection);
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
    boolean held = isHeld(request);
    HttpServerResponse response = request.response();
    // Over HTTP/2 Vert.x does not say when a head alone was sent.
    boolean alone = content.length() == 0 && request.version() != HttpVersion.HTTP_2;
    Future<Void> answer = alone ? response.end() : response.end(content);
    count(answer, content, held, ANSWER_COST, () -> ChunkedBody.abort(request));
    return answer;
  }

  /** Returns whether Vert.x holds back what it is given now. */
  private static boolean isHeld(HttpServerRequest request) {
    return request.version() == HttpVersion.HTTP_2 || request.response().writeQueueFull();
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
    count(write, content, held, WRITE_COST, connection);
  }

  private static void count(
      Future<Void> write, Buffer content, boolean held, int cost, Connection connection) {
    if (write.isComplete()) {
      return;
    }
    // Netty copies what is not held back, for each connection.
    Shared moved = held ? direct().nothing : new Shared(content.length());
    Shared kept = held ? heap().shared(content) : heap().nothing;
    Consumer<Boolean> over = add(moved, kept, cost, connection);
    write.onComplete(done -> over.accept(done.succeeded()));
    relieveBoth(connection);
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
    still.writes++;
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
    }
  }

  /** Ends as many as must be, but not the one that is being written to. */
  void relieve(Connection writing) {
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
          "Closed connections that do not read, {0} more of them, to keep {1}",
          ended,
          advice);
      ended = 0;
      nextLog = now + LOG_NANOS;
    }
  }
}
