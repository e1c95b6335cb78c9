package io.millrace.benchmarks.attack;

import java.util.List;
import java.util.stream.Stream;

/** All attacks, in the order of the report, which is that of docs/security.md. */
final class Catalogue {

  private Catalogue() {}

  static List<Attack> all() {
    return Stream.of(
            List.<Attack>of(new None()),
            Commands.small(),
            Publishing.small(),
            StandingReaders.attacks(),
            Commands.patterns(),
            Commands.newest(),
            List.of(Commands.millionChannels(), Commands.subscriptions()),
            Publishing.json(),
            authorizers(),
            Stalling.attacks(),
            List.of(
                new GigabyteBodies(),
                new UnansweredPublishes(),
                Commands.kept(),
                Publishing.flood(),
                new ContinuationFlood()))
        .flatMap(List::stream)
        .toList();
  }

  private static List<Attack> authorizers() {
    return List.of(
        new AbandonedRequests(),
        new AuthorizerFaults(FaultyAuthorizer.SILENT),
        new AuthorizerFaults(FaultyAuthorizer.NULL),
        new AuthorizerFaults(FaultyAuthorizer.NOTHING),
        new AuthorizerFaults(FaultyAuthorizer.ERROR));
  }
}
