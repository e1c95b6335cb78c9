package io.millrace.core;

import io.millrace.spi.Ending;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;

/**
 * Replaces one log of a backend by another. No reader may see a position of one log with the
 * other's epoch, and none gets messages again that the new log has from the first one. So readers
 * leave before the new log begins, and may attach once the node has read all of it. Safe on any
 * thread.
 */
final class Succession {

  private final Log log;
  private final Shards shards;
  private final Supplier<Ending> ending;
  private volatile Promise<Void> entered = Promise.promise();

  /** Whether the new log has begun, and the broker is still out of reach. */
  private volatile boolean reading;

  private volatile boolean degraded;

  /**
   * Makes an object without a replacement in progress.
   *
   * @param ending how clients are told to reconnect
   */
  Succession(Log log, Shards shards, Supplier<Ending> ending) {
    this.log = log;
    this.shards = shards;
    this.ending = ending;
    entered.complete();
  }

  /** Returns whether no log is being replaced. */
  boolean isOver() {
    return entered.future().isComplete();
  }

  /** Returns a future that completes when readers may attach. */
  Future<Void> over() {
    return entered.future();
  }

  /** Makes all readers leave, and begins the new log. */
  Future<Void> begin(String epoch, Archive followed) {
    if (isOver()) {
      entered = Promise.promise();
    }
    return shards
        .leaveLog(ending)
        .compose(
            left -> {
              log.begin(epoch);
              log.serve();
              followed.clear();
              reading = true;
              return degraded ? Future.succeededFuture() : enter();
            });
  }

  /** Fails everybody who waits, because the node is closed. */
  void close(Throwable why) {
    entered.tryFail(why);
  }

  private Future<Void> enter() {
    reading = false;
    Promise<Void> done = entered;
    return shards.enterLog().onComplete(all -> done.tryComplete());
  }

  /**
   * Notes whether the broker is out of reach. If it is not, everything in the log has been read.
   */
  void setDegraded(boolean value) {
    degraded = value;
    if (!value && reading) {
      var unused = enter();
    }
    shards.setDegraded(value);
  }
}
