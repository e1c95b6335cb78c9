package io.millrace.core;

import io.millrace.Message;
import java.util.Optional;

/**
 * Identifies a message with a key when a broker brings it. It needs two digests, so it is made
 * before the log's lock is taken. A publisher cannot choose their length, nor make their hash codes
 * equal in a useful way.
 *
 * @param key identifies the channel and the idempotency key
 * @param digest identifies the content
 */
record MessageKey(String key, String digest) {

  /** Returns the key of a message that has one. */
  static Optional<MessageKey> of(String channel, Message message) {
    // Neither contains a line break.
    return message
        .key()
        .map(
            key -> new MessageKey(KeyTable.digest(channel + '\n' + key), KeyTable.digest(message)));
  }
}
