package io.millrace.core;

import io.millrace.ChannelPattern;
import io.vertx.core.Future;
import java.util.Optional;

/** A name or pattern that {@link Interests} holds; guarded by its lock. */
final class Interest {

  final ChannelPattern pattern;

  /** What covers it, so that the broker need not be asked. */
  final Optional<Interest> covering;

  /** Completes with the place in the log from which on it is heard. */
  final Future<Long> confirmed;

  /** About how many bytes of the heap it takes. */
  final int footprint;

  int readers = 1;

  /** Whether somebody read it again after the last reader had left. */
  boolean returned;

  /** What gives it up when it has lingered, zero if nothing does. */
  long timer;

  /** Raised by whatever makes a pending release void. */
  int generation;

  /** Which of the confirmed ones it is; none is before those that are not confirmed yet. */
  long order = Long.MAX_VALUE;

  Interest(ChannelPattern pattern, Optional<Interest> covering, Future<Long> confirmed) {
    this.pattern = pattern;
    this.covering = covering;
    this.confirmed = confirmed;
    this.footprint = Footprint.interest(pattern);
  }
}
