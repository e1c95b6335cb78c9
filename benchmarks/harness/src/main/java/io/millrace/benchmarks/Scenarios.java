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

  /**
   * Everything, in about an hour for three runs. All servers where servers differ; where it is a
   * matter of what a feature costs, only those that tell it.
   */
  static final List<Scenario> FULL =
      List.of(
          onWebSocket(Scenario.fanOut(100)),
          THOUSAND,
          TEN_THOUSAND,
          onWebSocket(Scenario.fanOut(100).atRate(10)),
          THOUSAND.atRate(10),
          onWebSocket(TEN_THOUSAND.atRate(1)),
          THOUSAND.overChannels(1000).over("websocket"),
          onWebSocket(THOUSAND.overChannels(100)),
          THOUSAND
              .byPattern(10)
              .over("websocket", "sse")
              .with(Target.BARE, Target.MILLRACE, "cometd", "spring"),
          onWebSocket(THOUSAND.ofSize(1024)),
          THOUSAND.ofSize(16_384).over("websocket", "sse").with(Target.BARE, Target.MILLRACE),
          THOUSAND.withSlow(500).with(Target.BARE, Target.MILLRACE),
          Scenario.fanOut(500).over("longpoll").atRate(10),
          TEN_THOUSAND.over("websocket", "sse").measuring(Scenario.Kind.IDLE),
          TEN_THOUSAND.over("websocket").measuring(Scenario.Kind.CONNECT),
          THOUSAND
              .over("websocket", "sse", "stream", "longpoll")
              .measuring(Scenario.Kind.RECONNECT),
          THOUSAND.over(Target.RABBITMQ).named("rabbitmq-1000"),
          THOUSAND.over(Target.RABBITMQ).named("rabbitmq-1000").atRate(10));

  private static Scenario onWebSocket(Scenario scenario) {
    return scenario.over("websocket").with(Target.BARE, Target.MILLRACE);
  }

  private Scenarios() {}
}
