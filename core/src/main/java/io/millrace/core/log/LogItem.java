package io.millrace.core.log;

/** Something that has a place in the log's order. */
public abstract class LogItem {

  /**
   * An estimate of what a frame of an item has besides its payload, too high rather than too low.
   */
  public static final int OVERHEAD = 256;

  /** Its place. */
  public final long seq;

  /** When it was appended, in milliseconds of the node's clock. */
  public final long appendedAt;

  /** About how many bytes are written for it; limits what a turn writes. */
  public final int size;

  /** How many bytes it takes of the heap; limits what is held. */
  final int held;

  /**
   * An item.
   *
   * @param seq its place
   * @param appendedAt when it was appended, in milliseconds of the node's clock
   * @param payload the size of its payload in bytes
   * @param held how many bytes it takes of the heap, see {@link Footprint}
   */
  LogItem(long seq, long appendedAt, int payload, int held) {
    this.seq = seq;
    this.appendedAt = appendedAt;
    this.size = payload + OVERHEAD;
    this.held = held;
  }
}
