package io.millrace.core;

import io.millrace.Message;
import java.util.Optional;

/**
 * What a keyed message is known by when a broker brings it. Making one costs a digest, so it is
 * made before the log's lock is taken.
 *
 * @param channel where it was published
 * @param key the idempotency key
 * @param digest what tells its content from another's
 */
record MessageKey(String channel, String key, String digest) {

  /** Returns the key of a message that has one. */
  static Optional<MessageKey> of(String channel, Message message) {
    return message.key().map(key -> new MessageKey(channel, key, KeyTable.digest(message)));
  }
}
