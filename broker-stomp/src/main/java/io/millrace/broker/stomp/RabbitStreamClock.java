package io.millrace.broker.stomp;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The clock of the stream: how many milliseconds nodes have been keeping it. Nodes write it into
 * the stream, and each node continues from what it has read there. So all agree how long ago
 * something was written, whatever the clocks of their machines say. While no node runs, this clock
 * stops. Used only on the connection's context.
 */
final class RabbitStreamClock {

  /** The header with this time, in markers and in messages that nodes publish. */
  static final String ELAPSED = "millrace-elapsed";

  /** More than nodes can count in 30,000 years. */
  private static final long MOST = 1_000_000_000_000_000L;

  private final long begun = System.nanoTime();

  /** How far it is ahead of this node's own count; empty before anything was read. */
  private OptionalLong ahead = OptionalLong.empty();

  /** Reads the header's value. */
  static Optional<Long> parse(Optional<String> text) {
    return RecordTimes.number(text).filter(millis -> millis >= 0 && millis <= MOST);
  }

  private long counted() {
    return (System.nanoTime() - begun) / 1_000_000;
  }

  /** {@return the present time of this clock, once it is known} */
  OptionalLong elapsed() {
    return ahead.isEmpty() ? ahead : OptionalLong.of(Math.min(MOST, ahead.getAsLong() + counted()));
  }

  /** Takes a time that was just read; it was written before now. */
  void read(long elapsed) {
    ahead = OptionalLong.of(Math.max(ahead.orElse(Long.MIN_VALUE), elapsed - counted()));
  }

  /** Starts the clock, if no time was read. */
  void start() {
    if (ahead.isEmpty()) {
      read(0);
    }
  }
}
