package io.millrace.spi;

import io.millrace.Message;
import java.time.Instant;
import java.util.Optional;

/**
 * A record that was read back from a backend's log.
 *
 * @param offset its place there
 * @param channel the channel, empty if the record is no message
 * @param message the message, unless the record is none
 * @param written when it was written, as far as the backend can tell, see {@link
 *     Ingress#append(long, Instant, String, Message)}
 */
public record BrokerRecord(
    long offset, String channel, Optional<Message> message, Optional<Instant> written) {

  /**
   * A record that was written at its message's time.
   *
   * @param offset its place there
   * @param channel the channel, empty if the record is no message
   * @param message the message, unless the record is none
   */
  public BrokerRecord(long offset, String channel, Optional<Message> message) {
    this(offset, channel, message, message.flatMap(Message::time));
  }
}
