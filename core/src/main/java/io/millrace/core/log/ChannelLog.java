package io.millrace.core.log;

import io.millrace.ChannelPattern;
import io.millrace.HistoryOptions;
import io.millrace.SlowPolicy;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is held of one channel: its history, followed by the entries that are also in the ring.
 * Guarded by the log's lock.
 */
public final class ChannelLog extends LogSource {

  private static final Map<Reported, LogEntry> NOT_KEPT = Map.of();

  final LogQueue<LogEntry> entries = new LogQueue<>();
  final HistoryOptions limits;

  /** How many of the entries, from the front, have left the ring. */
  int historyCount;

  private final ChannelPattern pattern;

  /** The patterns in use. */
  private final PatternTree<PatternLog> patterns;

  private long historyBytes;
  private Dropped dropped = Dropped.NONE;

  /** The newest entries of all that it holds; not kept unless slow readers get only those. */
  private final Map<Reported, LogEntry> newest;

  ChannelLog(
      ChannelPattern pattern,
      HistoryOptions limits,
      SlowPolicy slow,
      PatternTree<PatternLog> patterns) {
    this.pattern = pattern;
    this.limits = limits;
    this.patterns = patterns;
    this.newest = slow == SlowPolicy.LATEST ? new HashMap<>() : NOT_KEPT;
  }

  @Override
  public ChannelPattern pattern() {
    return pattern;
  }

  String text() {
    return pattern.toString();
  }

  /** Returns how many bytes it takes of the heap besides its entries. */
  int held() {
    return Footprint.source(pattern) + (dropped == Dropped.NONE ? 0 : Footprint.DROPPED);
  }

  /** Tells the patterns that match it what it has lost. */
  void tellPatterns() {
    if (!patterns.isEmpty()) {
      patterns.matching(pattern.segments()).forEach(wider -> wider.raiseMark(mark()));
    }
  }

  @Override
  void clear() {
    super.clear();
    entries.clear();
    historyCount = 0;
    historyBytes = 0;
    dropped = Dropped.NONE;
    if (keepsNewest()) {
      newest.clear();
    }
  }

  /** Adds the newest entry. */
  void add(LogEntry entry) {
    entries.add(entry);
    if (keepsNewest()) {
      newest.put(Reported.by(entry), entry);
    }
  }

  /** Returns whether readers that are behind get only the newest of what it reports. */
  boolean keepsNewest() {
    return newest != NOT_KEPT;
  }

  /** Returns the newest entry held that reports the same as another one, if that is kept. */
  @Nullable LogEntry newest(LogEntry entry) {
    return newest.get(Reported.by(entry));
  }

  /** Counts an entry that has left the ring as history. */
  void leftRing(LogEntry entry) {
    historyCount++;
    historyBytes += entry.held;
  }

  /**
   * Returns whether the oldest entry is held only as history, and the history is larger than
   * allowed.
   */
  boolean exceedsHistory() {
    return historyCount > 0 && (entries.size() > limits.count() || historyBytes > limits.bytes());
  }

  /** Returns whether the oldest entry is held only as history, and has reached the maximum age. */
  boolean hasTooOld(long now) {
    return historyCount > 0 && now - entries.first().appendedAt >= limits.age().toMillis();
  }

  /** Drops the oldest entry, which is history. */
  LogEntry dropOldest() {
    LogEntry oldest = entries.removeFirst();
    historyCount--;
    historyBytes -= oldest.held;
    if (dropped == Dropped.NONE) {
      dropped = Dropped.startingAfter(Math.min(mark(), oldest.seq - 1));
    }
    dropped.add(oldest.seq);
    if (!keepsNewest() || newest.remove(Reported.by(oldest), oldest)) {
      raiseMark(oldest.seq); // Otherwise a newer one has replaced it.
      tellPatterns();
    }
    return oldest;
  }

  /** Returns what it has had and no longer holds. */
  Dropped dropped() {
    return dropped;
  }

  /** Returns how many messages it has had up to a place after all that was dropped. */
  int count(long seq) {
    return dropped.count() + entries.indexAfter(seq);
  }

  boolean isForgettable() {
    return readers == 0 && entries.isEmpty();
  }
}
