package io.millrace.core;

import io.millrace.Cursor;
import io.millrace.Gap;
import io.millrace.MillraceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds where reading begins. Called under the log's lock, for subscriptions that have their
 * sources.
 */
final class Beginnings {

  /** The most messages that {@code last} replays, over all channels. */
  static final int MOST_REPLAYED = 1000;

  /** The most channels that a pattern may stand for where {@code last} is asked. */
  static final int MOST_REPLAYED_CHANNELS = 100;

  private final String epoch;
  private final boolean shared;
  private final long head;
  private final long now;

  /**
   * Beginnings at a moment.
   *
   * @param epoch the log's
   * @param shared whether clients may have seen what this log holds under another epoch
   * @param head the log's newest sequence
   * @param now the present
   */
  Beginnings(String epoch, boolean shared, long head, long now) {
    this.epoch = epoch;
    this.shared = shared;
    this.head = head;
    this.now = now;
  }

  Beginning of(Collection<ReaderSubscription> subscriptions, Start start) {
    if (start.cursor().isPresent()) {
      return after(Cursor.parse(start.cursor().get()), subscriptions);
    }
    return start.last() > 0
        ? newest(subscriptions, start.last())
        : new Beginning(head, Optional.empty(), 0, head);
  }

  private Beginning after(Optional<Cursor> asked, Collection<ReaderSubscription> subscriptions) {
    if (asked.isEmpty()) {
      return anew(shared ? head : 0, Gap.Reason.UNKNOWN, subscriptions);
    }
    Cursor cursor = asked.get();
    if (!cursor.epoch().equals(epoch)) {
      // What a log that is not shared holds was published since it began, so nobody can have it
      // already.
      return anew(shared ? head : 0, Gap.Reason.EPOCH, subscriptions);
    }
    return cursor.seq() > head
        ? anew(head, Gap.Reason.UNKNOWN, subscriptions)
        : new Beginning(cursor.seq(), Optional.empty(), 0, head);
  }

  private Beginning anew(
      long seq, Gap.Reason reason, Collection<ReaderSubscription> subscriptions) {
    subscriptions.forEach(subscription -> subscription.told = head);
    return new Beginning(seq, Optional.of(reason), 0, head);
  }

  /**
   * Reading from before the oldest of what shall be replayed, with each channel beginning at its
   * own.
   */
  private Beginning newest(Collection<ReaderSubscription> subscriptions, int last) {
    Map<ReaderSubscription, Map<ChannelLog, List<LogEntry>>> replayed = new HashMap<>();
    List<Long> sequences = new ArrayList<>();
    for (ReaderSubscription subscription : subscriptions) {
      Map<ChannelLog, List<LogEntry>> byChannel = new HashMap<>();
      for (ChannelLog channel : channels(subscription.source)) {
        List<LogEntry> entries = newest(channel, last, subscription.filter, now);
        byChannel.put(channel, entries);
        entries.forEach(entry -> sequences.add(entry.seq));
      }
      replayed.put(subscription, byChannel);
    }
    Collections.sort(sequences);
    List<Long> distinct = sequences.stream().distinct().toList();
    long oldest =
        distinct.isEmpty() ? head + 1 : distinct.get(Math.max(0, distinct.size() - MOST_REPLAYED));
    replayed.forEach(
        (subscription, byChannel) -> {
          subscription.told = head;
          byChannel.forEach(
              (channel, entries) -> {
                long first = entries.isEmpty() ? head + 1 : entries.get(0).seq;
                subscription.beginAfter(channel, Math.max(first, oldest) - 1);
              });
        });
    long through = distinct.isEmpty() ? 0 : distinct.get(distinct.size() - 1);
    return new Beginning(oldest - 1, Optional.empty(), through, head);
  }

  private static Collection<ChannelLog> channels(LogSource source) {
    if (source instanceof ChannelLog channel) {
      return List.of(channel);
    }
    Collection<ChannelLog> channels = ((PatternLog) source).channels;
    if (channels.size() > MOST_REPLAYED_CHANNELS) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "The pattern \""
              + source.pattern()
              + "\" stands for more than "
              + MOST_REPLAYED_CHANNELS
              + " channels: last cannot be asked of it. Name the channels, or leave last out.");
    }
    return channels;
  }

  /** Returns the newest entries held of a channel that a filter accepts, oldest first. */
  static List<LogEntry> newest(ChannelLog channel, int most, EventFilter filter, long now) {
    List<LogEntry> found = new ArrayList<>();
    long oldestHistory = now - channel.limits.age().toMillis();
    for (int i = channel.entries.size() - 1; i >= 0 && found.size() < most; i--) {
      LogEntry entry = channel.entries.get(i);
      if (i < channel.historyCount && entry.appendedAt <= oldestHistory) {
        break; // Too old, only not yet swept.
      }
      if (filter.accepts(entry.message())) {
        found.add(entry);
      }
    }
    Collections.reverse(found);
    return found;
  }
}
