package io.millrace.core;

import io.millrace.Gap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/** Reads what is next for a set of subscriptions. Called under the log's lock. */
final class LogReader {

  /** With more channels than this, the ring is scanned instead of merging the channels. */
  private static final int MOST_MERGED = 16;

  /** How many items one slice looks at in search of wanted ones. */
  static final int MOST_SCANNED = 4096;

  /** How many of a channel's entries it looks at in any case. */
  private static final int LEAST_LOOKS = 16;

  private final LogQueue<LogItem> ring;
  private final Collection<ReaderSubscription> subscriptions;
  private final long after;
  private final long upTo;
  private final int mostEntries;
  private final int mostBytes;
  private final List<LogEntry> entries = new ArrayList<>();
  private int bytes;

  LogReader(
      LogQueue<LogItem> ring,
      Collection<ReaderSubscription> subscriptions,
      long after,
      long upTo,
      int mostEntries,
      int mostBytes) {
    this.ring = ring;
    this.subscriptions = subscriptions;
    this.after = after;
    this.upTo = upTo;
    this.mostEntries = mostEntries;
    this.mostBytes = mostBytes;
  }

  /**
   * Reads.
   *
   * @param evictedThrough the newest that has left the ring
   * @param lost the reason to give for what the log no longer holds; none if it is to be read back
   */
  Slice read(long evictedThrough, Optional<Gap.Reason> lost) {
    List<Gap> gaps = gaps(lost);
    long missing = lost.isPresent() || after >= upTo ? 0 : missing();
    if (after >= upTo || missing > 0) {
      return new Slice(gaps, List.of(), 0, after, missing);
    }
    long through = after >= evictedThrough && isWide() ? scan() : merge();
    return new Slice(gaps, entries, bytes, through);
  }

  private List<Gap> gaps(Optional<Gap.Reason> lost) {
    List<String> expired = new ArrayList<>(0);
    List<String> interrupted = new ArrayList<>(0);
    for (ReaderSubscription subscription : subscriptions) {
      boolean byInterruption = subscription.source.interruptedAfter(subscription.accounted(after));
      if ((byInterruption || lost.isPresent() || subscription.isReplayLost(after))
          && subscription.takeLoss(after)) {
        (byInterruption ? interrupted : expired).add(subscription.pattern.toString());
      }
    }
    List<Gap> gaps = new ArrayList<>(0);
    if (!interrupted.isEmpty()) {
      gaps.add(new Gap(interrupted, Gap.Reason.INTERRUPTED));
    }
    if (!expired.isEmpty()) {
      gaps.add(new Gap(expired, lost.orElse(Gap.Reason.EXPIRED)));
    }
    return gaps;
  }

  private long missing() {
    long missing = 0;
    for (ReaderSubscription subscription : subscriptions) {
      missing = Math.max(missing, subscription.missing(after));
    }
    return Math.min(missing, upTo);
  }

  private boolean isWide() {
    int channels = 0;
    for (ReaderSubscription subscription : subscriptions) {
      channels += subscription.source instanceof PatternLog pattern ? pattern.channels.size() : 1;
    }
    return channels > MOST_MERGED;
  }

  private boolean add(LogEntry entry) {
    if (!entries.isEmpty() && (entries.size() >= mostEntries || bytes + entry.size > mostBytes)) {
      return false;
    }
    entries.add(entry);
    bytes += entry.size;
    return true;
  }

  private long scan() {
    Map<LogSource, ReaderSubscription> bySource = new HashMap<>();
    subscriptions.forEach(subscription -> bySource.put(subscription.source, subscription));
    long through = after;
    int index = ring.indexAfter(after);
    for (int end = Math.min(ring.size(), index + MOST_SCANNED); index < end; index++) {
      LogItem item = ring.get(index);
      if (item.seq > upTo) {
        return upTo;
      }
      if (item instanceof LogEntry entry && isWanted(entry, bySource) && !add(entry)) {
        return through;
      }
      through = item.seq;
    }
    return index == ring.size() ? upTo : through;
  }

  private static boolean isWanted(LogEntry entry, Map<LogSource, ReaderSubscription> bySource) {
    ReaderSubscription byName = bySource.get(entry.source);
    if (byName != null && byName.wants(entry)) {
      return true;
    }
    for (PatternLog pattern : entry.source.patterns) {
      ReaderSubscription byPattern = bySource.get(pattern);
      if (byPattern != null && byPattern.wants(entry)) {
        return true;
      }
    }
    return false;
  }

  /** One channel's place in a merge. */
  private static final class Head {
    final ChannelLog channel;
    final List<ReaderSubscription> subscriptions = new ArrayList<>(1);
    int index;

    /** How many more entries may be looked at. */
    int looks;

    Head(ChannelLog channel) {
      this.channel = channel;
    }

    LogEntry entry() {
      return channel.entries.get(index);
    }

    long beginsAfter() {
      long earliest = Long.MAX_VALUE;
      for (ReaderSubscription subscription : subscriptions) {
        earliest = Math.min(earliest, subscription.beginsAfter(channel));
      }
      return earliest;
    }

    /** Returns whether there is an entry that is wanted, or that is no longer looked at. */
    boolean advance(long upTo) {
      while (index < channel.entries.size() && entry().seq <= upTo) {
        if (looks == 0 || isWanted()) {
          return true;
        }
        looks--;
        index++;
      }
      return false;
    }

    boolean isWanted() {
      for (ReaderSubscription subscription : subscriptions) {
        if (subscription.wants(entry())) {
          return true;
        }
      }
      return false;
    }
  }

  private long merge() {
    PriorityQueue<Head> heads =
        new PriorityQueue<>((a, b) -> Long.compare(a.entry().seq, b.entry().seq));
    Collection<Head> all = heads().values();
    for (Head head : all) {
      head.index = head.channel.entries.indexAfter(Math.max(after, head.beginsAfter()));
      head.looks = Math.max(LEAST_LOOKS, MOST_SCANNED / all.size());
      if (head.advance(upTo)) {
        heads.add(head);
      }
    }
    long through = after;
    for (Head head = heads.poll(); head != null; head = heads.poll()) {
      LogEntry entry = head.entry();
      if (!head.isWanted()) {
        return Math.max(through, entry.seq - 1); // Enough was looked at for one slice.
      }
      if (!add(entry)) {
        return through;
      }
      through = entry.seq;
      head.index++;
      if (head.advance(upTo)) {
        heads.add(head);
      }
    }
    return upTo;
  }

  private Map<ChannelLog, Head> heads() {
    Map<ChannelLog, Head> heads = new HashMap<>();
    for (ReaderSubscription subscription : subscriptions) {
      if (subscription.source instanceof PatternLog pattern) {
        for (ChannelLog channel : pattern.channels) {
          heads.computeIfAbsent(channel, Head::new).subscriptions.add(subscription);
        }
      } else if (subscription.source instanceof ChannelLog channel) {
        heads.computeIfAbsent(channel, Head::new).subscriptions.add(subscription);
      }
    }
    return heads;
  }
}
