package io.millrace.core.reader;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.Cursor;
import io.millrace.Gap;
import io.millrace.core.log.EventFilter;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.log.Slice;
import io.millrace.core.log.StartPosition;
import io.millrace.spi.Ending;
import io.millrace.spi.Framing;
import io.millrace.spi.Outlet;
import io.millrace.spi.Signal;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A reader that stays: what is written to it goes into a connection that is kept open. */
public final class LastingReader extends Reader {

  private static final int SLICE_ENTRIES = 1024;

  private final String transport;
  private final Outlet outlet;
  private final LastingSettings settings;
  private final Replays replays = new Replays(this);
  private Optional<Pace> pace = Optional.empty();
  private final Pulse pulse;
  private boolean toldDegraded;
  private boolean hasRead;

  /** Whether its client was asked to leave. */
  private boolean asked;

  /** Entries before this one are what {@code last} replays. */
  private long replayThrough;

  /** The JSON text of the id of a subscribe command that is confirmed at a place. */
  private Optional<String> unconfirmed = Optional.empty();

  /** Makes a reader that has not begun. */
  public LastingReader(
      Shard shard, String transport, Framing framing, Outlet outlet, LastingSettings settings) {
    super(shard, framing);
    this.transport = transport;
    this.outlet = outlet;
    this.settings = settings;
    this.pulse = new Pulse(this, outlet, settings);
  }

  @Override
  public void begin(StartPosition start) {
    shard.add(this);
    enter(start.positions());
    outlet.onDrain(() -> shard.guard(this, this::drained));
    outlet.onClose(this::detach);
    if (isEnded()) {
      return;
    }
    beginAt(start);
    if (maxRate() > 0) {
      pace = Optional.of(new Pace(shard, maxRate(), () -> shard.queue(this)));
    }
    pulse.begin();
    // No cursor may be told before a gap that leads elsewhere, nor while older messages are still
    // to come.
    boolean resumable = start.gap().isEmpty() && start.replayThrough() == 0;
    Optional<Cursor> told = resumable ? Optional.of(place()) : Optional.empty();
    setTold(resumable ? start.seq() : -1);
    tell(
        new Signal.Welcome(
            told,
            settings.heartbeat(),
            settings.retry(),
            settings.padding(),
            settings.limits().get(),
            clientId(),
            client().expires()));
    setExpiry();
    readFrom(start);
  }

  /** Takes what is known of the client after it has sent new credentials. */
  public void renew(Client client) {
    identify(client, clientId());
    setExpiry();
  }

  private void setExpiry() {
    pulse.expireIn(Expiry.remaining(client(), settings.expiryGrace()).toMillis());
  }

  private void readFrom(StartPosition start) {
    replayThrough = start.replayThrough();
    start.gap().ifPresent(reason -> tellGap(new Gap(ReadPosition.names(positions()), reason)));
    if (!isEnded()) {
      advanceInTurn();
    }
  }

  /**
   * Takes the first subscriptions of a connection that has begun without any. They set the cursor.
   */
  public void subscribeFirst(String id, StartPosition start) {
    regroup(() -> positions().addAll(start.positions()));
    beginAt(start);
    unconfirmed = Optional.of(id);
    hasRead = false;
    readFrom(start);
  }

  /**
   * Takes further subscriptions. They are replayed apart and do not move the cursor.
   *
   * @param whenOver called once that is over, whatever came of it
   */
  public void subscribeLater(String id, StartPosition start, Runnable whenOver) {
    shard.reach(start.seq());
    fallBehind(cursorSeq());
    beginLater(start);
    replays.add(new Replay(id, start, cursorSeq(), whenOver));
  }

  /** Gives up what is subscribed as written, confirms, and returns what that was. */
  public Collection<ReadPosition> unsubscribe(Collection<ChannelPattern> patterns) {
    List<ReadPosition> removed =
        held().stream().filter(position -> patterns.contains(position.pattern())).toList();
    replays.remove(removed);
    if (positions().stream().anyMatch(removed::contains)) {
      regroup(() -> positions().removeAll(removed));
    }
    return removed;
  }

  /** Changes which events of a subscription are wanted, from here on. */
  public void refilter(ReadPosition held, EventFilter filter) {
    filter.hold(shard.log().readers());
    held.filter().letGo(shard.log().readers());
    if (positions().contains(held)) {
      regroup(() -> held.refilter(filter));
    } else {
      held.refilter(filter); // It is still being replayed.
    }
  }

  /** Returns all that is subscribed, also what is still being replayed. */
  @Override
  public List<ReadPosition> held() {
    List<ReadPosition> held = new ArrayList<>(positions());
    held.addAll(replays.positions());
    return held;
  }

  /** Returns how far it has read, as its client may know it. */
  public Cursor place() {
    return shard.log().cursor(told(cursorSeq()));
  }

  @Override
  public Optional<String> transport() {
    return Optional.of(transport);
  }

  @Override
  void advance() {
    if (!outlet.writable()) {
      return; // It continues when it has drained.
    }
    tellHealth();
    // Only reading leads to being live: it finds what must be told, and confirms.
    boolean settled = false;
    if (!replays.isEmpty() && unconfirmed.isEmpty()) {
      replays.advance(SLICE_ENTRIES);
    } else if (pace.filter(Pace::isEarly).isPresent()) {
      return; // It continues when it is time.
    } else if (cursorSeq() <= shard.position()) {
      settled = read();
    }
    if (!isEnded() && !(settled && replays.isEmpty() && becomeLive())) {
      count();
      shard.queue(this);
    }
  }

