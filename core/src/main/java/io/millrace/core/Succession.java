package io.millrace.core;

import io.millrace.spi.Ending;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;

/**
 * One log of a backend takes the place of another. Nobody may be told a place in the one under the
 * name of the other, and nobody is given again what the other still had of the first: readers leave
 * before it begins, and enter once the node has read it up to the present. Safe on any thread.
 */
final class Succession {

  private final Log log;
  private final Shards shards;
  private final Supplier<Ending> ending;
  private volatile Promise<Void> entered = Promise.promise();

  /** Whether the other log has begun, and the broker is still out of reach. */
  private volatile boolean reading;

  private volatile boolean degraded;

  /**
   * None is under way.
   *
   * @param ending how clients are told to come back
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

  /** Returns what completes when readers may attach. */
  Future<Void> over() {
    return entered.future();
  }

  /** Makes all leave, and begins the other log. */
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

  /** Lets nobody wait for a node that is closed. */
  void close(Throwable why) {
    entered.tryFail(why);
  }

  private Future<Void> enter() {
    reading = false;
    Promise<Void> done = entered;
    return shards.enterLog().onComplete(all -> done.tryComplete());
  }

  /** Takes note of whether the broker is out of reach: if not, all that there is has been read. */
  void setDegraded(boolean value) {
    degraded = value;
    if (!value && reading) {
      var unused = enter();
    }
    shards.setDegraded(value);
  }
}
