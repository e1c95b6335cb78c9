package io.millrace.core;

/** Something that has a place in the log's order. */
abstract class LogItem {

  /** What a frame of an item has besides the payload, rather more than less. */
  static final int OVERHEAD = 256;

  final long seq;
  final long appendedAt;

  /** About how many bytes are written of it: what a turn may write is counted by it. */
  final int size;

  /** How many bytes it takes on the heap: what is held is counted by it. */
  final int held;

  /**
   * An item.
   *
   * @param seq its place
   * @param appendedAt when it came, in milliseconds of the node's clock
   * @param payload its bytes of payload
   * @param held what it takes on the heap, see {@link Footprint}
   */
  LogItem(long seq, long appendedAt, int payload, int held) {
    this.seq = seq;
    this.appendedAt = appendedAt;
    this.size = payload + OVERHEAD;
    this.held = held;
  }
}
