package io.millrace.benchmarks;

import java.util.List;

/** What is measured. */
final class Scenarios {

  private static final Scenario THOUSAND = Scenario.fanOut(1000);
  private static final Scenario TEN_THOUSAND = Scenario.fanOut(10_000);

  /** In less than ten minutes. */
  static final List<Scenario> QUICK =
      List.of(
          THOUSAND,
          TEN_THOUSAND,
          THOUSAND.atRate(10),
          THOUSAND.overChannels(1000).over("websocket"),
          Scenario.fanOut(500).over("longpoll").atRate(10),
          TEN_THOUSAND.over("websocket").measuring(Scenario.Kind.IDLE),
          TEN_THOUSAND.over("websocket").measuring(Scenario.Kind.CONNECT));

  /** Everything. */
  static final List<Scenario> FULL =
      List.of(
          Scenario.fanOut(100),
          THOUSAND,
          TEN_THOUSAND,
          Scenario.fanOut(100).atRate(10),
          THOUSAND.atRate(10),
          TEN_THOUSAND.atRate(1),
          THOUSAND.overChannels(1000),
          THOUSAND.overChannels(100),
          THOUSAND.ofSize(1024),
          THOUSAND.ofSize(16_384),
          THOUSAND.withSlow(500),
          Scenario.fanOut(500).over("longpoll").atRate(10),
          TEN_THOUSAND.measuring(Scenario.Kind.IDLE),
          TEN_THOUSAND.measuring(Scenario.Kind.CONNECT));

  private Scenarios() {}
}
