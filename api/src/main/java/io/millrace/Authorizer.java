package io.millrace;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;

/** Decides what a client may do. */
@FunctionalInterface
public interface Authorizer {

  /** What a client asks to do. */
  enum Action {
    /** Receive messages. */
    SUBSCRIBE,
    /** Publish. */
    PUBLISH
  }

  /**
   * Decides one request. It is called at every attach, and so at every reconnect, for every
   * subscribe command on a connection, and for every publish.
   *
   * @param request the HTTP request, with whatever earlier handlers of the application have added
   *     to it (its user, for example); for a WebSocket, the request that opened it
   * @param action what the client asks to do
   * @param target a channel; for {@link Action#SUBSCRIBE} it may be a pattern, which should be
   *     granted only if every name that it matches would be
   * @return whether the client may do this. A failed future, a thrown exception and {@code null}
   *     are refusals, and are logged. So is a decision that takes longer than {@link
   *     MillraceOptions#authorizerTimeout()}. Called on the client's event loop; must not block
   */
  Future<Boolean> authorize(RoutingContext request, Action action, ChannelPattern target);
}
