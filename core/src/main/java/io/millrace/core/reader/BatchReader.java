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
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

  private long holdUntil;
  private boolean due;
  private boolean closing;

  /** The place from which it waits with low-priority messages that are not enough for an answer. */
  private Optional<Long> waitingFrom = Optional.empty();

  private Optional<Gap> gap = Optional.empty();

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

  @Override
  public void begin(StartPosition start) {
    shard.add(this);
    enter(start.positions());
    outlet.onDrain(() -> {});
    outlet.onClose(this::detach);
    if (isEnded()) {
      return;
    }
    moveTo(start.seq());
    holdUntil = shard.now() + hold.toMillis();
    gap = start.gap().map(reason -> new Gap(ReadPosition.names(positions()), reason));
    due = hold.isZero();
    advanceInTurn();
  }

  @Override
  public Optional<String> transport() {
    return Optional.of(transport);
  }

  @Override
  void advance() {
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
    if (given.isPresent() && (due || given.get().last() > 0)) {
      shard.loop().hasRead(given.get().frames().length()); // It is copied for each of them.
      leaveWith(given.get().frames());
      return true;
    }
    return false;
  }

  private void readOn() {
    Optional<Slice> next =
        shard.ownSlices().read(this, MOST_ENTRIES, MOST_BYTES, Gap.Reason.EXPIRED);
    if (next.isEmpty()) {
      if (closing || waiting) {
        waitForMore();
      }
      return;
    }
    take(next.get());
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
    if (due || gap.isPresent() || !all || isEnough(slice.entries())) {
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

  private void addGap(Gap missed) {
    // One answer has room for one gap: of several, all the channels and the first reason.
    List<String> channels = new ArrayList<>(gap.map(Gap::channels).orElse(List.of()));
    channels.addAll(missed.channels());
    gap = Optional.of(new Gap(channels, gap.map(Gap::reason).orElse(missed.reason())));
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

  private void waitWith(List<LogEntry> entries, long from) {
    waitingFrom = entries.isEmpty() ? Optional.empty() : Optional.of(from);
    long wake = entries.isEmpty() ? holdUntil : Math.min(holdUntil, lowPriorityDue(entries));
    shard.wheel().schedule(timer, wake);
  }

  private void dueTime() {
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
    return !hold.isZero() && gap.isEmpty() && !waiting && isCommon();
  }

  private void answer(Slice slice, boolean more) {
    Buffer body = body(slice, more);
    // What leaves only because this reader's time is over leaves with nobody else.
    boolean forOthers = slice.entries().isEmpty() || more || isEnough(slice.entries());
    if (forOthers && isCommonAnswer()) {
      shard.slices().share(this, new SharedSlices.Shared(body, slice.last(), slice.through()));
    }
    leaveWith(body);
  }

  private void leaveWith(Buffer body) {
    detach();
    outlet.write(body);
  }

  private Buffer body(Slice slice, boolean more) {
    Batch batch =
        new Batch(
            shard.log().cursor(slice.through()),
            gap,
            more,
            shard.isDegraded(),
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
