package io.millrace.core;

/** Something that has a place in the log's order. */
abstract class LogItem {

  /**
   * What an item costs besides its payload, rather more than less: itself, its message, its slots
   * in the queues, the frames that are made of it.
   */
  static final int OVERHEAD = 256;

  final long seq;
  final long appendedAt;
  final int size;

  /**
   * An item.
   *
   * @param seq its place
   * @param appendedAt when it came, in milliseconds of the node's clock
   * @param payload its bytes of payload
   */
  LogItem(long seq, long appendedAt, int payload) {
    this.seq = seq;
    this.appendedAt = appendedAt;
    this.size = payload + OVERHEAD;
  }
}
