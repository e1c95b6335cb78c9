package io.millrace.core;

import io.millrace.Message;
import java.util.Optional;

/**
 * What a keyed message is known by when a broker brings it. Making one costs two digests, so it is
 * made before the log's lock is taken. Whoever publishes chooses neither their length nor, so that
 * it would help, their hash codes.
 *
 * @param key tells its channel and idempotency key from others
 * @param digest tells its content from another's
 */
record MessageKey(String key, String digest) {

  /** Returns the key of a message that has one. */
  static Optional<MessageKey> of(String channel, Message message) {
    // Neither has a line break.
    return message
        .key()
        .map(
            key -> new MessageKey(KeyTable.digest(channel + '\n' + key), KeyTable.digest(message)));
  }
}
