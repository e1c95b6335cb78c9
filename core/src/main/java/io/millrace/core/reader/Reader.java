package io.millrace.core.reader;

import io.millrace.core.log.ReadPosition;
import io.millrace.core.log.StartPosition;
import io.millrace.spi.Ending;
import io.millrace.spi.Framing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A set of channels and a cursor. A reader is either live (a member of its audience, its cursor
 * that of the shard) or reads the log by itself from its own cursor. Owned by one event loop from
 * attach to end.
 */
public abstract class Reader {

  /** Stands for a reader that has left its audience. */
  static final Reader NOBODY = new Nobody();

  /** Where it belongs. */
  public final Shard shard;

  /** Where it is among the members of its audience. */
  int slot;

  /** Whether the shard will call {@link #advance} on its next turn. */
  boolean queued;

  /** Whether it reads much at a time. */
  boolean readsMuch;

  /** Whether it waits for something that is being read back. */
  boolean waiting;

  /** Lets go of it what is being read back for it. */
  Runnable unawaited = () -> {};

  /** Whether what it waited for could not be read back. */
  boolean gaveUp;

  private final List<ReadPosition> positions = new ArrayList<>(1);
  private final Framing framing;
  private Audience audience;
  private boolean member;
  private boolean live;
  private boolean ended;
  private long cursor;
  private Runnable whenEnded = () -> {};

  @SuppressWarnings("NullAway.Init") // A reader enters its audience when it begins.
  Reader(Shard shard, Framing framing) {
    this.shard = shard;
    this.framing = framing;
  }

  /**
   * Returns the name of the transport that carries it; a subscriber of the application has none.
   */
  public abstract Optional<String> transport();

  /** Returns where it has got to with each of its subscriptions; the list changes with them. */
  public final List<ReadPosition> positions() {
    shard.assertHere();
    return positions;
  }

  final Framing framing() {
    return framing;
  }

  final Audience audience() {
    return audience;
  }

  final boolean isLive() {
    return live;
  }

  /** Returns whether it has been removed from everywhere. */
  public final boolean isEnded() {
    return ended;
  }

  /** Returns how far it has read: everything for it up to here has been written. */
  final long cursorSeq() {
    return live ? shard.position() : cursor;
  }

  final void moveTo(long seq) {
    shard.assertHere();
    cursor = seq;
  }

  /**
   * Begins to read.
   *
   * @param start where; without subscriptions if they come by commands
   */
  public abstract void begin(StartPosition start);

  /** Reads on, if it is not live and can take more. */
  abstract void advance();

  /** Reads on now, or after others if much has just been read. */
  final void advanceInTurn() {
    if (shard.loop().mayRead()) {
      advance();
    } else {
      shard.queue(this);
    }
  }

  /** Takes what is pending for its audience, having read everything up to a place before it. */
  abstract void receive(Audience from, long before);

  /** Ends it, telling the client why if that can be told. */
  public abstract void end(Ending ending);

  /** Ends it without a word: the transport that carries it has failed. */
  abstract void abort(Ending ending);

  /** Goes on in another log, if it was not ended. */
  void startOver() {}

  /** Says what concerns every reader, such as the state of the broker. */
  abstract void tellHealth();

  /** Called once when it has been removed from everywhere. */
  void detached() {}

  /** Sets the subscriptions, which the log has been told of. */
  final void enter(List<ReadPosition> added) {
    positions.addAll(added);
    member = true;
    audience = shard.audiences().enter(framing, positions);
  }

  /** Returns whether no other reader is like it, so that its audience ends with it. */
  public final boolean isAlone() {
    return audience.readers == 1;
  }

  /** Changes the subscriptions; what follows is read from the present cursor. */
  final void regroup(Runnable change) {
    fallBehind(cursorSeq());
    shard.audiences().exit(audience);
    change.run();
    audience = shard.audiences().enter(framing, positions);
  }

  /** Leaves the live members, to read on by itself from a place. */
  void fallBehind(long from) {
    shard.assertHere();
    if (live) {
      audience.leave(this);
      live = false;
      cursor = from;
    }
    shard.queue(this);
  }

  /** Becomes live if there is nothing left to read up to where the shard is. */
  final boolean becomeLive() {
    shard.assertHere();
    if (cursor != shard.position() || shard.isDistributing()) {
      return false;
    }
    for (ReadPosition position : positions) {
      if (!position.settle(cursor)) {
        return false;
      }
    }
    live = true;
    audience.join(this);
    return true;
  }

  /**
   * Returns whether whatever it reads next is what every reader of its audience reads from the same
   * cursor.
   */
  final boolean isCommon() {
    for (ReadPosition position : positions) {
      if (!position.isCommonAfter(cursor)) {
        return false;
      }
    }
    return true;
  }

  /** Sets what is done once it has ended. */
  public final void whenEnded(Runnable action) {
    whenEnded = action;
  }

  /** Removes it from everywhere. Returns whether it was there. */
  final boolean detach() {
    shard.assertHere();
    if (ended) {
      return false;
    }
    ended = true;
    if (live) {
      audience.leave(this);
      live = false;
    }
    if (member) {
      shard.audiences().exit(audience);
    }
    shard.remove(this);
    detached();
    whenEnded.run();
    return true;
  }

  private static final class Nobody extends Reader {

    @SuppressWarnings("NullAway") // It is never asked where it lives.
    Nobody() {
      super(null, null);
    }

    @Override
    public Optional<String> transport() {
      return Optional.empty();
    }

    @Override
    public void begin(StartPosition start) {}

    @Override
    void advance() {}

    @Override
    void receive(Audience from, long before) {}

    @Override
    void fallBehind(long from) {}

    @Override
    public void end(Ending ending) {}

    @Override
    void abort(Ending ending) {}

    @Override
    void tellHealth() {}
  }
}
