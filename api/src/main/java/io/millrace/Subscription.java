package io.millrace;

import io.vertx.core.Future;

/** A {@link Subscriber} that is attached to the log. */
public interface Subscription {

  /**
   * {@return how far the subscriber has read; a later subscription can continue from there} Safe on
   * any thread.
   */
  Cursor cursor();

  /**
   * Ends the subscription. Safe on any thread; may be called more than once.
   *
   * @return completes when nothing more will be delivered
   */
  Future<Void> end();
}
