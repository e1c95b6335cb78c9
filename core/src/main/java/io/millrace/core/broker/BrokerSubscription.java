package io.millrace.core.broker;

import io.millrace.ChannelPattern;
import io.millrace.core.log.Footprint;
import io.vertx.core.Future;
import java.util.Optional;

/** A name or pattern that {@link BrokerSubscriptions} holds; guarded by its lock. */
final class BrokerSubscription {

  final ChannelPattern pattern;

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

  private final Optional<BrokerSubscription> covering;

  /** One for which the broker is asked. */
  BrokerSubscription(ChannelPattern pattern, Future<Long> confirmed) {
    this(pattern, Optional.empty(), confirmed);
  }

  /** One that another covers, so that the broker need not be asked. */
  BrokerSubscription(ChannelPattern pattern, BrokerSubscription covering) {
    this(pattern, Optional.of(covering), covering.confirmed);
  }

  private BrokerSubscription(
      ChannelPattern pattern, Optional<BrokerSubscription> covering, Future<Long> confirmed) {
    this.pattern = pattern;
    this.covering = covering;
    this.confirmed = confirmed;
    this.footprint = Footprint.brokerSubscription(pattern);
  }

  /** Returns whether the broker was asked for it, because no other covers it. */
  boolean isAsked() {
    return covering.isEmpty();
  }

  boolean isCoveredBy(BrokerSubscription other) {
    return covering.filter(it -> it == other).isPresent();
  }
}
