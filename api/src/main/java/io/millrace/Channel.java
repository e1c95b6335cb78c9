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

  /**
   * Turns any text, such as a user's id or the name of a room, into one segment of a channel's
   * name:
   *
   * <pre>{@code
   * millrace.channel("user." + Channel.encodeSegment("ann@example.com"))  // user.ann_0040example_002ecom
   * }</pre>
   *
   * <p>Different texts give different segments. Letters and digits of ASCII and {@code -} stand for
   * themselves; every other UTF-16 code unit becomes {@code _} and its four lower-case hex digits;
   * the empty text becomes {@code _}. The browser client's {@code encodeSegment} does the same. A
   * channel has at most 200 characters, so of a script like Hangul up to 40.
   *
   * <p>Texts are compared as they are: who wants {@code Ann} and {@code ann}, or composed and
   * decomposed letters, to be the same must make them the same first ({@link
   * java.text.Normalizer}).
   *
   * @param text any text
   * @return the segment
   */
  static String encodeSegment(String text) {
    return Names.encodeSegment(text);
  }

  /**
   * Gives back the text that a segment was made of.
   *
   * @param segment what {@link #encodeSegment} returned
   * @return the text
   * @throws IllegalArgumentException if it is no segment that {@link #encodeSegment} makes
   */
  static String decodeSegment(String segment) {
    return Names.decodeSegment(segment);
  }
}
