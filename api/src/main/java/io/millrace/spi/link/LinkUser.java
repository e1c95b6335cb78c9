package io.millrace.spi.link;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.vertx.core.Future;

/**
 * What a node says over its links: it publishes, holds the node's subscriptions, makes them anew on
 * every link, and brings to {@link io.millrace.spi.Ingress} what comes. Called on the links'
 * context alone.
 *
 * @param <L> what it uses
 */
public interface LinkUser<L extends Link> {

  /**
   * A link is there.
   *
   * @param link the only one, until {@link #down}
   */
  void up(L link);

  /**
   * The link is gone, and it was not closed.
   *
   * @param cause what it {@linkplain Link#ended() ended} with: a {@link LinkException} if the
   *     server is to blame, so that what it refused had better not be tried on the next link
   */
  void down(Throwable cause);

  /**
   * Returns when the node can be served, which may be later than its first link.
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
   * @return as of {@link io.millrace.spi.Broker#publish}
   * @throws io.millrace.MillraceException instead of failing the future
   */
  Future<Publication> publish(String channel, Message message);

  /**
   * Subscribes the node, on this link and on those to come.
   *
   * @param pattern a name or pattern
   * @return as of {@link io.millrace.spi.Broker#subscribe}
   */
  Future<Void> subscribe(ChannelPattern pattern);

  /**
   * Ends a subscription.
   *
   * @param pattern as given to {@link #subscribe}
   * @return as of {@link io.millrace.spi.Broker#unsubscribe}
   */
  Future<Void> unsubscribe(ChannelPattern pattern);

  /**
   * Brings nothing any more, and takes nothing.
   *
   * @return completes when links of its own are closed; never fails
   */
  Future<Void> close();
}
