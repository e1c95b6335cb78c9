package io.millrace.spi;

import io.millrace.Message;
import java.time.Instant;
import java.util.Optional;

/**
 * A record that was read back from a backend's log.
 *
 * @param offset its place in that log
 * @param content what it brings; empty if the record is not a message
 * @param written when it was written, if the backend knows, see {@link Ingress#append(long,
 *     Instant, String, Message)}
 */
public record BrokerRecord(long offset, Optional<Content> content, Optional<Instant> written) {

  /**
   * A message of a channel.
   *
   * @param channel a channel name
   * @param message the message, with its time
   */
  public record Content(String channel, Message message) {}
}
