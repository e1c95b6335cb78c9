package io.millrace.core.reader;

import io.millrace.core.log.Log;
import io.millrace.core.log.Survey;
import io.millrace.spi.Ending;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.lang.System.Logger;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One event loop's part of the node: several shards that take turns, and what they share. Each
 * looks for what is new when its turn comes, so the readers of one are given what was published
 * while those of the one before were written to. Called on the event loop, except for what never
 * changes and what is said to be safe on any thread.
 */
public final class ReaderLoop {

  private static final Logger LOG = System.getLogger(ReaderLoop.class.getName());

  /**
   * Into how many parts readers are divided. With one, a publisher that waits for the slowest
   * reader fills half of each write: the other half of what it may publish is on its way meanwhile.
   * With n it fills n of n + 1.
   */
  public static final int SHARDS = 4;

  /**
   * How much is read for single readers in one turn: then the event loop looks at what has arrived.
   */
  private static final int TURN_READ_BYTES = 256 << 10;

  /** Who asks for no more messages than this begins to read at once. */
  private static final int FEW_LOOKS = 32;

  /** What counts for a message that is looked at to find out where reading begins. */
  private static final int LOOK_BYTES = 64;

  private final Log log;
  private final ContextInternal context;
  private final Wheel wheel;
  private final FrameCache frames;
  private final SharedSlices slices;
  private final List<Shard> shards;
  private final AtomicInteger dealt = new AtomicInteger();
  private final AtomicBoolean awake = new AtomicBoolean();
  private final Runnable follower = this::wake;
  private final Map<Audience.Key, Alike> alike = new HashMap<>();

  /** What lets clients begin to read that wait for their turn. */
  private final Set<Runnable> later = new LinkedHashSet<>();

  /** How much was read for single readers since the event loop has looked at what has arrived. */
  private long read;

  /** Which shard's readers that are far come first. */
  private int firstToFar;

  /** How many shards have readers. */
  private int following;

  private boolean degraded;

  /** Whether the log is being replaced: nobody reads. */
  private boolean outside;

  /** How many readers of the event loop are alike, in all its shards. */
  static final class Alike {
    int readers;
  }

  /**
   * Makes a loop without readers.
   *
   * @param kept how many bytes of frames are kept for others, and again of what readers share
   */
  ReaderLoop(
      Log log,
      ContextInternal context,
      LongSupplier clock,
      LongSupplier kept,
      boolean degraded,
      Function<ReaderLoop, Shard> shard) {
    this.log = log;
    this.context = context;
    this.wheel = new Wheel(context, clock);
    this.frames = new FrameCache(kept);
    this.slices = new SharedSlices(kept);
    this.degraded = degraded;
    this.shards = Stream.generate(() -> shard.apply(this)).limit(SHARDS).toList();
  }

  ContextInternal context() {
    return context;
  }

  /** Returns the timers of the event loop. */
  public Wheel wheel() {
    return wheel;
  }

  FrameCache frames() {
    assertHere();
    return frames;
  }

  SharedSlices slices() {
    assertHere();
    return slices;
  }

  List<Shard> all() {
    return shards;
  }

  /** Returns the shard for another reader: the one with the fewest. Safe on any thread. */
  Shard next() {
    int first = dealt.getAndIncrement();
    Shard fewest = shards.get(Math.floorMod(first, SHARDS));
    for (int i = 1; i < SHARDS; i++) {
      Shard other = shards.get(Math.floorMod(first + i, SHARDS));
      if (other.readerCount() < fewest.readerCount()) {
        fewest = other;
      }
    }
    return fewest;
  }

  /** Returns the count of the readers of a kind. */
  Alike alike(Audience.Key key) {
    assertHere();
    return alike.computeIfAbsent(key, first -> new Alike());
  }

  /** Forgets a count that is zero. */
  void forget(Audience.Key key) {
    assertHere();
    alike.remove(key);
  }

  /** Returns whether this is the event loop's thread. Safe on any thread. */
  public boolean isHere() {
    return context.inThread();
  }

  /** Asserts that this is the event loop's thread. Costs nothing while assertions are off. */
  void assertHere() {
    assert isHere() : "not on its event loop, but on " + Thread.currentThread().getName();
  }

  /** Runs something on the event loop, later. Safe on any thread. */
  public void run(Runnable task) {
    context.runOnContext(now -> task.run());
  }

  /** Computes something on the event loop. Safe on any thread. */
  <T> Future<T> compute(Supplier<T> task) {
    Promise<T> promise = Promise.promise();
    run(() -> promise.complete(task.get()));
    return promise.future();
  }

