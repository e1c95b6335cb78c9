package io.millrace.core.log;

import io.millrace.Gap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Reads what comes next for a set of subscriptions. If there are many or patterns, the candidates
 * are taken under the log's lock, and examined without it.
 */
public final class SliceReading {

  /** With more channels than this, the ring is scanned instead of merging the channels. */
  private static final int MOST_MERGED = 16;

  /** How many items one slice examines in search of wanted ones. */
  public static final int MOST_SCANNED = 4096;

  /** How many of a channel's entries it examines in any case. */
  private static final int LEAST_LOOKS = 16;

  private final LogQueue<LogItem> ring;
  private final Collection<ReadPosition> positions;
  private final long after;
  private final long upTo;
  private final int mostEntries;
  private final int mostBytes;
  private final List<LogEntry> entries = new ArrayList<>();
  private int bytes;
  private List<Gap> gaps = List.of();
  private long missing;

  /** The items that must still be examined. */
  private List<LogItem> candidates = List.of();

  /** Up to here there is nothing except what was found, or the candidates. */
  private long through;

  SliceReading(
      LogQueue<LogItem> ring,
      Collection<ReadPosition> positions,
      long after,
      long upTo,
      int mostEntries,
      int mostBytes) {
    this.ring = ring;
    this.positions = positions;
    this.after = after;
    this.upTo = upTo;
    this.mostEntries = mostEntries;
    this.mostBytes = mostBytes;
  }

  /**
   * Takes what comes next. Called under the log's lock.
   *
   * @param past what has left the ring and is still held
   * @param evictedThrough the newest item that has left the ring
   * @param lost the reason to give for what the log no longer holds; none if it should be read back
   */
  void look(Past past, long evictedThrough, Optional<Gap.Reason> lost) {
    gaps = gaps(lost);
    missing = lost.isPresent() || after >= upTo ? 0 : missing();
    if (after >= upTo || missing > 0) {
      through = after;
    } else if (isWide(evictedThrough)) {
      through = take(past, evictedThrough);
    } else {
      through = merge();
    }
  }

  /** Returns what was found. */
  Slice slice() {
    if (!candidates.isEmpty()) {
      through = choose();
    }
    return new Slice(gaps, entries, bytes, through, missing);
  }

  /** There are usually none, so no list is made for them. */
  private List<Gap> gaps(Optional<Gap.Reason> lost) {
    List<String> expired = List.of();
    List<String> interrupted = List.of();
    for (ReadPosition position : positions) {
      boolean byInterruption = position.isInterrupted(after);
      if ((byInterruption || lost.isPresent() || position.isReplayLost(after))
          && position.takeLoss(after)) {
        if (byInterruption) {
          interrupted = with(interrupted, position);
        } else {
          expired = with(expired, position);
        }
      }
    }
    if (interrupted.isEmpty() && expired.isEmpty()) {
      return List.of();
    }
    List<Gap> gaps = new ArrayList<>(2);
    if (!interrupted.isEmpty()) {
      gaps.add(new Gap(interrupted, Gap.Reason.INTERRUPTED));
    }
    if (!expired.isEmpty()) {
      gaps.add(new Gap(expired, lost.orElse(Gap.Reason.EXPIRED)));
    }
    return gaps;
  }

  private static List<String> with(List<String> names, ReadPosition position) {
    List<String> longer = names.isEmpty() ? new ArrayList<>() : names;
    longer.add(position.pattern().toString());
    return longer;
  }

  private long missing() {
    long missing = 0;
    for (ReadPosition position : positions) {
      missing = Math.max(missing, position.missing(after));
    }
    return Math.min(missing, upTo);
  }

  private boolean isWide(long evictedThrough) {
    for (ReadPosition position : positions) {
      if (!(position.source() instanceof ChannelLog)) {
        return true;
      }
    }
    return positions.size() > MOST_MERGED && after >= evictedThrough;
  }

  private boolean add(LogEntry entry) {
    if (!entries.isEmpty() && (entries.size() >= mostEntries || bytes + entry.size > mostBytes)) {
      return false;
    }
    entries.add(entry);
    bytes += entry.size;
    return true;
  }

  private long take(Past past, long evictedThrough) {
    candidates = new ArrayList<>();
    boolean all = after >= evictedThrough || past.read(after, upTo, candidates, MOST_SCANNED);
    for (int i = ring.indexAfter(after); all && i < ring.size() && ring.get(i).seq <= upTo; i++) {
      all = candidates.size() < MOST_SCANNED;
      if (all) {
        candidates.add(ring.get(i));
      }
    }
    return all ? upTo : candidates.get(candidates.size() - 1).seq;
  }

  private long choose() {
    Wanted wanted = new Wanted(positions);
    long chosen = after;
    for (LogItem item : candidates) {
      if (wanted.isEnough()
          || (item instanceof LogEntry entry && wanted.isWanted(entry) && !add(entry))) {
        return chosen;
      }
      chosen = item.seq;
    }
    return through;
  }

  /** One channel's place in a merge. */
  private static final class Head {
    final ChannelLog channel;
    final List<ReadPosition> positions = new ArrayList<>(1);
    int index;

    /** How many more entries may be examined. */
    int looks;

    Head(ChannelLog channel) {
      this.channel = channel;
    }

    LogEntry entry() {
      return channel.entries.get(index);
    }

    long startsAfter() {
      long earliest = Long.MAX_VALUE;
      for (ReadPosition position : positions) {
        earliest = Math.min(earliest, position.startsAfter(channel));
      }
      return earliest;
    }

    /** Returns whether there is an entry that is wanted, or that may no longer be examined. */
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
      for (ReadPosition position : positions) {
        if (position.wants(entry())) {
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
      head.index = head.channel.entries.indexAfter(Math.max(after, head.startsAfter()));
      head.looks = Math.max(LEAST_LOOKS, MOST_SCANNED / all.size());
      if (head.advance(upTo)) {
        heads.add(head);
      }
    }
    long through = after;
    for (Head head = heads.poll(); head != null; head = heads.poll()) {
      LogEntry entry = head.entry();
      if (!head.isWanted()) {
        return Math.max(through, entry.seq - 1); // Enough was examined for one slice.
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
    for (ReadPosition position : positions) {
      if (position.source() instanceof ChannelLog channel) {
        heads.computeIfAbsent(channel, Head::new).positions.add(position);
      }
    }
    return heads;
  }
}