  private void drained() {
    pulse.heard();
    if (isLive()) {
      tellHealth();
    } else {
      shard.queue(this);
    }
  }

  /**
   * Reads what is next.
   *
   * @return whether nothing is due any more but what others at the same place read as well
   */
  private boolean read() {
    boolean shareable = hasRead && replayThrough <= cursorSeq() && isCommon();
    Optional<SharedSlices.Shared> shared = shareable ? shard.slices().of(this) : Optional.empty();
    if (shared.isPresent()) {
      shard.loop().hasRead(shared.get().frames().length()); // It is written to each of them.
      writeEntries(shared.get().frames(), shared.get().last());
      moveTo(shared.get().through());
      return true;
    }
    Gap.Reason lost = hasRead ? Gap.Reason.SLOW : Gap.Reason.EXPIRED;
    Optional<Slice> next = shard.ownSlices().read(this, SLICE_ENTRIES, Shard.TURN_BYTES, lost);
    if (next.isEmpty()) {
      return false;
    }
    Slice slice = next.get();
    hasRead = true;
    slice.gaps().forEach(this::tellGap);
    confirm();
    if (isEnded()) {
      return false;
    }
    Buffer frames = shard.frames().joined(framing(), slice.entries(), replayThrough);
    if (shareable && slice.gaps().isEmpty() && !slice.personal()) {
      shard.slices().share(this, new SharedSlices.Shared(frames, slice));
    }
    writeEntries(frames, slice.last());
    moveTo(slice.through());
    if (cursorSeq() == shard.position()) {
      pace.ifPresent(Pace::caughtUp);
    }
    confirm();
    return cursorSeq() >= replayThrough;
  }

  private void writeEntries(Buffer frames, long last) {
    if (frames.length() > 0) {
      wrote(last);
      pace.ifPresent(Pace::gave);
      write(frames);
    }
  }

  /** Confirms the first subscribe command: after any gap, and after what {@code last} replays. */
  private void confirm() {
    if (!isEnded() && cursorSeq() >= replayThrough) {
      unconfirmed.ifPresent(id -> tell(new Signal.Done(id, place())));
      unconfirmed = Optional.empty();
    }
  }

  @Override
  void receive(Audience from, long before) {
    if (outlet.writable() && pace.isEmpty() && !from.isExcepted(this)) {
      wrote(from.pending().get(from.pending().size() - 1).seq);
      write(from.joined());
    } else {
      fallBehind(before);
    }
  }

  @Override
  void fallBehind(long from) {
    boolean wasLive = isLive();
    super.fallBehind(from);
    if (wasLive) {
      count(); // Its socket may stay full until what follows is dropped.
    }
  }

  void tellGap(Gap gap) {
    if (isEnded()) {
      return;
    }
    if (gap.reason() == Gap.Reason.SLOW
        && gap.channels().stream().map(ChannelPattern::of).anyMatch(settings.slowEnds())) {
      end(Ending.SLOW);
      return;
    }
    // Whoever is cut off before all is replayed asks for all of it again.
    Optional<Cursor> told = cursorSeq() >= replayThrough ? Optional.of(place()) : Optional.empty();
    Buffer frame = framing().signal(new Signal.Missed(gap, told));
    if (frame.length() == 0) {
      end(Ending.GAP);
    } else {
      write(frame);
    }
  }

  /** Tells a signal, if the framing has a form for it. */
  public void tell(Signal signal) {
    Buffer frame = framing().signal(signal);
    if (frame.length() > 0 && !isEnded()) {
      write(frame);
    }
  }

  /** Returns whether the client can take something now. */
  public boolean isWritable() {
    return outlet.writable();
  }

  /** Writes something that has no cursor, so heartbeats come all the same. */
  public void writeAside(Buffer frame) {
    long before = pulse.lastWrite();
    write(frame);
    pulse.setLastWrite(before);
  }

  void write(Buffer frames) {
    outlet.write(frames);
    pulse.wrote(frames.length());
  }

  /** Ends, so that the client resumes over a new connection. */
  void recycle() {
    // Before all is replayed it has been told no cursor, and would come back for all of it.
    if (isReplayed()) {
      end(Ending.RECYCLE);
    }
  }

  /** Returns whether everything that {@code last} replays has been written. */
  boolean isReplayed() {
    return cursorSeq() >= replayThrough;
  }

  @Override
  void abort(Ending ending) {
    endsFor(ending);
    detach();
    outlet.end(ending);
  }

  @Override
  void tellHealth() {
    if (shard.isDegraded() != toldDegraded && outlet.writable()) {
      toldDegraded = shard.isDegraded();
      tell(toldDegraded ? new Signal.Degraded() : new Signal.Restored());
    }
  }

  /** Says where the reader is. */
  public void heartbeat() {
    Cursor place = place();
    tell(new Signal.Heartbeat(place, setTold(place.seq())));
  }

  @Override
  void ask(Ending ending) {
    if (outlet.writable() && !asked) {
      asked = true;
      tell(new Signal.Goodbye(ending));
    }
  }

  @Override
  public void end(Ending ending) {
    if (!isEnded()) {
      ask(ending);
      abort(ending);
    }
  }

  @Override
  void detached() {
    pulse.end();
    pace.ifPresent(Pace::end);
    replays.end();
  }
}
