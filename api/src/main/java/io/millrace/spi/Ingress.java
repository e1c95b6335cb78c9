package io.millrace.spi;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;

/**
 * The entrance to the node's log, for a {@link Broker}. Safe on any thread; the methods never block
 * for long, and never call back.
 */
public interface Ingress {

  /** {@return the Vert.x instance to use} */
  Vertx vertx();

  /**
   * Appends a message to the node's log. The order of the calls is the order in which every reader
   * gets the messages.
   *
   * @param channel a channel name
   * @param message the message; if it has no time, the current time is set
   * @return the message's name in this log
   * @throws io.millrace.MillraceException if the channel is not a name, or the message is too
   *     large; then nothing is appended
   */
  Publication append(String channel, Message message);

  /**
   * Appends a message that one of the broker's subscriptions brought, for brokers that bring a
   * message once for each subscription that matches it. The log takes the message from one of them
   * only: of those in use, the one that was confirmed first.
   *
   * @param subscription as given to {@link Broker#subscribe}
   * @param channel a channel name
   * @param message the message; if it has no time, the current time is set
   * @throws io.millrace.MillraceException if the channel is not a name, or the message is too
   *     large; then nothing is appended
   */
  void append(ChannelPattern subscription, String channel, Message message);

  /**
   * {@return how much earlier than the first message for readers a broker with a log of its own
   * must start to read, by the records' own times} Idempotency keys before that message matter,
   * too.
   */
  Duration lead();

  /**
   * Names the backend's own log, see {@link BrokerLog}. A broker calls this before {@link
   * Broker#open} completes, and again if the log turns out to be another one than before. Then
   * everything that was held is dropped, and every reader receives a gap notice. If this happens
   * between {@link #degraded} and {@link #restored}, readers are accepted again only with the
   * latter, so that they do not receive what the other log held already.
   *
   * @param epoch distinguishes this log from any other that may take its place: 1 to 44 characters
   *     of {@code [A-Za-z0-9_]}, the same on all nodes
   * @return completes when its records may be appended
   * @throws IllegalArgumentException if it is not such a text
   * @throws IllegalStateException if the broker has no {@link Broker#log()}
   */
  Future<Void> begin(String epoch);

  /**
   * Appends a record of the backend's own log. Offsets rise from call to call; omitted ones count
   * as records that are not messages. A message is not appended if an earlier record had the same
   * idempotency key. All nodes decide this alike, because only the records' own times matter.
   *
   * @param offset its place in that log, zero or more
   * @param channel a channel name
   * @param message the message, with its time
   * @return the message's name in the log; if it was published before, the name of the earlier one
   * @throws io.millrace.MillraceException if the channel is not a name, the message is too large,
   *     or its key belongs to another message ({@link
   *     io.millrace.MillraceException.Code#CONFLICT}); then nothing is appended, but the log is
   *     past this offset
   * @throws IllegalArgumentException if the offset does not rise
   */
  Publication append(long offset, String channel, Message message);

  /**
   * Appends a record of the backend's own log whose message may have any time, as messages of other
   * programs do.
   *
   * @param offset its place in that log, zero or more
   * @param written when it was written, as far as the backend knows; the same for all nodes.
   *     Whether a key counts as repeated depends on this time, not on the message's. Only
   *     differences matter, so it may be from any clock that the log itself has; 1970-01-01T00:00Z
   *     if it is not known
   * @param channel a channel name
   * @param message the message, with its time
   * @return as in {@link #append(long, String, Message)}, which is called by default
   * @throws io.millrace.MillraceException as there
   * @throws IllegalArgumentException if the offset does not rise
   */
  default Publication append(long offset, Instant written, String channel, Message message) {
    return append(offset, channel, message);
  }

  /**
   * Skips a record of the backend's own log that is not a message.
   *
   * @param offset its place in that log; one that does not rise is ignored
   */
  void skip(long offset);

  /**
   * Skips a record of the backend's own log that is not a message, but says when it was written.
   *
   * @param offset its place in that log; one that does not rise is ignored
   * @param written as in {@link #append(long, Instant, String, Message)}; 1970-01-01T00:00Z if it
   *     is not known
   */
  default void skip(long offset, Instant written) {
    skip(offset);
  }

  /**
   * Reports that messages may have been lost on their way to this node. The readers concerned
   * receive a gap notice.
   *
   * @param patterns the names and patterns concerned
   */
  void interrupted(Collection<ChannelPattern> patterns);

  /** Reports that the backend is out of reach. Readers stay attached, and receive a notice. */
  void degraded();

  /**
   * Reports that the backend can be reached again and that everything is subscribed again. Readers
   * receive a notice.
   */
  void restored();
}
