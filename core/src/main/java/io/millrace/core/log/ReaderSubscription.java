package io.millrace.core.log;

import io.millrace.ChannelPattern;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One channel or pattern of one reader. Owned by the reader's event loop. */
public final class ReaderSubscription {

  /** A source that nothing feeds. */
  private static final LogSource NONE = new PatternLog(ChannelPattern.of("**"));

  /** From attach on it is the object of the source, so that a name is held only once. */
  public ChannelPattern pattern;

  /** Which events it wants. */
  public final EventFilter filter;

  /** The source that it reads, from attach to detach. */
  LogSource source;

  /**
   * Where the subscription begins, if not at the reader's cursor: nothing at or before this is
   * delivered, except what {@code last} replays.
   */
  public long after;

  /**
   * Where the node's own subscription was confirmed: before this, the broker brought nothing for
   * it.
   */
  public long heardFrom;

  /** Losses at or before this have been reported, or do not concern this subscription. */
  long told;

  /** Where a channel that {@code last} replays begins. */
  private record Replayed(ChannelLog channel, long after) {}

  /**
   * Where each channel that {@code last} replays begins, until all of that has been read. By name,
   * because what is read back from the broker has its own channel objects.
   */
  private Map<String, Replayed> beginnings = Map.of();

  private boolean replayLossTold;

  /** Makes a subscription that is not attached yet. */
  public ReaderSubscription(ChannelPattern pattern, EventFilter filter) {
    this.pattern = pattern;
    this.filter = filter;
    this.source = NONE; // Until it is attached.
  }

  /** Returns the texts of what is subscribed. */
  public static List<String> names(Collection<ReaderSubscription> subscriptions) {
    return subscriptions.stream().map(subscription -> subscription.pattern.toString()).toList();
  }

  /** Returns the same subscription, at the same place, for other events. */
  public ReaderSubscription withFilter(EventFilter other) {
    ReaderSubscription changed = new ReaderSubscription(pattern, other);
    changed.source = source;
    changed.after = after;
    changed.heardFrom = heardFrom;
    changed.told = told;
    changed.beginnings = beginnings;
    changed.replayLossTold = replayLossTold;
    return changed;
  }

  /** Forgets every place, because another log has taken the place of the first. */
  public void startOver() {
    after = 0;
    heardFrom = 0;
    told = 0;
    beginnings = Map.of();
  }

  /** Sets where one of its channels begins of which something is replayed. */
  void beginAfter(ChannelLog channel, long seq) {
    if (beginnings.isEmpty()) {
      beginnings = new HashMap<>();
    }
    beginnings.put(channel.text(), new Replayed(channel, seq));
  }

  /** Returns where the subscription to one of its channels begins. */
  long beginsAfter(ChannelLog channel) {
    Replayed replayed = beginnings.isEmpty() ? null : beginnings.get(channel.text());
    return replayed == null ? after : replayed.after;
  }

  /**
   * Returns whether a loss must be reported to a reader at a cursor before it reads on, and marks
   * it as reported.
   */
  boolean takeLoss(long cursor) {
    boolean replayLost = isReplayLost(cursor);
    long loss = Math.max(source.mark(), heardFrom);
    if (!replayLost && loss <= accounted(cursor)) {
      return false;
    }
    replayLossTold = true;
    told = Math.max(told, loss);
    return true;
  }

  /**
   * Returns up to where the log does not hold everything that a reader at a cursor reads; zero if
   * it does.
   */
  long missing(long cursor) {
    long loss = source.mark();
    return loss > accounted(cursor) ? loss : 0;
  }

  /**
   * Returns up to where no loss must be reported to a reader at a cursor, except for replayed
   * messages.
   */
  long accounted(long cursor) {
    return Math.max(cursor, Math.max(told, after));
  }

  /**
   * Returns whether something that {@code last} should replay is lost, and this was not reported.
   */
  boolean isReplayLost(long cursor) {
    return !replayLossTold && hasLostReplayed(cursor);
  }

  private boolean hasLostReplayed(long cursor) {
    for (Replayed replayed : beginnings.values()) {
      if (replayed.channel.dropped() > Math.max(cursor, replayed.after)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether a reader at a cursor is past every beginning, so that only ordinary reading is
   * left.
   */
  public boolean isPlainAfter(long cursor) {
    if (after > cursor) {
      return false;
    }
    for (Replayed replayed : beginnings.values()) {
      if (replayed.after > cursor) {
        return false;
      }
    }
    if (cursor >= told) {
      beginnings = Map.of();
    }
    return true;
  }

  /**
   * Returns whether a reader at a cursor also has no losses to report that others at that cursor do
   * not have.
   */
  public boolean isCommonAfter(long cursor) {
    return told <= cursor && heardFrom <= cursor && isPlainAfter(cursor);
  }

  boolean wants(LogEntry entry) {
    return entry.seq > beginsAfter(entry.source) && filter.accepts(entry.message());
  }
}
