package io.millrace.spi.remote;

import io.vertx.core.Future;
import io.vertx.core.Promise;

/** One subscription on the connection that brings messages, made by a {@link TopicProtocol}. */
public interface TopicSubscription {

  /**
   * {@return completes when the server has subscribed; fails if it refuses or does not answer in
   * time; may never complete if the connection ends}
   */
  Future<Void> confirmed();

  /**
   * Returns when the server ends a subscription that it has confirmed, although the connection
   * lasts.
   *
   * @return never completes by default
   */
  default Future<Void> ended() {
    return Promise.<Void>promise().future();
  }

  /**
   * Ends the subscription, confirmed or not. Nothing is brought any more.
   *
   * @return completes when the server has ended it; fails if it does not answer in time; may never
   *     complete if the connection ends
   */
  Future<Void> end();
}
