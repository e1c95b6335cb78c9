package io.millrace.core.reader;

import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.Gap;
import io.millrace.core.log.EventFilter;
import io.millrace.core.log.LogEntry;
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
  private final Wheel.Timer timer = new Wheel.Timer(() -> shard.guard(this, this::beat));

  private long lastWrite;

  /** When nothing could be said although something was due. */
  private long lastSilence;

  private long written;
  private long toldCursor;
  private boolean toldDegraded;
  private boolean hasRead;

  /** Entries before this one are what {@code last} replays. */
  private long replayThrough;

  /**
   * The JSON text of the id of a subscribe command that is confirmed once reading is past a place.
   */
  private Optional<String> unconfirmed = Optional.empty();

  /** Makes a reader that has not begun. */
  public LastingReader(
      Shard shard, String transport, Framing framing, Outlet outlet, LastingSettings settings) {
    super(shard, framing);
    this.transport = transport;
    this.outlet = outlet;
    this.settings = settings;
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
    moveTo(start.seq());
    lastWrite = shard.now();
    // No cursor may be told before a gap that leads elsewhere, nor while older messages are still
    // to come.
    boolean resumable = start.gap().isEmpty() && start.replayThrough() == 0;
    Optional<Cursor> told = resumable ? Optional.of(place()) : Optional.empty();
    toldCursor = resumable ? cursorSeq() : -1;
    tell(new Signal.Welcome(told, settings.heartbeat(), settings.retry(), settings.limits().get()));
    schedule();
    readFrom(start);
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
    moveTo(start.seq());
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
    fallBehind(cursorSeq());
    replays.add(new Replay(id, start, cursorSeq(), whenOver));
  }

  /** Gives up what is subscribed as written, confirms, and returns what that was. */
  public Collection<ReadPosition> unsubscribe(Collection<ChannelPattern> patterns) {
    List<ReadPosition> removed = new ArrayList<>();
    for (ReadPosition position : held()) {
      if (patterns.contains(position.pattern())) {
        removed.add(position);
      }
    }
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
  public List<ReadPosition> held() {
    List<ReadPosition> held = new ArrayList<>(positions());
    held.addAll(replays.positions());
    return held;
  }

  /** Returns how far it has read. */
  public Cursor place() {
    return shard.log().cursor(cursorSeq());
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
    } else if (cursorSeq() <= shard.position()) {
      settled = read();
    }
    if (!isEnded() && !(settled && replays.isEmpty() && becomeLive())) {
      shard.queue(this);
    }
  }

  private void drained() {
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
    Optional<Slice> next =
        shard
            .ownSlices()
            .read(
                this,
                SLICE_ENTRIES,
                Shard.TURN_BYTES,
                hasRead ? Gap.Reason.SLOW : Gap.Reason.EXPIRED);
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
    Buffer frames = frames(slice.entries());
    if (shareable && slice.gaps().isEmpty()) {
      shard.slices().share(this, new SharedSlices.Shared(frames, slice.last(), slice.through()));
    }
    writeEntries(frames, slice.last());
    moveTo(slice.through());
    confirm();
    return cursorSeq() >= replayThrough;
  }

  private Buffer frames(List<LogEntry> entries) {
    List<Buffer> frames = new ArrayList<>(entries.size());
    for (LogEntry entry : entries) {
      boolean replayed = entry.seq < replayThrough;
      frames.add(
          replayed
              ? shard.frames().replayed(framing(), entry)
              : shard.frames().frame(framing(), entry));
    }
    return FrameCache.join(frames);
  }

  private void writeEntries(Buffer frames, long last) {
    if (frames.length() > 0) {
      toldCursor = last;
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
    if (outlet.writable()) {
      toldCursor = from.pending().get(from.pending().size() - 1).seq;
      write(from.joined());
    } else {
      fallBehind(before);
    }
  }

  void tellGap(Gap gap) {
    if (isEnded()) {
      return;
    }
    if (gap.reason() == Gap.Reason.SLOW && settings.slowEnds()) {
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

  void write(Buffer frames) {
    outlet.write(frames);
    lastWrite = shard.now();
    written += frames.length();
    if (settings.recycleBytes() > 0 && written >= settings.recycleBytes() && !isEnded()) {
      // Later, because what writes here is in the middle of reading.
      shard.run(() -> shard.guard(this, this::recycle));
    }
  }

  private void recycle() {
    // Before all is replayed it has been told no cursor, and would come back for all of it.
    if (cursorSeq() >= replayThrough) {
      end(Ending.RECYCLE);
    }
  }

  @Override
  void abort(Ending ending) {
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

  private void beat() {
    long silence = shard.now() - lastWrite;
    if (!outlet.writable()) {
      if (silence >= settings.stall().toMillis()) {
        end(Ending.STALLED);
        return;
      }
    } else if (isLive() && silence >= settings.heartbeat().toMillis()) {
      heartbeat();
    }
    if (shard.now() - lastWrite >= pause()) {
      lastSilence = shard.now();
    }
    schedule();
  }

  /** Says where the reader is. */
  public void heartbeat() {
    boolean moved = cursorSeq() != toldCursor;
    toldCursor = cursorSeq();
    tell(new Signal.Heartbeat(place(), moved));
  }

  private void schedule() {
    if (!isEnded()) {
      shard.wheel().schedule(timer, Math.max(lastWrite, lastSilence) + pause());
    }
  }

  private long pause() {
    return Math.min(settings.heartbeat().toMillis(), settings.stall().toMillis());
  }

  @Override
  public void end(Ending ending) {
    if (isEnded()) {
      return;
    }
    if (outlet.writable()) {
      tell(new Signal.Goodbye(ending));
    }
    detach();
    outlet.end(ending);
  }

  @Override
  void detached() {
    shard.wheel().cancel(timer);
    replays.end();
  }
}
