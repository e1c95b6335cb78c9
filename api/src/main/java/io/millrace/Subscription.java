package io.millrace;

import io.vertx.core.Future;

/** A {@link Subscriber} that is attached to the log. */
public interface Subscription {

  /** {@return how far the subscriber has read; to continue from there later} Safe on any thread. */
  Cursor cursor();

  /**
   * Ends the subscription. Safe on any thread, and more than once.
   *
   * @return completes when nothing more will be delivered
   */
  Future<Void> end();
}
