package io.millrace.broker.amqp;

import io.millrace.ChannelPattern;
import io.millrace.spi.remote.BrokerConnection;
import io.millrace.spi.remote.TopicReceiver;
import io.millrace.spi.remote.TopicSubscription;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.proton.ProtonSession;
import java.util.Optional;
import org.apache.qpid.proton.message.Message;

/**
 * A subscription to a topic, on the connection that brings messages: a {@link Receiver}, as soon as
 * its session has begun. Used only on the connection's context.
 */
final class AmqpSubscription implements TopicSubscription {

  private final AmqpBrokerConnection connection;
  private final ChannelPattern pattern;
  private final AmqpBrokerOptions options;
  private final TopicReceiver arrivals;
  private final Addresses addresses;
  private final Future<Void> confirmed;
  private final Promise<Void> ended = Promise.promise();
  private Optional<Receiver> receiver = Optional.empty();
  private boolean left;

  AmqpSubscription(
      AmqpBrokerConnection connection,
      ChannelPattern pattern,
      AmqpBrokerOptions options,
      TopicReceiver arrivals) {
    this.connection = connection;
    this.pattern = pattern;
    this.options = options;
    this.arrivals = arrivals;
    this.addresses = connection.addresses();
    Future<Void> attached =
        connection
            .source(pattern)
            .compose(
                address ->
                    connection.sessions().begin().compose(session -> attach(address, session)));
    this.confirmed = connection.inTime(AmqpTopics.typed(attached), "subscribe");
  }

  private Future<Void> attach(String address, ProtonSession session) {
    if (left || connection.isDown()) {
      connection.sessions().end(session);
      return Future.failedFuture(BrokerConnection.outOfReach());
    }
    Receiver made =
        new Receiver(
            session,
            Optional.of(connection.sessions()),
            address,
            options,
            this::receive,
            () -> arrivals.skip(pattern.toString(), "It is larger than maxMessageBytes."));
    if (connection.numbersDeliveries()) {
      made.onDropped(() -> arrivals.skip(pattern.toString(), "It cannot be decoded as AMQP 1.0."));
    }
    receiver = Optional.of(made);
    made.detached().onSuccess(gone -> ended.tryComplete());
    return made.attached();
  }

  @Override
  public Future<Void> confirmed() {
    return confirmed;
  }

  @Override
  public Future<Void> ended() {
    return ended.future();
  }

  private void receive(Message message) {
    Optional<String> channel = addresses.channel(pattern, message);
    if (channel.isEmpty()) {
      arrivals.skip(String.valueOf(message.getAddress()), "It does not say its channel.");
    } else {
      arrivals.bring(
          channel.get(),
          channel.get(),
          () -> AmqpMessages.read(message, options.maxMessageBytes()));
    }
  }

  @Override
  public Future<Void> end() {
    left = true;
    if (receiver.isEmpty()) {
      return Future.succeededFuture(); // Its session ends when it begins.
    }
    receiver.get().mute();
    return connection.inTime(receiver.get().close(), "unsubscribe");
  }
}
