package io.millrace;

import io.vertx.core.Future;
import java.util.List;

/**
 * A named stream of messages. A channel is neither created nor deleted; one that nobody uses costs
 * nothing.
 */
public interface Channel extends Publisher {

  /** {@return the name, see {@link ChannelPattern}} */
  String name();

  /**
   * Subscribes to the messages that are published from now on.
   *
   * @param subscriber gets the messages
   * @return completes when the broker has confirmed; fails with a {@link MillraceException} if it
   *     has not, or as {@link Millrace#ready()} does
   */
  Future<Subscription> subscribe(Subscriber subscriber);

  /**
   * Subscribes from a place in the log. If the log cannot be continued from there, the subscriber
   * receives a {@link Gap} first.
   *
   * @param after how far the subscriber has read
   * @param subscriber gets the messages
   * @return completes when the broker has confirmed; fails with a {@link MillraceException} if it
   *     has not, or as {@link Millrace#ready()} does
   */
  Future<Subscription> subscribe(Cursor after, Subscriber subscriber);

  /**
   * Returns the newest messages held for this channel, oldest first.
   *
   * @param limit at most how many; zero or more
   * @return the messages that this node holds
   * @throws IllegalArgumentException if the limit is negative
   */
  Future<List<Entry>> history(int limit);

  /**
   * Returns who is present on this channel, on all nodes: the users who are attached to it by its
   * name. What happened in the last second or two may be missing.
   *
   * @return the members; fails with {@link MillraceException.Code#FORBIDDEN} if the channel matches
   *     none of {@link MillraceOptions#presencePatterns()}
   */
  Future<Presence> members();

  /**
   * Turns any text, such as a user's id or the name of a room, into one segment of a channel's
   * name:
   *
   * <pre>{@code
   * millrace.channel("user." + Channel.encodeSegment("ann@example.com"))  // user.ann_0040example_002ecom
   * }</pre>
   *
   * <p>Different texts give different segments. ASCII letters and digits and {@code -} stay as they
   * are; every other UTF-16 code unit becomes {@code _} and its four lower-case hex digits; the
   * empty text becomes {@code _}. The browser client's {@code encodeSegment} does the same. A
   * channel has at most 200 characters, which is enough for 40 of a script such as Hangul.
   *
   * <p>Texts are compared as they are. If {@code Ann} and {@code ann}, or composed and decomposed
   * letters, should be the same, convert them to one form first (for letters, see {@link
   * java.text.Normalizer}).
   *
   * @param text any text
   * @return the segment
   */
  static String encodeSegment(String text) {
    return Names.encodeSegment(text);
  }

  /**
   * Returns the text that a segment was made from.
   *
   * @param segment what {@link #encodeSegment} returned
   * @return the text
   * @throws IllegalArgumentException if {@link #encodeSegment} cannot have made the segment
   */
  static String decodeSegment(String segment) {
    return Names.decodeSegment(segment);
  }
}
