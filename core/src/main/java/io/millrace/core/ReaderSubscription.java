package io.millrace.core;

import io.millrace.ChannelPattern;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One channel or pattern of one reader. Owned by the reader's event loop. */
final class ReaderSubscription {

  /** A source that nothing feeds. */
  private static final LogSource NONE = new PatternLog(ChannelPattern.of("**"));

  /** From attach on the source's own, so that a name is held once. */
  ChannelPattern pattern;

  final EventFilter filter;

  /** What it reads, from attach to detach. */
  LogSource source;

  /**
   * Nothing at or before this is delivered but what {@code last} replays: where the subscription
   * begins, if that is not the reader's cursor.
   */
  long after;

  /** Before this the broker brought none of it: where the node's own subscription was confirmed. */
  long heardFrom;

  /** Losses at or before this have been told, or are none of this subscription's. */
  long told;

  /** Where a channel begins that {@code last} replays. */
  private record Replayed(ChannelLog channel, long after) {}

  /**
   * Where each channel begins that {@code last} replays, until all of that has been read. By name:
   * what is read back from the broker is of channels of its own.
   */
  private Map<String, Replayed> beginnings = Map.of();

  private boolean replayLossTold;

  ReaderSubscription(ChannelPattern pattern, EventFilter filter) {
    this.pattern = pattern;
    this.filter = filter;
    this.source = NONE; // Until attached.
  }

  static List<String> names(Collection<ReaderSubscription> subscriptions) {
    return subscriptions.stream().map(subscription -> subscription.pattern.toString()).toList();
  }

  /** Returns the same subscription, at the same place, for other events. */
  ReaderSubscription withFilter(EventFilter other) {
    ReaderSubscription changed = new ReaderSubscription(pattern, other);
    changed.source = source;
    changed.after = after;
    changed.heardFrom = heardFrom;
    changed.told = told;
    changed.beginnings = beginnings;
    changed.replayLossTold = replayLossTold;
    return changed;
  }

  /** Forgets every place: the log is another one. */
  void startOver() {
    after = 0;
    heardFrom = 0;
    told = 0;
    beginnings = Map.of();
  }

  /** Sets where one of its channels begins, of which something is replayed. */
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
   * Returns whether something must be told to a reader at a cursor before it reads on, and takes it
   * as told.
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
   * Returns up to where the log does not hold all that a reader at a cursor reads; zero if it does.
   */
  long missing(long cursor) {
    long loss = source.mark();
    return loss > accounted(cursor) ? loss : 0;
  }

  /** Returns up to where a reader at a cursor has no loss to be told, but for replayed messages. */
  long accounted(long cursor) {
    return Math.max(cursor, Math.max(told, after));
  }

  /** Returns whether something that {@code last} was to replay is lost and that was not told. */
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
   * Returns whether a reader at a cursor is past every beginning, so that all that is left is
   * ordinary reading.
   */
  boolean isPlainAfter(long cursor) {
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
   * Returns whether a reader at a cursor also has no loss to account for that others at that cursor
   * would not.
   */
  boolean isCommonAfter(long cursor) {
    return told <= cursor && heardFrom <= cursor && isPlainAfter(cursor);
  }

  boolean wants(LogEntry entry) {
    return entry.seq > beginsAfter(entry.source) && filter.accepts(entry.message());
  }
}
