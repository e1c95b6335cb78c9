package io.millrace.benchmarks;

import static io.millrace.benchmarks.Target.LONGPOLL;
import static io.millrace.benchmarks.Target.SSE;
import static io.millrace.benchmarks.Target.STREAM;
import static io.millrace.benchmarks.Target.WEBSOCKET;

import java.util.List;

/** The scenarios that are measured. */
final class Scenarios {

  private static final Scenario THOUSAND = Scenario.fanOut(1000);
  private static final Scenario TEN_THOUSAND = Scenario.fanOut(10_000);

  /** Millrace, plain; {@code millrace.v1} is left out. */
  private static final List<String> MILLRACE =
      List.of("millrace/websocket", "millrace/sse", "millrace/stream", "millrace/longpoll");

  /** These take less than ten minutes, including the build. */
  static final List<Scenario> QUICK =
      List.of(
          THOUSAND
              .over(WEBSOCKET, SSE, STREAM)
              .with(Target.BARE, "joined/websocket", "joined/sse", "cometd", "spring")
              .with(MILLRACE),
          TEN_THOUSAND.over(WEBSOCKET, SSE).with(Target.BARE, "joined/websocket").with(MILLRACE),
          THOUSAND.atRate(10).over(WEBSOCKET, SSE, STREAM).with(Target.BARE).with(MILLRACE),
          withBare(THOUSAND.overChannels(1000), WEBSOCKET),
          withBare(Scenario.fanOut(500).atRate(10), LONGPOLL).with("cometd"),
          withBare(TEN_THOUSAND.measuring(Scenario.Kind.IDLE), WEBSOCKET),
          withBare(TEN_THOUSAND.measuring(Scenario.Kind.CONNECT), WEBSOCKET));

  /** The most informative servers; Socket.IO writes what ws writes, and more. */
  private static final List<String> PEERS =
      List.of("cometd/websocket", "spring", Target.WS, Target.NCHAN, Target.NATS);

  /**
   * Everything, with every technique, in about three hours for three runs: all servers where
   * servers differ, and only the relevant ones where the cost of a feature is measured. A slow
   * reader leaves what was sent unread, so a client that polls cannot be one. RabbitMQ itself has
   * only WebSockets. 10,000 long polls of CometD do not fit into the heap that all servers get.
   */
  static final List<Scenario> FULL =
      List.of(
          THOUSAND,
          TEN_THOUSAND
              .with(Target.BARE, Target.JOINED, Target.MILLRACE, "cometd/websocket")
              .with(Target.FOREIGN),
          THOUSAND.atRate(10).with(Target.BARE, Target.MILLRACE, "cometd/longpoll").with(PEERS),
          THOUSAND
              .overChannels(1000)
              .with(Target.BARE, Target.JOINED, Target.MILLRACE, "cometd/longpoll")
              .with(PEERS),
          Scenario.fanOut(500).over(LONGPOLL).atRate(10),
          TEN_THOUSAND
              .with(Target.BARE, Target.MILLRACE, Target.SOCKETIO)
              .with(PEERS)
              .measuring(Scenario.Kind.IDLE),
          TEN_THOUSAND
              .with(Target.BARE, Target.MILLRACE, "cometd/websocket")
              .with(Target.WS, Target.NCHAN, Target.NATS)
              .measuring(Scenario.Kind.CONNECT),
          THOUSAND.measuring(Scenario.Kind.RECONNECT),
          withCometd(Scenario.fanOut(100)),
          withCometd(THOUSAND.overChannels(100)),
          withCometd(THOUSAND.byPattern(10)),
          withCometd(THOUSAND.ofSize(1024)),
          withCometd(THOUSAND.ofSize(16_384)),
          THOUSAND.withSlow(500).over(WEBSOCKET, SSE, STREAM).with(Target.BARE, Target.MILLRACE),
          THOUSAND.over(Target.RABBITMQ).named("rabbitmq-1000"),
          THOUSAND.over(Target.RABBITMQ).named("rabbitmq-1000").atRate(10));

  private static Scenario withCometd(Scenario scenario) {
    return scenario.with(Target.BARE, Target.MILLRACE, "cometd/websocket");
  }

  private static Scenario withBare(Scenario scenario, String family) {
    return scenario.over(family).with(Target.BARE).with(MILLRACE);
  }

  private Scenarios() {}
}
