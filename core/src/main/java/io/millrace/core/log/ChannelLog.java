package io.millrace.core.log;

import io.millrace.ChannelPattern;
import io.millrace.HistoryOptions;

/**
 * What is held of one channel: its history, followed by the entries that are also in the ring.
 * Guarded by the log's lock.
 */
public final class ChannelLog extends LogSource {

  final LogQueue<LogEntry> entries = new LogQueue<>();
  final HistoryOptions limits;

  /** How many of the entries, from the front, have left the ring. */
  int historyCount;

  /** How many bytes it takes of the heap besides its entries, see {@link Footprint}. */
  final int held;

  private final String name;
  private final ChannelPattern pattern;

  /** The patterns in use. */
  private final PatternTree<PatternLog> patterns;

  private long historyBytes;
  private long dropped;

  ChannelLog(ChannelPattern pattern, HistoryOptions limits, PatternTree<PatternLog> patterns) {
    this.pattern = pattern;
    this.name = pattern.toString();
    this.limits = limits;
    this.held = Footprint.channel(name);
    this.patterns = patterns;
  }

  @Override
  public ChannelPattern pattern() {
    return pattern;
  }

  String text() {
    return name;
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
    dropped = 0;
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
    dropped = oldest.seq;
    raiseMark(dropped);
    tellPatterns();
    return oldest;
  }

  /** Returns the newest entry that was dropped; zero if none was. */
  long dropped() {
    return dropped;
  }

  boolean isForgettable() {
    return readers == 0 && entries.isEmpty();
  }
}
