package io.millrace.internal;

import io.vertx.core.Future;

/**
 * What Vert.x was given to write to a connection, and has not sent. Vert.x itself calls its queue
 * full once sixteen writes wait there, however large they are: that may be a megabyte for each
 * client that does not read. Owned by the event loop.
 */
public final class WriteQueue {

  /** As many as Netty takes. */
  private static final int MOST_BYTES = 64 << 10;

  private final Runnable drained;
  private int writes;
  private long bytes;

  /**
   * Makes an empty queue.
   *
   * @param drained called when it was full and has room again
   */
  public WriteQueue(Runnable drained) {
    this.drained = drained;
  }

  /** {@return whether it is better to wait before writing more} */
  public boolean isFull() {
    return bytes >= MOST_BYTES || writes >= Unsent.MOST_WRITES;
  }

  /**
   * Adds a write until it is complete. Called on the event loop, which also completes the write.
   *
   * @param write what may be complete already
   * @param length how many bytes it writes
   */
  public void add(Future<Void> write, int length) {
    if (write.isComplete()) {
      return;
    }
    writes++;
    bytes += length;
    write.onComplete(done -> remove(length));
  }

  private void remove(int length) {
    boolean full = isFull();
    writes--;
    bytes -= length;
    if (full && !isFull()) {
      drained.run();
    }
  }
}
