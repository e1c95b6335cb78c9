package io.millrace.broker.stomp;

/**
 * What time it is in the stream: for how many milliseconds nodes have kept it, as they write into
 * it. A node goes on from what it has read there, so all agree on how long ago something was,
 * whatever the clocks of their machines say. While no node runs it stands still. Used on the link's
 * context alone.
 */
final class StreamClock {

  /** The header of markers, and of what nodes publish. */
  static final String ELAPSED = "millrace-elapsed";

  private final long begun = System.nanoTime();

  /** By how much it is ahead of what this node has counted. */
  private long ahead;

  private long counted() {
    return (System.nanoTime() - begun) / 1_000_000;
  }

  /** {@return the milliseconds until now} */
  long elapsed() {
    return ahead + counted();
  }

  /** Takes what was just read: it was written before now. */
  void read(long elapsed) {
    ahead = Math.max(ahead, elapsed - counted());
  }
}
