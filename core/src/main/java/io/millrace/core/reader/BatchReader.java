package io.millrace.core.reader;

import io.millrace.Gap;
import io.millrace.MillraceOptions;
import io.millrace.Priority;
import io.millrace.core.log.LogEntry;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.log.Slice;
import io.millrace.core.log.StartPosition;
import io.millrace.spi.Batch;
import io.millrace.spi.Ending;
import io.millrace.spi.Framing;
import io.millrace.spi.Outlet;
import io.millrace.spi.Signal;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A reader that takes one batch and leaves: a long poll, or without holding, a poll. */
public final class BatchReader extends Reader {

  private static final int MOST_ENTRIES = 1000;
  private static final int MOST_BYTES = 1 << 20;

  /** An answer that is due with nothing in it looks on so often, so that nobody asks in vain. */
  private static final int MOST_TURNS = 64;

  private final String transport;
  private final Outlet outlet;
  private final MillraceOptions options;
  private final Duration hold;
  private final Wheel.Timer timer = new Wheel.Timer(this::dueTime);

  /** How often it has looked on although its answer is due. */
  private int turns;

  /** Whether it is too early for an answer. */
  private boolean early;

  private long holdUntil;
  private boolean due;
  private boolean closing;

  /** The place from which it waits with low-priority messages that are not enough for an answer. */
  private Optional<Long> waitingFrom = Optional.empty();

  private Optional<Gap> gap = Optional.empty();

  /** Says who is present, if the client has asked. */
  private Optional<Supplier<List<Signal.Presence>>> presence = Optional.empty();

  /**
   * A reader.
   *
   * @param hold how long it waits for something; zero is a poll
   */
  public BatchReader(
      Shard shard,
      String transport,
      Framing framing,
      Outlet outlet,
      MillraceOptions options,
      Duration hold) {
    super(shard, framing);
    this.transport = transport;
    this.outlet = outlet;
    this.options = options;
    this.hold = hold;
  }

  /** Sets what says in the answer who is present. */
  public void setPresence(Supplier<List<Signal.Presence>> teller) {
    presence = Optional.of(teller);
  }

  /** Answers, with whatever there is. */
  public void answer() {
    if (isReading() && !due) {
      dueTime();
    }
  }

  @Override
  public void begin(StartPosition start) {
    shard.add(this);
    enter(start.positions());
    outlet.onDrain(() -> {});
    outlet.onClose(this::detach);
    if (isEnded()) {
      return;
    }
    beginAt(start);
    holdUntil = shard.now() + hold.toMillis();
    gap = start.gap().map(reason -> new Gap(ReadPosition.names(positions()), reason));
    due = hold.isZero();
    if (maxRate() > 0) {
      early = true;
      shard.wheel().scheduleIn(timer, Pace.interval(maxRate()));
      return;
    }
    advanceInTurn();
  }

  @Override
  public Optional<String> transport() {
    return Optional.of(transport);
  }

  @Override
  void advance() {
    if (early) {
      return;
    }
    if (cursorSeq() > shard.position()) {
      if (closing) {
        waitForMore(); // There may be no further turn in this log.
      } else {
        shard.queue(this);
      }
    } else if (!isGiven()) {
      readOn();
    }
  }

  /** Answers with what was read for another one, if there is such a slice. */
  private boolean isGiven() {
    Optional<SharedSlices.Shared> given =
        isCommonAnswer() ? shard.slices().of(this) : Optional.empty();
    if (given.isPresent() && (due || (given.get().last() > 0 && !gathers(given.get().oldest())))) {
      shard.loop().hasRead(given.get().frames().length()); // It is copied for each of them.
      leaveWith(given.get().frames());
      return true;
    }
    return false;
  }

  private void readOn() {
    Optional<Slice> next =
        shard.ownSlices().read(this, MOST_ENTRIES, mostBytes(), Gap.Reason.EXPIRED);
    if (next.isEmpty()) {
      if (closing || waiting) {
        waitForMore();
      }
      return;
    }
    take(next.get());
  }

  /** Half of the room is for members, if there may be any. */
  private int mostBytes() {
    return presence.isPresent() ? MOST_BYTES / 2 : MOST_BYTES;
  }

  /** Answers with what was read, or waits for more. */
  private void take(Slice slice) {
    slice.gaps().forEach(this::addGap);
    boolean all = slice.through() == shard.position();
    boolean nothing = slice.entries().isEmpty() && gap.isEmpty();
    if (nothing && !all && (due ? !closing && turns++ < MOST_TURNS : shard.now() < holdUntil)) {
      moveTo(slice.through()); // There was much to look at, and nothing that is wanted.
      shard.queue(this);
      return;
    }
    boolean urgent = due || gap.isPresent() || !all;
    boolean enough = isEnough(slice.entries());
    if (!urgent && enough && gathers(slice.oldest())) {
      early = true;
      shard.wheel().schedule(timer, gatherUntil(slice.oldest()));
      return;
    }
    if (urgent || enough) {
      answer(slice, !all);
      return;
    }
    long from = cursorSeq();
    moveTo(slice.through());
    if (becomeLive()) {
      waitWith(slice.entries(), from);
    } else {
      moveTo(from);
      shard.queue(this);
    }
  }

