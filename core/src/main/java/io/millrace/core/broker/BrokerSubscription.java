package io.millrace.core.broker;

import io.millrace.ChannelPattern;
import io.millrace.core.log.Footprint;
import io.vertx.core.Future;
import java.util.Optional;

/** A name or pattern that {@link BrokerSubscriptions} holds; guarded by its lock. */
final class BrokerSubscription {

  final ChannelPattern pattern;

  /** What covers it, so that the broker need not be asked. */
  final Optional<BrokerSubscription> covering;

  /** Completes with the place in the log from which on its messages arrive. */
  final Future<Long> confirmed;

  /** About how many bytes of the heap it takes. */
  final int footprint;

  int readers = 1;

  /** Whether it was read again after its last reader had left. */
  boolean returned;

  /** The timer that gives it up when it has lingered; zero if there is none. */
  long timer;

  /** Raised by everything that makes a pending release void. */
  int generation;

  /** Its position among the confirmed ones; those that are not confirmed yet come last. */
  long order = Long.MAX_VALUE;

  BrokerSubscription(
      ChannelPattern pattern, Optional<BrokerSubscription> covering, Future<Long> confirmed) {
    this.pattern = pattern;
    this.covering = covering;
    this.confirmed = confirmed;
    this.footprint = Footprint.brokerSubscription(pattern);
  }
}
