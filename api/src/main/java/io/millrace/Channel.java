package io.millrace;

import io.vertx.core.Future;
import java.util.List;

/**
 * A named stream of messages. It needs no creation and no deletion; a channel that nobody uses
 * costs nothing.
 */
public interface Channel extends Publisher {

  /** {@return the name, see {@link ChannelPattern}} */
  String name();

  /**
   * Subscribes from now on.
   *
   * @param subscriber gets the messages
   * @return completes when the broker confirmed; fails with a {@link MillraceException} if it did
   *     not
   */
  Future<Subscription> subscribe(Subscriber subscriber);

  /**
   * Subscribes from a place in the log. If the log cannot be continued there, the subscriber is
   * told a {@link Gap} first.
   *
   * @param after how far the subscriber has read
   * @param subscriber gets the messages
   * @return completes when the broker confirmed; fails with a {@link MillraceException} if it did
   *     not
   */
  Future<Subscription> subscribe(Cursor after, Subscriber subscriber);

  /**
   * Returns the newest messages held for this channel, oldest first.
   *
   * @param limit how many at the most, zero or more
   * @return the messages this node holds
   * @throws IllegalArgumentException if the limit is negative
   */
  Future<List<Entry>> history(int limit);
}
