package io.millrace.core.broker;

import io.millrace.core.log.Archive;
import io.millrace.core.log.Log;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * Replaces one log of a backend by another. No reader may see a position of one log with the
 * other's epoch, and none gets messages again that the new log has from the first one. So readers
 * leave before the new log begins, and may attach once the node has read all of it. Safe on any
 * thread.
 */
public final class Succession {

  /** What follows the log that is replaced. */
  public interface Followers {

    /** Makes every reader leave the log, because another one takes its place. */
    Future<Void> leaveLog();

    /** Makes all follow the new log from where it is. */
    Future<Void> enterLog();

    /** Tells all, including future ones, whether the broker is out of reach. */
    void setDegraded(boolean value);
  }

  private final Log log;
  private final Followers followers;
  private volatile Promise<Void> entered = Promise.promise();

  /** Whether the new log has begun, and the broker is still out of reach. */
  private volatile boolean reading;

  private volatile boolean degraded;

  /** Makes an object without a replacement in progress. */
  public Succession(Log log, Followers followers) {
    this.log = log;
    this.followers = followers;
    entered.complete();
  }

  /** Returns whether no log is being replaced. */
  public boolean isOver() {
    return entered.future().isComplete();
  }

  /** Returns a future that completes when readers may attach. */
  public Future<Void> over() {
    return entered.future();
  }

  /** Makes all readers leave, and begins the new log. */
  Future<Void> begin(String epoch, Archive followed) {
    if (isOver()) {
      entered = Promise.promise();
    }
    return followers
        .leaveLog()
        .compose(
            left -> {
              log.renew(epoch);
              log.serve();
              followed.clear();
              reading = true;
              return degraded ? Future.succeededFuture() : enter();
            });
  }

  /** Fails everybody who waits, because the node is closed. */
  public void close(Throwable why) {
    entered.tryFail(why);
  }

  private Future<Void> enter() {
    reading = false;
    Promise<Void> done = entered;
    return followers.enterLog().onComplete(all -> done.tryComplete());
  }

  /**
   * Notes whether the broker is out of reach. If it is not, everything in the log has been read.
   */
  void setDegraded(boolean value) {
    degraded = value;
    if (!value && reading) {
      var unused = enter();
    }
    followers.setDegraded(value);
  }
}
