package io.millrace.broker.stomp;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.vertx.core.Future;

/** A way to use the link. Called on the link's context alone. */
interface Mode extends StompConnector.User {

  /** {@return completes when readers can be served; fails if they never can} */
  Future<Void> opened();

  /** See {@link io.millrace.spi.Broker#publish}. */
  Future<Publication> publish(String channel, Message message);

  /** See {@link io.millrace.spi.Broker#subscribe}. */
  Future<Void> subscribe(ChannelPattern pattern);

  /** See {@link io.millrace.spi.Broker#unsubscribe}. */
  Future<Void> unsubscribe(ChannelPattern pattern);

  /** Brings nothing any more, and takes nothing. */
  void close();
}
