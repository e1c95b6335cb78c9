package io.millrace.broker.amqp;

import io.millrace.ChannelPattern;
import io.millrace.spi.remote.BrokerConnection;
import io.millrace.spi.remote.BrokerException;
import io.millrace.spi.remote.TopicProtocol;
import io.millrace.spi.remote.TopicReceiver;
import io.millrace.spi.remote.TopicSubscription;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Function;
import org.apache.qpid.proton.message.Message;

/** Topics over AMQP 1.0: one receiver for each name or pattern. */
final class AmqpTopics implements TopicProtocol<AmqpBrokerConnection> {

  private final AmqpBrokerOptions options;

  AmqpTopics(AmqpBrokerOptions options) {
    this.options = options;
  }

  @Override
  public Future<Void> publish(
      AmqpBrokerConnection connection, String channel, io.millrace.Message message) {
    Message written = AmqpMessages.write(message);
    connection.addresses().address(written, channel);
    return connection.publish(written);
  }

  @Override
  public Future<Void> tryOut(
      AmqpBrokerConnection trial,
      ChannelPattern pattern,
      Function<Optional<String>, Future<Void>> begin) {
    Future<Void> tried =
        trial
            .source(pattern)
            .map(
                address ->
                    new Receiver(
                        trial.session(),
                        Optional.empty(),
                        address,
                        options,
                        message -> {},
                        () -> {}))
            .compose(receiver -> receiver.attached().compose(attached -> receiver.close()));
    return trial.inTime(typed(tried), "subscribe").compose(left -> begin.apply(Optional.empty()));
  }

  @Override
  public TopicSubscription subscribe(
      AmqpBrokerConnection connection,
      ChannelPattern pattern,
      Optional<String> queue,
      TopicReceiver receiver) {
    return new AmqpSubscription(connection, pattern, options, receiver);
  }

  /** RabbitMQ 3 breaks the connection on which it does not permit something. */
  @Override
  public boolean refusesInSilence() {
    return true;
  }

  static <T> Future<T> typed(Future<T> asked) {
    return asked.recover(
        failure ->
            Future.failedFuture(
                failure instanceof BrokerException refusal
                    ? BrokerConnection.refused(refusal)
                    : failure));
  }
}
