package io.millrace;

import io.vertx.core.Future;

/**
 * Learns when clients attach and when they end. It is called on the event loop of the client, so it
 * must return at once. Whatever it throws is logged, at most once a minute, and affects nobody.
 */
public interface ReaderListener {

  /**
   * Called before a client is attached, once it is known who it is and that it may read what it
   * asks for. A long poll or poll attaches each time.
   *
   * @param reader what asks to be attached; it has no timers yet, and cannot be disconnected
   * @return completes if the client may be attached; a {@link MillraceException} is what it is
   *     answered. Any other failure is answered {@link MillraceException.Code#FORBIDDEN}, and no
   *     completion within {@link MillraceOptions#authorizerTimeout()} {@link
   *     MillraceException.Code#UNAVAILABLE}
   */
  default Future<Void> beforeAttach(ReaderInfo reader) {
    return Future.succeededFuture();
  }

  /**
   * Called when a client is attached that stays: not for long polls and polls.
   *
   * @param reader the client
   */
  default void attached(ReaderInfo reader) {}

  /**
   * Called once for each client that was attached, when it is gone.
   *
   * @param reader the client
   * @param reason a few words: {@code closed} if the client or its connection ended, otherwise as
   *     the client is told
   */
  default void ended(ReaderInfo reader, String reason) {}
}
