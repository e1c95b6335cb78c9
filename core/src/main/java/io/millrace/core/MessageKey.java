package io.millrace.core;

import io.millrace.Message;
import java.util.Comparator;
import java.util.Optional;

/**
 * What a keyed message is known by when a broker brings it. Making one costs a digest, so it is
 * made before the log's lock is taken.
 *
 * @param channel where it was published
 * @param key the idempotency key
 * @param digest what tells its content from another's
 */
record MessageKey(String channel, String key, String digest) implements Comparable<MessageKey> {

  // Whoever publishes chooses the hash code. What can be compared is found in a map all the same.
  private static final Comparator<MessageKey> ORDER =
      Comparator.comparing(MessageKey::digest)
          .thenComparing(MessageKey::key)
          .thenComparing(MessageKey::channel);

  @Override
  public int compareTo(MessageKey other) {
    return ORDER.compare(this, other);
  }

  /** Returns the key of a message that has one. */
  static Optional<MessageKey> of(String channel, Message message) {
    return message.key().map(key -> new MessageKey(channel, key, KeyTable.digest(message)));
  }
}