  /** Waits for something to be read back, but for no longer than it holds. */
  private void waitForMore() {
    if (closing || (due && !hold.isZero())) {
      answer(new Slice(List.of(), List.of(), 0, cursorSeq()), true);
    } else if (!due) {
      shard.wheel().schedule(timer, holdUntil);
    }
  }

  private void addGap(Gap next) {
    // One answer has room for one gap: of several, all the channels and the first reason.
    Gap first = gap.orElse(new Gap(List.of(), next.reason()));
    List<String> channels = new ArrayList<>(first.channels());
    channels.addAll(next.channels());
    Map<String, Long> missed = new LinkedHashMap<>(first.missed());
    missed.putAll(next.missed());
    gap = Optional.of(new Gap(channels, first.reason(), missed));
  }

  private boolean isEnough(List<LogEntry> entries) {
    int bytes = 0;
    for (LogEntry entry : entries) {
      if (entry.message().priority() != Priority.LOW) {
        return true;
      }
      bytes += entry.message().length();
    }
    return !entries.isEmpty()
        && (entries.size() >= options.lowPriorityCount()
            || bytes >= options.lowPriorityBytes()
            || lowPriorityDue(entries) <= shard.now());
  }

  private long lowPriorityDue(List<LogEntry> entries) {
    return entries.get(0).appendedAt + options.lowPriorityDelay().toMillis();
  }

  /**
   * Returns whether it is too early for messages to answer: others follow closely, and leave with
   * them. It reads nothing meanwhile.
   */
  private boolean gathers(long oldest) {
    return shard.now() < gatherUntil(oldest);
  }

  /**
   * Returns until when it gathers messages, the oldest of which was appended at some time. None
   * waits for long, and those that come after silence do not wait.
   */
  private long gatherUntil(long oldest) {
    long began = holdUntil - hold.toMillis();
    long until = Math.min(began, oldest) + options.longPollGather().toMillis();
    return Math.min(holdUntil, Wheel.turnBefore(until));
  }

  private void waitWith(List<LogEntry> entries, long from) {
    waitingFrom = entries.isEmpty() ? Optional.empty() : Optional.of(from);
    long wake = entries.isEmpty() ? holdUntil : Math.min(holdUntil, lowPriorityDue(entries));
    shard.wheel().schedule(timer, wake);
  }

  private void dueTime() {
    if (early) {
      early = false;
      shard.queue(this);
      return;
    }
    due = true;
    fallBehind(cursorSeq());
    if (waiting) {
      waitForMore();
    }
  }

  @Override
  void receive(Audience from, long before) {
    fallBehind(before);
  }

  @Override
  void fallBehind(long from) {
    super.fallBehind(waitingFrom.orElse(from));
    waitingFrom = Optional.empty();
  }

  /** Returns whether others of its audience would be answered alike from the same place. */
  private boolean isCommonAnswer() {
    // Polls are told when to poll next, long polls are not.
    // What is waited for is not there for now. This answer must not be given to others.
    return !hold.isZero() && gap.isEmpty() && !waiting && presence.isEmpty() && isCommon();
  }

  private void answer(Slice slice, boolean more) {
    Buffer body = body(slice, more);
    // What leaves only because this reader's time is over leaves with nobody else.
    boolean forOthers = slice.entries().isEmpty() || more || isEnough(slice.entries());
    if (forOthers && !slice.personal() && isCommonAnswer()) {
      shard.slices().share(this, new SharedSlices.Shared(body, slice));
    }
    leaveWith(body);
  }

  private void leaveWith(Buffer body) {
    detach();
    outlet.write(body);
  }

  /** Returns the place to tell, which is beyond that of the request if the client asks for more. */
  private long told(Slice slice, boolean more) {
    replayed(slice.last());
    long told = told(slice.through());
    return more && told <= cursorSeq() ? slice.through() : told;
  }

  private Buffer body(Slice slice, boolean more) {
    Batch batch =
        new Batch(
            shard.log().cursor(told(slice, more)),
            gap,
            more,
            shard.isDegraded(),
            presence.map(Supplier::get).orElse(List.of()),
            hold.isZero() ? Optional.of(options.pollInterval()) : Optional.empty());
    List<Buffer> parts = new ArrayList<>();
    parts.add(framing().prefix(batch));
    for (LogEntry entry : slice.entries()) {
      if (parts.size() > 1) {
        parts.add(framing().separator());
      }
      parts.add(shard.frames().frame(framing(), entry));
    }
    parts.add(framing().suffix(batch));
    return FrameCache.join(parts);
  }

  @Override
  public void end(Ending ending) {
    if (!isEnded()) {
      due = true;
      closing = true;
      early = false;
      readsMuch = true; // It is not put off.
      fallBehind(cursorSeq());
      advance();
    }
  }

  @Override
  void abort(Ending ending) {
    detach();
    outlet.end(ending);
  }

  @Override
  void tellHealth() {}

  @Override
  void detached() {
    shard.wheel().cancel(timer);
  }
}
