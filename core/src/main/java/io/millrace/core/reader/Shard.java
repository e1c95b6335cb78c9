package io.millrace.core.reader;

import io.millrace.core.broker.BrokerSubscriptions;
import io.millrace.core.log.Archive;
import io.millrace.core.log.Interruption;
import io.millrace.core.log.Log;
import io.millrace.core.log.LogEntry;
import io.millrace.core.log.LogItem;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.RingSlice;
import io.millrace.core.log.SliceReading;
import io.millrace.spi.Ending;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.internal.ContextInternal;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * A part of the readers whose connections live on one event loop, and a position in the ring. It
 * holds no entries, so a loop that stalls costs no memory. Called on the event loop, except for
 * what is said to be safe on any thread.
 */
public final class Shard {

  /** How much is read and written in one go. */
  static final int TURN_BYTES = 64 << 10;

  private static final Logger LOG = System.getLogger(Shard.class.getName());

  /** The transport failed; coming back would not help. */
  private static final Ending FAILED = new Ending(1011, "internal error", Duration.ZERO);

  /** How many items are read of the ring in one go: for as long, nobody can append. */
  private static final int RING_ITEMS = 1024;

  /** How much of the ring a turn looks at, so that messages to many channels are joined, too. */
  private static final int TURN_RING_BYTES = 4 << 20;

  /** The same while readers are behind: no more than what they look at in a turn. */
  private static final int TURN_RING_BYTES_BEHIND = SliceReading.MOST_SCANNED * LogItem.OVERHEAD;

  private final Log log;
  private final BrokerSubscriptions brokerSubscriptions;
  private final LongSupplier clock;
  private final ReaderLoop loop;
  private final Audiences audiences = new Audiences(this);
  private final Set<Reader> readers = new LinkedHashSet<>();
  private final ReaderQueue queue;
  private final OwnSlices ownSlices;
  private final LogItem[] items = new LogItem[RING_ITEMS];
  private final AtomicInteger readerCount = new AtomicInteger();

  /** Everything up to here has been given to the live readers. */
  private volatile long position;

  private boolean distributing;

  Shard(
      Log log,
      Optional<Archive> archive,
      BrokerSubscriptions brokerSubscriptions,
      ReaderLoop loop,
      LongSupplier clock) {
    this.log = log;
    this.brokerSubscriptions = brokerSubscriptions;
    this.loop = loop;
    this.clock = clock;
    this.queue = new ReaderQueue(loop::mayRead, this::letAdvance);
    this.ownSlices = new OwnSlices(this, archive, queue);
  }

  Log log() {
    return log;
  }

  /** Returns the time of the node's clock, in milliseconds. */
  public long now() {
    return clock.getAsLong();
  }

  /** Returns the context of the event loop. */
  public ContextInternal context() {
    return loop.context();
  }

  /** Returns the event loop, with its other shards. */
  public ReaderLoop loop() {
    return loop;
  }

  Wheel wheel() {
    return loop.wheel();
  }

  FrameCache frames() {
    return loop.frames();
  }

  SharedSlices slices() {
    return loop.slices();
  }

  OwnSlices ownSlices() {
    return ownSlices;
  }

  Audiences audiences() {
    return audiences;
  }

  long position() {
    return position;
  }

  /**
   * Returns whether some audiences have been given what is beyond the position, and others not yet.
   */
  boolean isDistributing() {
    return distributing;
  }

  boolean isDegraded() {
    return loop.isDegraded();
  }

  /** Asserts that this is the event loop's thread. */
  void assertHere() {
    loop.assertHere();
  }

  /** Runs something on the event loop, later. Safe on any thread. */
  public void run(Runnable task) {
    loop.run(task);
  }

  /** Computes something on the event loop. Safe on any thread. */
  public <T> Future<T> compute(Function<Shard, T> task) {
    return loop.compute(() -> task.apply(this));
  }

  /** Handles a result on the event loop: at once if it is there already. */
  public <T> void handle(Future<T> future, Handler<AsyncResult<T>> handler) {
    if (future.isComplete()) {
      handler.handle(future);
    } else {
      future.onComplete(result -> run(() -> handler.handle(result)));
    }
  }

  /** Takes a reader in. From now on the shard follows the log. */
  void add(Reader reader) {
    assertHere();
    if (readers.isEmpty()) {
      loop.follow();
      position = log.head();
    }
    readers.add(reader);
    readerCount.incrementAndGet();
  }

  void remove(Reader reader) {
    assertHere();
    queue.remove(reader);
    reader.unawaited.run();
    if (readers.remove(reader)) {
      readerCount.decrementAndGet();
      release(reader.positions());
      if (readers.isEmpty()) {
        loop.unfollow();
      }
    }
  }

  /** Gives up subscriptions that a reader held. */
  public void release(Collection<ReadPosition> positions) {
    log.detach(positions);
    for (ReadPosition position : positions) {
      brokerSubscriptions.release(position.pattern());
    }
  }

  /** Returns how many readers are here. Safe on any thread. */
  int readerCount() {
    return readerCount.get();
  }

  /** Lets a reader advance on the next turn. */
  void queue(Reader reader) {
    assertHere();
    if (!reader.queued && !reader.waiting && !reader.isEnded()) {
      queue.add(reader, log.numbering().items(reader.cursorSeq(), position));
      loop.wake();
    }
  }

  /** Lets those advance that are queued and near to what is new. */
  void turnToNear() {
    queue.serveNear();
  }

