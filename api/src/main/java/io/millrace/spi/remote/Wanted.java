package io.millrace.spi.remote;

import io.millrace.ChannelPattern;
import io.vertx.core.Promise;
import java.util.Optional;

/** A name or pattern that the node wants, whether or not there is a connection now. */
final class Wanted {

  final ChannelPattern pattern;
  final Promise<Void> confirmed = Promise.promise();

  /** The subscription on the current connection. */
  Optional<TopicSubscription> subscription = Optional.empty();

  /** What comes of its request. */
  Promise<Void> answer = Promise.promise();

  Wanted(ChannelPattern pattern) {
    this.pattern = pattern;
  }

  /** Returns whether it was subscribed once. */
  boolean isConfirmed() {
    return confirmed.future().isComplete();
  }

  /** Returns whether this is its subscription on the current connection. */
  boolean has(TopicSubscription other) {
    return subscription.filter(other::equals).isPresent();
  }

  /**
   * Its subscription on the current connection is over. If that was not confirmed yet, its request
   * fails.
   *
   * @return the subscription, if there was one
   */
  Optional<TopicSubscription> forget(Throwable why) {
    Optional<TopicSubscription> forgotten = subscription;
    subscription = Optional.empty();
    answer.tryFail(why);
    return forgotten;
  }
}
