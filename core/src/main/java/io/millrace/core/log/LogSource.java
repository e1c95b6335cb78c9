package io.millrace.core.log;

import io.millrace.ChannelPattern;

/**
 * Something that readers subscribe to: a channel, or the channels of a pattern. Guarded by the
 * log's lock.
 */
abstract class LogSource {

  /** How many readers hold it. */
  int readers;

  /**
   * The highest sequence number that belongs to it and is no longer held, or may never have
   * arrived.
   */
  private long mark;

  /** The highest mark that an interruption has set. */
  private long interruptedMark;

  /** Returns the channel or pattern. */
  abstract ChannelPattern pattern();

  long mark() {
    return mark;
  }

  boolean interruptedAfter(long seq) {
    return interruptedMark > seq;
  }

  void raiseMark(long seq) {
    mark = Math.max(mark, seq);
  }

  /** Drops what is held, and every mark. */
  void clear() {
    mark = 0;
    interruptedMark = 0;
  }

  void interruptAt(long seq) {
    interruptedMark = Math.max(interruptedMark, seq);
    raiseMark(seq);
  }
}
