package io.millrace;

import io.vertx.core.Future;

/** Publishes messages. */
@FunctionalInterface
public interface Publisher {

  /**
   * Publishes a message. Safe on any thread.
   *
   * @param message the message; if it has no time, the current time is set
   * @return completes when the broker has taken the message; fails with a {@link MillraceException}
   *     if it has not, if the message is larger than {@link MillraceOptions#maxMessageBytes()}, or,
   *     with {@link MillraceException.Code#CONFLICT}, if its key was used for another message.
   *     {@link MillraceException#retryable()} says whether trying again may help; it is safe with a
   *     {@link Message#withKey key}
   */
  Future<Publication> publish(Message message);
}
