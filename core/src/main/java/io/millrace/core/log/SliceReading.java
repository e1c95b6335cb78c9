package io.millrace.core.log;

import io.millrace.Gap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

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
  private final Chosen chosen;
  private List<Gap> gaps = List.of();
  private long missing;

  /** The items that must still be examined. */
  private List<LogItem> candidates = List.of();

  /** Up to here there is nothing except what was found, or the candidates. */
  private long through;

  SliceReading(LogQueue<LogItem> ring, SliceRequest next) {
    this.ring = ring;
    this.positions = next.positions();
    this.after = next.after();
    this.upTo = next.upTo();
    this.chosen = new Chosen(next);
  }

  /**
   * Takes what comes next. Called under the log's lock.
   *
   * @param past what has left the ring and is still held
   * @param evictedThrough the newest item that has left the ring
   * @param lost the reason to give for what the log no longer holds; none if it should be read back
   */
  void look(Past past, long evictedThrough, Optional<Gap.Reason> lost) {
    gaps = Losses.take(positions, after, lost);
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
    return chosen.slice(gaps, through, missing);
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

  private long take(Past past, long evictedThrough) {
    candidates = new ArrayList<>();
    boolean all = after >= evictedThrough || past.read(after, upTo, candidates, MOST_SCANNED);
    for (int i = ring.indexAfter(after); all && i < ring.size() && ring.get(i).seq <= upTo; i++) {
      all = candidates.size() < MOST_SCANNED;
      if (all) {
        candidates.add(ring.get(i));
      }
    }
    long taken = all ? upTo : candidates.get(candidates.size() - 1).seq;
    candidates.removeIf(item -> isReplacedForAll(item, taken));
    return taken;
  }

  /** Returns whether an entry need not be looked at, whichever subscriptions it is for. */
  private boolean isReplacedForAll(LogItem item, long taken) {
    if (!(item instanceof LogEntry entry) || !entry.source.keepsNewest()) {
      return false;
    }
    for (ReadPosition position : positions) {
      if (!chosen.isReplaced(entry, position, taken)) {
        return false;
      }
    }
    return true;
  }

  private long choose() {
    Wanted wanted = new Wanted(positions);
    long examined = after;
    for (LogItem item : candidates) {
      if (wanted.isEnough()) {
        return examined;
      }
      if (item instanceof LogEntry entry) {
        ReadPosition by = chosen.wanting(entry, wanted.positions(entry));
        if (by != null && !chosen.take(entry, by)) {
          return examined;
        }
      }
      examined = item.seq;
    }
    return through;
  }

  /** One channel's place in a merge. */
  private final class Head {
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
    boolean advance() {
      while (index < channel.entries.size() && entry().seq <= upTo) {
        if (looks == 0 || wanting() != null) {
          return true;
        }
        looks--;
        index++;
      }
      return false;
    }

    @Nullable ReadPosition wanting() {
      ReadPosition by = chosen.wanting(entry(), positions);
      return by == null || chosen.isReplaced(entry(), by, upTo) ? null : by;
    }
  }

  private long merge() {
    PriorityQueue<Head> heads =
        new PriorityQueue<>((a, b) -> Long.compare(a.entry().seq, b.entry().seq));
    Collection<Head> all = heads().values();
    for (Head head : all) {
      head.index = head.channel.entries.indexAfter(Math.max(after, head.startsAfter()));
      head.looks = Math.max(LEAST_LOOKS, MOST_SCANNED / all.size());
      if (head.advance()) {
        heads.add(head);
      }
    }
    long through = after;
    for (Head head = heads.poll(); head != null; head = heads.poll()) {
      LogEntry entry = head.entry();
      ReadPosition by = head.wanting();
      if (by == null) {
        return Math.max(through, entry.seq - 1); // Enough was examined for one slice.
      }
      if (!chosen.take(entry, by)) {
        return through;
      }
      through = entry.seq;
      head.index++;
      if (head.advance()) {
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
