package io.millrace.core;

import io.millrace.ChannelPattern;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One channel or pattern of one reader. Owned by the reader's event loop. */
final class ReaderSubscription {

  final ChannelPattern pattern;
  final EventFilter filter;

  /** What it reads, from attach to detach. */
  LogSource source;

  /**
   * Nothing at or before this is delivered: where the subscription begins, if that is not the
   * reader's cursor.
   */
  long after;

  /** Losses at or before this have been told, or are none of this subscription's. */
  long told;

  /** For single channels of a pattern, a later beginning than {@link #after}. */
  private Map<ChannelLog, Long> later = Map.of();

  ReaderSubscription(ChannelPattern pattern, EventFilter filter) {
    this.pattern = pattern;
    this.filter = filter;
    this.source = new PatternLog(pattern); // Until attached: a source that nothing feeds.
  }

  static List<String> names(Collection<ReaderSubscription> subscriptions) {
    return subscriptions.stream().map(subscription -> subscription.pattern.toString()).toList();
  }

  /** Returns the same subscription, at the same place, for other events. */
  ReaderSubscription withFilter(EventFilter other) {
    ReaderSubscription changed = new ReaderSubscription(pattern, other);
    changed.source = source;
    changed.after = after;
    changed.told = told;
    changed.later = later;
    return changed;
  }

  void beginAfter(ChannelLog channel, long seq) {
    if (source == channel) {
      after = seq;
    } else {
      if (later.isEmpty()) {
        later = new HashMap<>();
      }
      later.put(channel, seq);
    }
  }

  /** Returns where the subscription to one of its channels begins. */
  long beginsAfter(ChannelLog channel) {
    return later.isEmpty() ? after : Math.max(after, later.getOrDefault(channel, 0L));
  }

  /**
   * Returns whether a reader at a cursor is past every beginning, so that all that is left is
   * ordinary reading.
   */
  boolean isPlainAfter(long cursor) {
    if (after > cursor) {
      return false;
    }
    for (long beginning : later.values()) {
      if (beginning > cursor) {
        return false;
      }
    }
    later = Map.of();
    return true;
  }

  /**
   * Returns whether a reader at a cursor also has no loss to account for that others at that cursor
   * would not.
   */
  boolean isCommonAfter(long cursor) {
    return told <= cursor && isPlainAfter(cursor);
  }

  boolean wants(LogEntry entry) {
    return entry.seq > beginsAfter(entry.source) && filter.accepts(entry.message());
  }
}
