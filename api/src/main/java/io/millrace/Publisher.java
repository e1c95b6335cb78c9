package io.millrace;

import io.vertx.core.Future;

/** Takes messages. */
@FunctionalInterface
public interface Publisher {

  /**
   * Publishes a message. Safe on any thread.
   *
   * @param message the message; one without a time gets the present
   * @return completes when the broker took the message; fails with a {@link MillraceException} if
   *     it did not ({@link MillraceException#retryable()} says whether trying again may help, best
   *     with a {@link Message#withKey key}), if the message is larger than {@link
   *     MillraceOptions#maxMessageBytes()}, or with {@link MillraceException.Code#CONFLICT} if its
   *     key was used for another message
   */
  Future<Publication> publish(Message message);
}
