package io.millrace.spi;

import io.millrace.Message;
import java.time.Instant;
import java.util.Optional;

/**
 * A record that was read back from a backend's log.
 *
 * @param offset its place in that log
 * @param channel the channel; empty if the record is not a message
 * @param message the message, if the record is one
 * @param written when it was written, if the backend knows, see {@link Ingress#append(long,
 *     Instant, String, Message)}
 */
public record BrokerRecord(
    long offset, String channel, Optional<Message> message, Optional<Instant> written) {

  /**
   * A record that was written at its message's time.
   *
   * @param offset its place in that log
   * @param channel the channel; empty if the record is not a message
   * @param message the message, if the record is one
   */
  public BrokerRecord(long offset, String channel, Optional<Message> message) {
    this(offset, channel, message, message.flatMap(Message::time));
  }
}
