package io.millrace.broker.stomp;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What time it is in the stream: for how many milliseconds nodes have kept it, as they write into
 * it. A node goes on from what it has read there, so all agree on how long ago something was,
 * whatever the clocks of their machines say. While no node runs it stands still. Used on the link's
 * context alone.
 */
final class StreamClock {

  /** The header of markers, and of what nodes publish. */
  static final String ELAPSED = "millrace-elapsed";

  /** More than nodes can count in 30,000 years. */
  private static final long MOST = 1_000_000_000_000_000L;

  private final long begun = System.nanoTime();

  /** By how much it is ahead of what this node has counted; empty before anything was read. */
  private OptionalLong ahead = OptionalLong.empty();

  /** Reads the header's value. */
  static Optional<Long> parse(Optional<String> text) {
    return RecordTimes.number(text).filter(millis -> millis >= 0 && millis <= MOST);
  }

  private long counted() {
    return (System.nanoTime() - begun) / 1_000_000;
  }

  /** {@return the milliseconds until now, once that is known} */
  OptionalLong elapsed() {
    return ahead.isEmpty() ? ahead : OptionalLong.of(Math.min(MOST, ahead.getAsLong() + counted()));
  }

  /** Takes what was just read: it was written before now. */
  void read(long elapsed) {
    ahead = OptionalLong.of(Math.max(ahead.orElse(Long.MIN_VALUE), elapsed - counted()));
  }

  /** Starts it, if nothing was read that says what time it is. */
  void start() {
    if (ahead.isEmpty()) {
      read(0);
    }
  }
}
