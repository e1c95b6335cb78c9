package io.millrace.core.http;

import io.millrace.core.log.Allowance;

/** What one client takes of shared limits, from its request to its end. Used on its event loop. */
final class ClientShare {

  private final Allowance room;
  private final Runnable uncount;
  private long held;
  private boolean left;

  /**
   * Makes a share that takes no room yet.
   *
   * @param room for all clients together
   * @param uncount called once, when the client leaves
   */
  ClientShare(Allowance room, Runnable uncount) {
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

  /** The client is gone. May be called again. */
  void leave() {
    if (!left) {
      left = true;
      room.add(-held);
      uncount.run();
    }
  }
}
