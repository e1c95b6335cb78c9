package io.millrace.benchmarks.attack;

import java.util.List;
import java.util.stream.Stream;

/** All attacks, in the order of the report. */
final class Catalogue {

  private Catalogue() {}

  static List<Attack> all() {
    return Stream.of(
            List.<Attack>of(new None()),
            Commands.attacks(),
            Publishing.attacks(),
            StandingReaders.attacks(),
            List.<Attack>of(
                new AbandonedRequests(),
                new AuthorizerFaults(FaultyAuthorizer.NULL),
                new AuthorizerFaults(FaultyAuthorizer.NOTHING),
                new AuthorizerFaults(FaultyAuthorizer.ERROR)),
            Stalling.attacks(),
            List.<Attack>of(new ContinuationFlood()))
        .flatMap(List::stream)
        .toList();
  }
}
