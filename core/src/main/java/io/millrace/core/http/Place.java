package io.millrace.core.http;

import io.millrace.core.log.Allowance;

/** What one client takes of shared limits, from its request to its end. Used on its event loop. */
final class Place {

  private final Allowance room;
  private final Runnable uncount;
  private long held;
  private long reserved;
  private boolean left;
  private Runnable whenLeft = () -> {};

  /**
   * Makes a place that takes no room yet.
   *
   * @param room for all clients together
   * @param uncount called once, when the client leaves
   */
  Place(Allowance room, Runnable uncount) {
    this.room = room;
    this.uncount = uncount;
  }

  /**
   * Takes room for as long as the client is there.
   *
   * @throws io.millrace.MillraceException if there is none
   */
  void hold(long bytes) {
    room.take(bytes);
    held += bytes;
  }

  /**
   * Takes room until it is settled.
   *
   * @throws io.millrace.MillraceException if there is none
   */
  void reserve(long bytes) {
    room.take(bytes);
    reserved += bytes;
  }

  /** Called when what was reserved is counted elsewhere. */
  void settle() {
    room.add(-reserved);
    reserved = 0;
  }

  /**
   * Sets what is done when the client leaves, instead of what was set before; at once if it has.
   */
  void whenLeft(Runnable action) {
    whenLeft = action;
    if (left) {
      action.run();
    }
  }

  /** The client is gone. May be called again. */
  void leave() {
    if (!left) {
      left = true;
      whenLeft.run();
      settle();
      room.add(-held);
      uncount.run();
    }
  }
}
