package io.millrace;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;

/** Decides what a client may do. */
@FunctionalInterface
public interface Authorizer {

  /** What a client asks to do. */
  enum Action {
    /** Receive what is published. */
    SUBSCRIBE,
    /** Publish. */
    PUBLISH
  }

  /**
   * Decides one request. It is asked at every attach, so at every reconnect, and for every publish.
   *
   * @param request the HTTP request, with what earlier handlers of the application put there (its
   *     user, for example); for a WebSocket, the request that opened it
   * @param action what the client asks to do
   * @param target a channel, or for {@link Action#SUBSCRIBE} also a pattern: grant it only if every
   *     name it matches is granted
   * @return whether it may. A failed future is a refusal and is logged, as is whatever is thrown,
   *     and null; so is what takes longer than {@link MillraceOptions#authorizerTimeout()}. Called
   *     on the client's event loop; must not block
   */
  Future<Boolean> authorize(RoutingContext request, Action action, ChannelPattern target);
}
