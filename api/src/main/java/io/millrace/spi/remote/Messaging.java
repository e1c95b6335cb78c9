package io.millrace.spi.remote;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.vertx.core.Future;

/**
 * Uses the connections for a node: it publishes, holds the node's subscriptions, makes them again
 * on every new connection, and brings messages to {@link io.millrace.spi.Ingress}. Called only on
 * the context of the connections.
 *
 * @param <C> the connection that it uses
 */
public interface Messaging<C extends BrokerConnection> {

  /**
   * There is a connection.
   *
   * @param connection the only one, until {@link #down}
   */
  void up(C connection);

  /**
   * The connection broke.
   *
   * @param cause what it {@linkplain BrokerConnection#ended() ended} with: a {@link
   *     BrokerException} if the server is to blame; then do not repeat on the next connection what
   *     it refused
   */
  void down(Throwable cause);

  /**
   * Returns when the node can be served, which may be later than its first connection.
   *
   * @return completes when readers can be served; fails if they never can. Completed by default
   */
  default Future<Void> opened() {
    return Future.succeededFuture();
  }

  /**
   * Publishes.
   *
   * @param channel a checked name
   * @param message the message
   * @return as in {@link io.millrace.spi.Broker#publish}
   * @throws io.millrace.MillraceException instead of failing the future
   */
  Future<Publication> publish(String channel, Message message);

  /**
   * Subscribes the node, on this connection and on later ones.
   *
   * @param pattern a name or pattern
   * @return as in {@link io.millrace.spi.Broker#subscribe}
   */
  Future<Void> subscribe(ChannelPattern pattern);

  /**
   * Ends a subscription.
   *
   * @param pattern as given to {@link #subscribe}
   * @return as in {@link io.millrace.spi.Broker#unsubscribe}
   */
  Future<Void> unsubscribe(ChannelPattern pattern);

  /**
   * Stops: neither brings nor accepts anything from now on.
   *
   * @return completes when connections of its own are closed; never fails
   */
  Future<Void> close();
}
