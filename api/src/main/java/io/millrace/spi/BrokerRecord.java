package io.millrace.spi;

import io.millrace.Message;
import java.util.Optional;

/**
 * A record that was read back from a backend's log.
 *
 * @param offset its place there
 * @param channel the channel, empty if the record is no message
 * @param message the message, unless the record is none
 */
public record BrokerRecord(long offset, String channel, Optional<Message> message) {}