  /** Lets the others advance that are queued. */
  void turnToFar() {
    queue.serveFar();
  }

  boolean hasFar() {
    return queue.hasFar();
  }

  boolean hasQueued() {
    return !queue.isEmpty();
  }

  private void letAdvance(Reader reader) {
    if (!reader.isEnded() && !reader.isLive()) {
      guard(reader, Reader::advance);
    }
  }

  /**
   * Lets a reader act. If the plug-in that carries it throws, the reader is ended and nobody else
   * is disturbed.
   */
  public void guard(Reader reader, Runnable action) {
    guard(reader, ignored -> action.run());
  }

  /** As above, with one action for all readers: so the hot path makes no object for each. */
  void guard(Reader reader, Consumer<Reader> action) {
    assertHere();
    try {
      action.accept(reader);
    } catch (Throwable failure) {
      String carrier =
          reader.transport().map(name -> "The transport " + name).orElse("A subscriber");
      LOG.log(Logger.Level.ERROR, carrier + " failed", failure);
      try {
        reader.abort(FAILED);
      } catch (Throwable again) {
        LOG.log(Logger.Level.ERROR, "It failed to end, too", again);
      }
    }
  }

  /**
   * Gives out what is new, if places say the time: then somebody begins now, and may be told that.
   */
  void reach(long seq) {
    if (log.numbering().isTimed() && position < seq) {
      follow();
    }
  }

  /** Gives out what is new. */
  void follow() {
    assertHere();
    if (readers.isEmpty()) {
      return;
    }
    List<Audience> addressed = new ArrayList<>();
    int most = queue.isEmpty() ? TURN_RING_BYTES : TURN_RING_BYTES_BEHIND;
    long given = position;
    boolean room = true;
    for (int bytes = 0; room && bytes < most && given < log.head(); ) {
      RingSlice slice = log.readRing(given, items, most - bytes);
      bytes += slice.bytes();
      if (slice.count() < 0) {
        deliver(addressed, given);
        disperse();
        given = slice.through();
      } else {
        given = distribute(slice, addressed);
        room = given == slice.through();
      }
    }
    deliver(addressed, given);
    if (position < log.head()) {
      loop.wake(); // The rest after others on this event loop have had their turn.
    }
  }

  /**
   * Makes everybody read on from here by itself. The loop was stalled for longer than the ring is
   * long: each reader finds out what it missed.
   */
  private void disperse() {
    List.copyOf(audiences.all()).forEach(audience -> audience.disperse(position));
  }

  /**
   * Gives out what was read, up to the first item that would be too much for an audience.
   *
   * @return how far that was
   */
  private long distribute(RingSlice slice, List<Audience> addressed) {
    long given = slice.through();
    for (int i = 0; i < slice.count(); i++) {
      LogItem item = items[i];
      if (item instanceof LogEntry entry && !pend(entry, addressed)) {
        given = item.seq - 1;
        break;
      } else if (item instanceof Interruption interruption && interruption.isLoss()) {
        deliver(addressed, item.seq - 1);
        disperse(interruption);
      }
    }
    Arrays.fill(items, 0, slice.count(), null);
    return given;
  }

  /** Adds an entry to what is pending for its audiences, if there is room with all of them. */
  private boolean pend(LogEntry entry, List<Audience> addressed) {
    Collection<Audiences.Route> routes = audiences.routes(entry);
    for (Audiences.Route route : routes) {
      if (!route.audience().hasRoomFor(entry)) {
        return false;
      }
    }
    for (Audiences.Route route : routes) {
      if (route.accepts(entry) && route.audience().pend(entry, routes.size() > 1)) {
        addressed.add(route.audience());
      }
    }
    return true;
  }

  private void deliver(List<Audience> addressed, long through) {
    long before = position;
    distributing = true;
    for (Audience audience : addressed) {
      audience.deliver(before);
    }
    distributing = false;
    addressed.clear();
    position = through;
  }

  /**
   * Makes those concerned read on by themselves: they find the mark that the interruption left, and
   * tell it.
   */
  private void disperse(Interruption interruption) {
    for (Audience audience : List.copyOf(audiences.all())) {
      for (ReaderSubscription subscription : audience.key.subscriptions()) {
        if (interruption.concerns(subscription.pattern())) {
          audience.disperse(position);
          break;
        }
      }
    }
  }

  /** Ends every client's reader: what it has read of is another log. */
  void leaveLog(Ending ending) {
    end(reader -> reader.transport().map(carried -> ending));
  }

  /** Follows the log from where it is, another one than before. */
  void enterLog() {
    position = log.head();
    List.copyOf(readers).forEach(reader -> guard(reader, Reader::startOver));
  }

  /** Tells every reader whether the broker is out of reach. */
  void tellHealth() {
    List.copyOf(readers).forEach(reader -> guard(reader, Reader::tellHealth));
  }

  /**
   * Lets readers go, one after another. Completes when all are gone.
   *
   * @param reason why a reader goes, if it does
   * @param window how long that takes
   */
  Future<Void> depart(Function<Reader, Optional<Ending>> reason, Duration window) {
    return new Departure(this, List.copyOf(readers), reason, window).begin();
  }

  /** Ends the readers for which a reason is given. */
  public void end(Function<Reader, Optional<Ending>> reason) {
    for (Reader reader : List.copyOf(readers)) {
      reason.apply(reader).ifPresent(ending -> guard(reader, () -> reader.end(ending)));
    }
  }
}