  /**
   * Completes when a client may begin to read: at once, unless it asks for so many messages that
   * others come first. Safe on any thread.
   *
   * @param survey complete
   * @param whenLeft sets what is done when the client leaves: then it waits no longer
   */
  public Future<Survey> inTurn(Survey survey, Consumer<Runnable> whenLeft) {
    if (survey.looks() <= FEW_LOOKS) {
      return Future.succeededFuture(survey);
    }
    Promise<Survey> begins = Promise.promise();
    if (isHere()) {
      takeTurn(survey, whenLeft, begins);
    } else {
      run(() -> takeTurn(survey, whenLeft, begins));
    }
    return begins.future();
  }

  private void takeTurn(Survey survey, Consumer<Runnable> whenLeft, Promise<Survey> begins) {
    assertHere();
    int cost = survey.looks() * LOOK_BYTES;
    if (mayRead() && later.isEmpty()) {
      hasRead(cost);
      begins.complete(survey);
      return;
    }
    Runnable turn =
        () -> {
          whenLeft.accept(() -> {});
          hasRead(cost);
          begins.complete(survey);
        };
    later.add(turn);
    whenLeft.accept(
        () -> {
          if (later.remove(turn)) {
            begins.complete(survey);
          }
        });
    wake();
  }

  /**
   * Returns whether more may be read for single readers before the event loop does other things.
   */
  public boolean mayRead() {
    return read < TURN_READ_BYTES;
  }

  /** Counts what was read for a reader alone. */
  void hasRead(int bytes) {
    assertHere();
    read += bytes;
  }

  /** Makes the shards look for what is new. Safe on any thread. */
  void wake() {
    if (awake.compareAndSet(false, true)) {
      run(this::turnOrLater);
    }
  }

  private void turnOrLater() {
    if (mayRead()) {
      turn();
    } else {
      read = 0;
      // Tasks go before what has arrived, but not what is due at a time.
      ScheduledExecutorService eventLoop = context.nettyEventLoop();
      var unused = eventLoop.schedule(() -> run(this::turn), 1, TimeUnit.NANOSECONDS);
    }
  }

  private void turn() {
    assertHere();
    awake.set(false);
    if (!outside) {
      for (Shard shard : shards) {
        guard(shard, Shard::follow);
        guard(shard, Shard::turnToNear);
      }
    }
    turnToLater();
    if (!outside) {
      turnToFar();
    }
    if (!later.isEmpty() || (!outside && hasQueued())) {
      wake();
    }
  }

  private boolean hasQueued() {
    for (Shard shard : shards) {
      if (shard.hasQueued()) {
        return true;
      }
    }
    return false;
  }

  /** Lets somebody begin to read who asks for much, and others if they may. */
  private void turnToLater() {
    for (int i = later.size(); i > 0 && !later.isEmpty(); i--) {
      Runnable turn = later.iterator().next();
      later.remove(turn);
      turn.run();
      if (!mayRead()) {
        break;
      }
    }
  }

  /** Lets somebody read who is far, and others if they may; the shards take turns to be first. */
  private void turnToFar() {
    int first = firstToFar;
    boolean served = false;
    for (int i = 0; i < SHARDS && (!served || mayRead()); i++) {
      int number = (first + i) % SHARDS;
      if (shards.get(number).hasFar()) {
        served = true;
        firstToFar = (number + 1) % SHARDS;
        guard(shards.get(number), Shard::turnToFar);
      }
    }
  }

  private static void guard(Shard shard, Consumer<Shard> action) {
    try {
      action.accept(shard);
    } catch (RuntimeException e) {
      LOG.log(Logger.Level.ERROR, "A shard failed; its readers go on with the next message", e);
    }
  }

  /** Says that another shard has readers: from the first on, the log is followed. */
  void follow() {
    if (following++ == 0) {
      log.follow(follower);
    }
  }

  /** Says that another shard has no more readers. */
  void unfollow() {
    if (--following == 0) {
      log.unfollow(follower);
      slices.clear();
    }
  }

  /** Ends every client's reader, and lets nobody read: the log becomes another one. */
  void leaveLog(Ending ending) {
    assertHere();
    shards.forEach(shard -> shard.leaveLog(ending));
    outside = true;
  }

  /** Follows the log from where it is, another one than before. */
  void enterLog() {
    assertHere();
    frames.clear(); // They are known by their sequence alone, which begins again.
    slices.clear();
    outside = false;
    shards.forEach(Shard::enterLog);
    wake();
  }

  boolean isDegraded() {
    return degraded;
  }

  /** Tells every reader whether the broker is out of reach. */
  void setDegraded(boolean value) {
    assertHere();
    degraded = value;
    slices.clear(); // Answers to long polls say it.
    shards.forEach(Shard::tellHealth);
  }
}
