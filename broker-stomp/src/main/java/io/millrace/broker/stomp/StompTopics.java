package io.millrace.broker.stomp;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.spi.remote.TopicProtocol;
import io.millrace.spi.remote.TopicReceiver;
import io.millrace.spi.remote.TopicSubscription;
import io.millrace.spi.support.MessageHeaders;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** Topics over STOMP: one SUBSCRIBE for each name or pattern. */
final class StompTopics implements TopicProtocol<StompBrokerConnection> {

  private final String node = UUID.randomUUID().toString();
  private final StompBrokerOptions options;
  private long lastId;

  StompTopics(StompBrokerOptions options) {
    this.options = options;
  }

  @Override
  public Future<Void> publish(StompBrokerConnection connection, String channel, Message message) {
    Map<String, String> headers = connection.destinations().send(channel);
    headers.putAll(MessageHeaders.write(message));
    return connection.request("SEND", headers, message.data());
  }

  @Override
  public Future<Void> tryOut(
      StompBrokerConnection trial,
      ChannelPattern pattern,
      Function<Optional<String>, Future<Void>> begin) {
    String id = nextId();
    Map<String, String> headers = trial.destinations().subscribe(pattern);
    headers.put("id", id);
    Optional<String> queue = trial.destinations().queue(node + "-" + id);
    queue.ifPresent(name -> headers.putAll(Destinations.named(name)));
    Future<Void> tried = trial.request("SUBSCRIBE", headers, Buffer.buffer());
    // A queue is handed over, because the broker might refuse a second one. Two connections must
    // never
    // read it at the same time, because each would get half of the messages.
    return queue.isPresent()
        ? tried.compose(taken -> leave(trial, id)).compose(left -> begin.apply(queue))
        : tried.compose(taken -> moveOver(trial, id, begin.apply(queue)));
  }

  /**
   * Ends the trial after the subscription has begun. How it ends does not matter any more: Artemis
   * may refuse to end a subscription to a pattern (ARTEMIS-6199), although it permits to subscribe.
   */
  private static Future<Void> moveOver(StompBrokerConnection trial, String id, Future<Void> begun) {
    return begun.transform(
        subscribed -> leave(trial, id).transform(left -> (Future<Void>) subscribed));
  }

  private static Future<Void> leave(StompBrokerConnection trial, String id) {
    return trial.request("UNSUBSCRIBE", Map.of("id", id), Buffer.buffer());
  }

  @Override
  public TopicSubscription subscribe(
      StompBrokerConnection connection,
      ChannelPattern pattern,
      Optional<String> queue,
      TopicReceiver receiver) {
    return new StompSubscription(connection, nextId(), pattern, queue, options, receiver);
  }

  private String nextId() {
    return Long.toString(++lastId);
  }
}
