package io.millrace.spi.remote;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Function;

/**
 * How a protocol makes the requests of {@link Topics}. Called only on the context of the
 * connections, on which the futures complete, too. A server that does not answer within {@link
 * RemoteBrokerOptions#confirmTimeout} fails the future with a {@link
 * java.util.concurrent.TimeoutException} as the cause, as {@link BrokerConnection#late} is. A
 * refusal has a {@link BrokerException} as its cause, see {@link BrokerConnection#refused}.
 *
 * @param <C> the connection
 */
public interface TopicProtocol<C extends BrokerConnection> {

  /**
   * Publishes.
   *
   * @param connection the connection on which to publish, not the one that brings messages
   * @param channel a checked name
   * @param message the message
   * @return completes when the server has accepted it
   */
  Future<Void> publish(C connection, String channel, Message message);

  /**
   * Subscribes on a connection that may break, and ends that subscription. Nobody receives what it
   * brings.
   *
   * @param trial the connection
   * @param pattern a name or pattern
   * @param begin subscribes on the connection that brings messages; called once, when the server
   *     has accepted the trial. It takes the name of a queue that the trial hands over, which the
   *     trial does not read any more; empty if there is none
   * @return completes as {@code begin} does; fails if the server refuses the trial
   */
  Future<Void> tryOut(
      C trial, ChannelPattern pattern, Function<Optional<String>, Future<Void>> begin);

  /**
   * Subscribes on the connection that brings messages.
   *
   * @param connection the connection
   * @param pattern a name or pattern
   * @param queue a queue that a trial hands over, if there is one
   * @param receiver takes what the subscription brings
   * @return the subscription, not confirmed yet
   */
  TopicSubscription subscribe(
      C connection, ChannelPattern pattern, Optional<String> queue, TopicReceiver receiver);

  /**
   * Returns whether a server may refuse a request by breaking the connection without saying why.
   *
   * @return false by default
   */
  default boolean refusesInSilence() {
    return false;
  }
}
