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
 * The log's entrance, for a {@link Broker}. Safe on any thread; calls never block for long and
 * never call back.
 */
public interface Ingress {

  /** {@return the Vert.x instance to use} */
  Vertx vertx();

  /**
   * Appends a message to the node's log. The order of the calls is the order in which every reader
   * gets the messages.
   *
   * @param channel a channel name
   * @param message the message; one without a time gets the present
   * @return the message's name in this log
   * @throws io.millrace.MillraceException if the channel is not a name, or the message is too
   *     large; nothing was appended then
   */
  Publication append(String channel, Message message);

  /**
   * Appends a message that one of the broker's subscriptions brought, for brokers that bring a
   * message once for each subscription that matches it. The log takes it from one of them: the one
   * that was confirmed first of those in use.
   *
   * @param subscription as given to {@link Broker#subscribe}
   * @param channel a channel name
   * @param message the message; one without a time gets the present
   * @throws io.millrace.MillraceException if the channel is not a name, or the message is too
   *     large; nothing was appended then
   */
  void append(ChannelPattern subscription, String channel, Message message);

  /**
   * {@return how much earlier than the first message that readers shall get a broker with a log of
   * its own begins to read, by the records' own times} Idempotency keys before it matter, too.
   */
  Duration lead();

  /**
   * Names the backend's own log, see {@link BrokerLog}. Called before {@link Broker#open}
   * completes, and again if the log turns out to be another one than before: then what was held is
   * dropped, and every reader is told a gap. If that is found out when the backend was out of
   * reach, readers are taken again with {@link #restored}, so that they are not given what the log
   * held before.
   *
   * @param epoch what tells this log from any other that may take its place: {@code [A-Za-z0-9_]},
   *     1 to 44 characters, the same on all nodes
   * @return completes when records of it may be appended
   * @throws IllegalArgumentException if the epoch is not as said
   * @throws IllegalStateException if the broker has no {@link Broker#log()}
   */
  Future<Void> begin(String epoch);

  /**
   * Appends a record of the backend's own log. Offsets rise from call to call; those left out are
   * taken for records that are no messages. A message with an idempotency key that an earlier
   * record had is not appended again: the same everywhere, since what decides is the records' own
   * times.
   *
   * @param offset its place there, zero or more
   * @param channel a channel name
   * @param message the message, with its time
   * @return the message's name in the log; that of the earlier one, if it was published before
   * @throws io.millrace.MillraceException if the channel is not a name, the message is too large,
   *     or its key belongs to another message ({@link
   *     io.millrace.MillraceException.Code#CONFLICT}); nothing was appended then, but the log is
   *     past this offset
   * @throws IllegalArgumentException if the offset does not rise
   */
  Publication append(long offset, String channel, Message message);

  /**
   * Appends a record of the backend's own log whose message may say any time, as those of other
   * programs do.
   *
   * @param offset its place there, zero or more
   * @param written when it was written, as far as the backend can tell, the same for all nodes: by
   *     this it is decided which keys are the same, rather than by the message's time. Only
   *     differences count, so it may be of any clock that the log itself has; the epoch (1970) if
   *     nobody knows
   * @param channel a channel name
   * @param message the message, with its time
   * @return as of {@link #append(long, String, Message)}, which this is by default
   * @throws io.millrace.MillraceException as there
   * @throws IllegalArgumentException if the offset does not rise
   */
  default Publication append(long offset, Instant written, String channel, Message message) {
    return append(offset, channel, message);
  }

  /**
   * Passes a record of the backend's own log that is no message.
   *
   * @param offset its place there; one that does not rise is ignored
   */
  void skip(long offset);

  /**
   * Passes a record of the backend's own log that is no message, but tells when it was written.
   *
   * @param offset its place there; one that does not rise is ignored
   * @param written as of {@link #append(long, Instant, String, Message)}; the epoch if nobody knows
   */
  default void skip(long offset, Instant written) {
    skip(offset);
  }

  /**
   * Reports that messages may have been lost on their way to this node. Readers are told a gap.
   *
   * @param patterns where
   */
  void interrupted(Collection<ChannelPattern> patterns);

  /** Reports that the backend is out of reach. Readers stay attached and are told. */
  void degraded();

  /** Reports that the backend is back and everything is subscribed again. Readers are told. */
  void restored();
}
