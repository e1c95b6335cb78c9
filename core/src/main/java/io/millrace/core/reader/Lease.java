package io.millrace.core.reader;

import io.millrace.MillraceException;
import io.millrace.core.log.Epoch;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.StartPosition;
import io.millrace.core.log.Survey;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Supplier;

/**
 * What a client, or the application, holds before it has a reader: subscriptions at the broker and
 * in the log, and the room that they take. A reader takes the lease over, once. Otherwise it is
 * closed, at any moment and on any thread, and everything is given back, once.
 */
public final class Lease {

  private enum State {
    /** It is being acquired. If it is closed meanwhile, it is given back when that is over. */
    PENDING,
    /** A reader may begin. */
    HELD,
    /** A reader has it. */
    TAKEN,
    CLOSED
  }

  /** Without an object for each lease. */
  private static final AtomicReferenceFieldUpdater<Lease, State> STATE =
      AtomicReferenceFieldUpdater.newUpdater(Lease.class, State.class, "state");

  private final Entrance entrance;
  private final Shard shard;
  private final List<ReaderSubscription> subscriptions;
  private final ResumeFrom from;
  private volatile State state = State.PENDING;

  // Written while it is pending, by one step after the other; then read by what ends it.
  private long room;
  private boolean atBroker;
  private List<ReadPosition> positions = List.of();
  private Epoch epoch;
  private StartPosition start;

  /** Ends the wait for a turn. Owned by the event loop. */
  private Runnable withdraw = () -> {};

  @SuppressWarnings("NullAway.Init") // Where reading begins is known when it is held.
  Lease(Entrance entrance, Shard shard, List<ReaderSubscription> subscriptions, ResumeFrom from) {
    this.entrance = entrance;
    this.shard = shard;
    this.subscriptions = subscriptions;
    this.from = from;
  }

  /** Returns where its reader will be. */
  public Shard shard() {
    return shard;
  }

  /**
   * Acquires it: takes room, waits for a permission, subscribes at the broker and in the log, waits
   * for its turn, and finds where reading begins. Called once, on the event loop.
   *
   * @param bytes the room that it takes until its reader has begun
   * @param permission asked for if there is room
   * @return completes on the event loop, at once if nothing has to be waited for; if it fails, the
   *     lease is closed and nothing is held
   */
  public Future<Lease> acquire(long bytes, Supplier<Future<Void>> permission) {
    Future<Survey> entered = entered(bytes, permission);
    if (entered.isComplete()) {
      return held(entered);
    }
    Promise<Lease> held = Promise.promise();
    shard.handle(entered, result -> held.handle(held(result)));
    return held.future();
  }

  /** Nothing is composed that is complete: a long poll comes here for each answer. */
  private Future<Survey> entered(long bytes, Supplier<Future<Void>> permission) {
    try {
      shard.log().readers().take(bytes);
      room = bytes;
      Future<Void> granted = permission.get();
      Future<Survey> survey =
          granted.succeeded() ? subscribe() : granted.compose(now -> subscribe());
      return survey.succeeded() ? inTurn(survey.result()) : survey.compose(this::inTurn);
    } catch (RuntimeException | Error e) {
      return Future.failedFuture(e);
    }
  }

  private Future<Survey> subscribe() {
    requireOpen();
    Future<List<Long>> heard = entrance.brokerSubscriptions().acquire(subscriptions, from);
    return heard.succeeded() ? survey(heard.result()) : heard.compose(this::survey);
  }

  private Future<Survey> inTurn(Survey survey) {
    return shard.loop().inTurn(survey, this::whenClosed);
  }

  private Future<Lease> held(AsyncResult<Survey> entered) {
    try {
      if (entered.succeeded()) {
        hold(entered.result());
        return Future.succeededFuture(this);
      }
      closeNow();
      return Future.failedFuture(entered.cause());
    } catch (RuntimeException | Error e) {
      closeNow();
      return Future.failedFuture(e);
    }
  }

  private void closeNow() {
    state = State.CLOSED;
    giveBack();
  }

  private Future<Survey> survey(List<Long> heardFrom) {
    atBroker = true;
    requireOpen();
    Survey survey = shard.log().enter(subscriptions, heardFrom, from);
    positions = survey.positions;
    return entrance.surveys().complete(survey);
  }

  private void hold(Survey survey) {
    requireOpen();
    epoch = shard.log().epoch();
    try {
      start = shard.log().start(survey);
    } catch (MillraceException refused) {
      positions = List.of(); // The log has let go of it.
      throw refused;
    }
    if (!STATE.compareAndSet(this, State.PENDING, State.HELD)) {
      throw gone();
    }
  }

  private void requireOpen() {
    if (state == State.CLOSED) {
      throw gone();
    }
  }

  private static MillraceException gone() {
    return new MillraceException(
        MillraceException.Code.UNAVAILABLE, "Nobody waits for this any more.");
  }

  private void whenClosed(Runnable action) {
    withdraw = action;
    if (state == State.CLOSED) {
      action.run();
    }
  }

  /** Returns whether a reader may take it. */
  public boolean isHeld() {
    return state == State.HELD;
  }

  /** Returns whether the log is still the one in which reading would begin. */
  public boolean isCurrent() {
    return epoch == shard.log().epoch();
  }

  /** Lets a reader begin with it, unless it is closed. Called on the event loop. */
  public void begin(Reader reader) {
    if (take()) {
      shard.guard(reader, () -> reader.begin(start));
      settle();
    }
  }

  /**
   * Adds it to a reader, unless it is closed; if the reader has ended, closes it. Called on the
   * event loop.
   *
   * @param id the JSON text of the id of the subscribe command
   * @param first whether the reader has had no subscriptions yet: these set its cursor
   */
  public void add(LastingReader reader, String id, boolean first) {
    if (reader.isEnded()) {
      close();
    } else if (!take()) {
      return;
    } else if (first) {
      shard.guard(reader, () -> reader.subscribeFirst(id, start));
      settle();
    } else {
      reader.subscribeLater(id, start, this::settle);
    }
  }

  private boolean take() {
    return STATE.compareAndSet(this, State.HELD, State.TAKEN);
  }

  /**
   * Gives it back, unless a reader has taken it. May be called again, and on any thread. While it
   * is being acquired, what is held is given back when the present step is over.
   */
  public void close() {
    State before = STATE.getAndUpdate(this, now -> now == State.TAKEN ? now : State.CLOSED);
    if (before == State.HELD) {
      giveBack();
    } else if (before == State.PENDING) {
      if (shard.loop().isHere()) {
        withdraw.run();
      } else {
        shard.run(() -> withdraw.run());
      }
    }
  }

  /**
   * Gives back the room at once, although what is waited for may still hold something: others must
   * not wait for that. Called on the event loop.
   */
  public void vacate() {
    shard.assertHere();
    settle();
  }

  private void giveBack() {
    shard.log().detach(positions);
    if (atBroker) {
      entrance.brokerSubscriptions().release(subscriptions);
    }
    settle();
  }

  /** Gives back the room, because the subscriptions count elsewhere, or no more. */
  private void settle() {
    shard.log().readers().add(-room);
    room = 0;
  }
}
