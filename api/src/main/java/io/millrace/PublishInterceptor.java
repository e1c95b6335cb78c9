package io.millrace;

import io.vertx.core.Future;

/** Sees what clients publish before anyone else does, and may refuse or change it. */
@FunctionalInterface
public interface PublishInterceptor {

  /**
   * Takes a message that a client may publish. It is called after the {@link Authorizer} has agreed
   * and {@link MillraceOptions#senderStamped()} has been obeyed; not for what the application
   * publishes.
   *
   * @param client who publishes
   * @param channel the channel
   * @param message the message
   * @return what is published: the same message or another one. To refuse it, fail with a {@link
   *     MillraceException}, which the client receives; any other failure, a thrown exception and
   *     {@code null} are {@link MillraceException.Code#FORBIDDEN}, and are logged. An answer that
   *     takes longer than {@link MillraceOptions#authorizerTimeout()} is {@link
   *     MillraceException.Code#UNAVAILABLE}. Called on the client's event loop; must not block
   */
  Future<Message> intercept(Client client, String channel, Message message);
}
