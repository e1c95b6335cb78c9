package io.millrace.benchmarks;

import static io.millrace.benchmarks.Target.LONGPOLL;
import static io.millrace.benchmarks.Target.SSE;
import static io.millrace.benchmarks.Target.STREAM;
import static io.millrace.benchmarks.Target.WEBSOCKET;

import java.util.List;

/** All targets that can be measured. A further peer needs a line here and a server. */
final class Targets {

  static final List<Target> ALL =
      List.of(
          new Target(Target.BARE, WEBSOCKET, WEBSOCKET, Protocol.webSocket("/websocket/%s")),
          new Target(Target.JOINED, WEBSOCKET, WEBSOCKET, Protocol.webSocket("/websocket/%s")),
          new Target(
              Target.MILLRACE,
              WEBSOCKET,
              WEBSOCKET,
              Protocol.webSocket("/live/websocket?channels=%s")),
          new Target(
              Target.MILLRACE, "millrace.v1", WEBSOCKET, Protocol.envelope("/live/websocket")),
          new Target("cometd", WEBSOCKET, WEBSOCKET, Protocol.cometd("/cometd")),
          new Target("spring", "stomp", WEBSOCKET, Protocol.stomp("/stomp")),
          new Target(
              Target.SOCKJS, WEBSOCKET, WEBSOCKET, Protocol.sockJs("/sockjs/000/s%s/websocket?%s")),
          new Target(Target.WS, WEBSOCKET, WEBSOCKET, Protocol.webSocket("/websocket/%s")),
          new Target(
              Target.SOCKETIO,
              WEBSOCKET,
              WEBSOCKET,
              Protocol.socketIo("/socket.io/?EIO=4&transport=websocket")),
          new Target(Target.NCHAN, WEBSOCKET, WEBSOCKET, Protocol.webSocket("/subscribe/%s")),
          new Target(Target.NATS, WEBSOCKET, WEBSOCKET, Protocol.nats("/")),
          new Target(Target.BARE, SSE, SSE, Protocol.eventStream("/sse/%s")),
          new Target(Target.JOINED, SSE, SSE, Protocol.eventStream("/sse/%s")),
          new Target(Target.MILLRACE, SSE, SSE, Protocol.eventStream("/live/sse?channels=%s")),
          new Target(
              Target.SOCKJS,
              SSE,
              SSE,
              Protocol.sockJsEventStream("/sockjs/000/s%s/eventsource?%s")),
          new Target(Target.NCHAN, SSE, SSE, Protocol.eventStream("/subscribe/%s")),
          new Target(Target.BARE, STREAM, STREAM, Protocol.lines("/stream/%s")),
          new Target(Target.JOINED, STREAM, STREAM, Protocol.lines("/stream/%s")),
          new Target(Target.MILLRACE, STREAM, STREAM, Protocol.lines("/live/stream?channels=%s")),
          new Target(
              Target.SOCKJS,
              STREAM,
              STREAM,
              Protocol.sockJsStream("/sockjs/000/s%s/xhr_streaming?%s")),
          new Target(
              Target.BARE, LONGPOLL, LONGPOLL, Protocol.longPoll("/poll/%s", "/poll/%s?cursor=")),
          new Target(
              Target.MILLRACE,
              LONGPOLL,
              LONGPOLL,
              Protocol.longPoll("/live/poll?channels=%s", "/live/longpoll?channels=%s&cursor=")),
          new Target("cometd", LONGPOLL, LONGPOLL, Protocol.cometdPoll("/longpoll/cometd")),
          new Target(Target.NCHAN, LONGPOLL, LONGPOLL, Protocol.nchanPoll("/subscribe/%s")),
          new Target(
              Target.SOCKETIO,
              LONGPOLL,
              LONGPOLL,
              Protocol.socketIoPoll("/socket.io/?EIO=4&transport=polling")),
          new Target(Target.RABBITMQ, "web-stomp", Target.RABBITMQ, Protocol.rabbitMq("/ws")),
          new Target(
              Target.MILLRACE_TOPIC,
              WEBSOCKET,
              Target.RABBITMQ,
              Protocol.webSocket("/live/websocket?channels=%s")),
          new Target(
              Target.MILLRACE_STREAM,
              WEBSOCKET,
              Target.RABBITMQ,
              Protocol.webSocket("/live/websocket?channels=%s")));

  /** The targets that resume when they reconnect. */
  private static final List<Target> RECOVERING =
      List.of(
          new Target(
              Target.BARE, WEBSOCKET, WEBSOCKET, Protocol.frames("/replay/websocket/%s?after=")),
          named("millrace/millrace.v1"),
          new Target(Target.BARE, SSE, SSE, Protocol.eventStream("/replay/sse/%s")),
          named("millrace/sse"),
          new Target(Target.BARE, STREAM, STREAM, Protocol.lines("/replay/stream/%s?after=")),
          new Target(
              Target.MILLRACE, STREAM, STREAM, Protocol.lines("/live/stream?channels=%s&cursor=")),
          named("bare/longpoll"),
          named("millrace/longpoll"));

  private Targets() {}

  /** Returns the targets with which a scenario is measured. */
  static List<Target> of(Scenario scenario) {
    return (scenario.kind() == Scenario.Kind.RECONNECT ? RECOVERING : ALL)
        .stream()
            .filter(target -> scenario.families().contains(target.family()))
            .filter(
                target ->
                    scenario.servers().isEmpty()
                        || scenario.servers().contains(target.server())
                        || scenario.servers().contains(target.name()))
            .toList();
  }

  static Target named(String name) {
    return ALL.stream().filter(target -> target.name().equals(name)).findFirst().orElseThrow();
  }
}
