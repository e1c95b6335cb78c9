package io.millrace.core.reader;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.log.Recipient;
import io.millrace.core.log.StartPosition;
import io.millrace.spi.Ending;
import io.millrace.spi.Framing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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

  /** Where its newest subscription begins. */
  private long began;

  /** The newest message that was written to it, or where it began. */
  private long written;

  /** The place that its client was told last; -1 if none. */
  private long told;

  /** How many times a second it reads at most; zero if that is not limited. */
  private int maxRate;

  private Client client = Client.anonymous();
  private Optional<String> clientId = Optional.empty();
  private Optional<String> address = Optional.empty();
  private Runnable whenEnded = () -> {};
  private Set<ChannelPattern> watched = Set.of();
  private String endedFor = "closed";

  @SuppressWarnings("NullAway.Init") // A reader enters its audience when it begins.
  Reader(Shard shard, Framing framing) {
    this.shard = shard;
    this.framing = framing;
  }

  /**
   * Returns the name of the transport that carries it; a subscriber of the application has none.
   */
  public abstract Optional<String> transport();

  /**
   * Notes who reads.
   *
   * @param known what is known of the client
   * @param id the client's id, if it has one
   */
  public final void identify(Client known, Optional<String> id) {
    client = known;
    clientId = id;
  }

  /** Notes where the client is. */
  public final void locate(Optional<String> from) {
    address = from;
  }

  /** Returns where the client is, if that was noted. */
  public final Optional<String> address() {
    return address;
  }

  /** Returns who reads; a subscriber of the application is anonymous. */
  public final Client client() {
    return client;
  }

  /** Returns the client's id, if it has one. */
  public final Optional<String> clientId() {
    return clientId;
  }

  /** Limits how many times a second it reads; of what is new then, it gets only the newest. */
  public final void limitRate(int most) {
    maxRate = most;
  }

  final int maxRate() {
    return maxRate;
  }

  final Recipient recipient() {
    return clientId.isEmpty() && maxRate == 0
        ? Recipient.ANYBODY
        : new Recipient(clientId, maxRate > 0);
  }

  /** Returns where it has got to with each of its subscriptions; the list changes with them. */
  public final List<ReadPosition> positions() {
    shard.assertHere();
    return positions;
  }

  /** Returns all that is subscribed. */
  public List<ReadPosition> held() {
    return positions();
  }

  /** Returns what makes frames for it. */
  public final Framing framing() {
    return framing;
  }

  final Audience audience() {
    return audience;
  }

  final boolean isLive() {
    return live;
  }

  /** Returns whether it has begun, and has not ended. */
  public final boolean isReading() {
    return member && !ended;
  }

  /** Returns the channels of which it is told who is present. */
  public final Set<ChannelPattern> watched() {
    return watched;
  }

  /** Sets of which channels it is told who is present. */
  public final void setWatched(Set<ChannelPattern> channels) {
    watched = channels;
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

  /** Moves to where its first subscriptions begin. */
  final void beginAt(StartPosition start) {
    moveTo(start.seq());
    began = start.seq();
    written = start.seq();
  }

  /** Notes where a further subscription begins. */
  final void beginLater(StartPosition start) {
    began = Math.max(began, start.seq());
  }

  /** Notes up to where messages are written to it, with their cursors. */
  final void wrote(long seq) {
    written = seq;
    told = seq;
  }

  /** Notes up to where messages are written to it whose cursors do not count. */
  final void replayed(long seq) {
    written = Math.max(written, seq);
  }

  /** Returns which place to tell its client when it has read up to another one. */
  final long told(long seq) {
    long own = began <= seq ? Math.max(began, written) : written;
    return shard.log().numbering().told(own, seq);
  }

  /** Notes the place that its client is told. Returns whether it is another one than before. */
  final boolean setTold(long seq) {
    boolean moved = seq != told;
    told = seq;
    return moved;
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

  /** Asks it to leave before it is ended, if its client can be told so; otherwise ends it. */
  void ask(Ending ending) {
    end(ending);
  }

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

  /** Counts what it has had, because some of what follows may be lost before it reads on. */
  final void count() {
    shard.log().count(positions, cursor);
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
   * cursor, unless something is for everybody but one of them.
   */
  final boolean isCommon() {
    if (maxRate > 0) {
      return false;
    }
    for (ReadPosition position : positions) {
      if (!position.isCommonAfter(cursor)) {
        return false;
      }
    }
    return true;
  }

  /** Notes why it ends, before it is removed. */
  final void endsFor(Ending ending) {
    endedFor = ending.reason();
  }

  /** Returns why it has ended, in a few words. */
  public final String endedFor() {
    return endedFor;
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
