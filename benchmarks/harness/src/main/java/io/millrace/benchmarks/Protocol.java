package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Plan;
import java.util.concurrent.atomic.AtomicInteger;

/** How a reader communicates with a server. */
interface Protocol {

  /**
   * Makes a reader that is not connected.
   *
   * @param channel the index of the channel it subscribes to, or {@link Plan#EVERY}
   * @param whenReady called once, when it is subscribed
   */
  Connection connection(Tally tally, int channel, Runnable whenReady);

  /** What a reader subscribes to. It replaces {@code %s} in the paths of a protocol. */
  private static String at(String path, int channel) {
    return path.formatted(Plan.channel(channel));
  }

  static Protocol webSocket(String path) {
    return (tally, channel, ready) -> new WebSocketConnection(tally, ready, at(path, channel));
  }

  static Protocol envelope(String path) {
    return (tally, channel, ready) ->
        new EnvelopeConnection(tally, ready, path, Plan.channel(channel));
  }

  /**
   * The frames of {@code millrace.v1} without its commands. The cursor is added to the end of the
   * path.
   */
  static Protocol frames(String path) {
    return (tally, channel, ready) -> new EnvelopeConnection(tally, ready, at(path, channel), "");
  }

  static Protocol eventStream(String path) {
    return (tally, channel, ready) -> new EventStreamConnection(tally, ready, at(path, channel));
  }

  static Protocol lines(String path) {
    return (tally, channel, ready) -> new LineConnection(tally, ready, at(path, channel));
  }

  static Protocol longPoll(String poll, String longPoll) {
    return (tally, channel, ready) ->
        new LongPollConnection(tally, ready, at(poll, channel), at(longPoll, channel));
  }

  static Protocol cometd(String path) {
    return (tally, channel, ready) ->
        new CometdConnection(tally, ready, path, withSlashes(channel));
  }

  static Protocol cometdPoll(String path) {
    return (tally, channel, ready) ->
        new CometdPollConnection(tally, ready, path, withSlashes(channel));
  }

  private static String withSlashes(int channel) {
    return "/" + Plan.channel(channel).replace('.', '/');
  }

  static Protocol stomp(String path) {
    return (tally, channel, ready) ->
        new StompConnection(
            tally, ready, path, "host:localhost", "/topic/" + Plan.channel(channel), false);
  }

  /** STOMP with a login, where a receipt confirms the subscription. */
  static Protocol rabbitMq(String path) {
    return (tally, channel, ready) ->
        new StompConnection(
            tally,
            ready,
            path,
            RabbitMqProcess.LOGIN,
            RabbitMqProcess.TOPIC + Plan.channel(channel),
            true);
  }

  static Protocol socketIo(String path) {
    return (tally, channel, ready) ->
        new SocketIoConnection(tally, ready, path, Plan.channel(channel));
  }

  static Protocol socketIoPoll(String path) {
    return (tally, channel, ready) ->
        new SocketIoPollConnection(tally, ready, path, Plan.channel(channel));
  }

  static Protocol nchanPoll(String path) {
    return (tally, channel, ready) -> new NchanPollConnection(tally, ready, at(path, channel));
  }

  static Protocol nats(String path) {
    return (tally, channel, ready) -> new NatsConnection(tally, ready, path, Plan.channel(channel));
  }

  /**
   * The paths of SockJS have one {@code %s} for the name of the session, and one for the channel.
   */
  static Protocol sockJs(String path) {
    return inSessions(path, SockJsConnection::new);
  }

  static Protocol sockJsEventStream(String path) {
    return inSessions(
        path, (tally, ready, own) -> new SockJsStreamConnection(tally, ready, Connection.get(own)));
  }

  static Protocol sockJsStream(String path) {
    return inSessions(
        path,
        (tally, ready, own) -> new SockJsStreamConnection(tally, ready, Connection.post(own, "")));
  }

  /** Makes a reader from its path. */
  interface InSession {
    Connection connection(Tally tally, Runnable whenReady, String path);
  }

  private static Protocol inSessions(String path, InSession readers) {
    AtomicInteger sessions = new AtomicInteger();
    return (tally, channel, ready) ->
        readers.connection(
            tally, ready, path.formatted(sessions.incrementAndGet(), Plan.channel(channel)));
  }
}
