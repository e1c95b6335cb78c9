package io.millrace.core;

import io.millrace.ChannelPattern;
import io.millrace.HistoryOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * What is held of one channel: at the end the entries that are also in the ring, before them its
 * history. Guarded by the log's lock.
 */
final class ChannelLog extends LogSource {

  final LogQueue<LogEntry> entries = new LogQueue<>();
  final HistoryOptions limits;

  /** The patterns in use that match this channel. */
  final List<PatternLog> patterns = new ArrayList<>(0);

  /** How many of the entries, from the front, have left the ring. */
  int historyCount;

  /** What it takes on the heap besides its entries, see {@link Footprint}. */
  final int held;

  private final String name;
  private final ChannelPattern pattern;
  private long historyBytes;
  private long dropped;

  ChannelLog(ChannelPattern pattern, HistoryOptions limits) {
    this.pattern = pattern;
    this.name = pattern.toString();
    this.limits = limits;
    this.held = Footprint.channel(name);
  }

  @Override
  ChannelPattern pattern() {
    return pattern;
  }

  String text() {
    return name;
  }

  @Override
  void raiseMark(long seq) {
    super.raiseMark(seq);
    for (PatternLog wider : patterns) {
      wider.raiseMark(seq);
    }
  }

  @Override
  void interruptAt(long seq) {
    super.interruptAt(seq);
    for (PatternLog wider : patterns) {
      wider.interruptAt(seq);
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
   * Returns whether the oldest entry is held only as history, and one bound or another no longer
   * allows that.
   */
  boolean exceedsHistory(long now) {
    return historyCount > 0
        && (entries.size() > limits.count()
            || historyBytes > limits.bytes()
            || now - entries.first().appendedAt >= limits.age().toMillis());
  }

  /** Drops the oldest entry, which is history. */
  LogEntry dropOldest() {
    LogEntry oldest = entries.removeFirst();
    historyCount--;
    historyBytes -= oldest.held;
    dropped = oldest.seq;
    raiseMark(dropped);
    return oldest;
  }

  /** Returns the newest that was dropped, zero if nothing was. */
  long dropped() {
    return dropped;
  }

  boolean isForgettable() {
    return interest == 0 && entries.isEmpty();
  }
}
