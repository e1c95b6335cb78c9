package io.millrace;

import io.vertx.core.Future;

/** Decides what a client may do. {@link AccessRules} is one for the common cases. */
@FunctionalInterface
public interface Authorizer {

  /** What a client asks to do. */
  enum Action {
    /**
     * Receive the messages of a channel, and those that the log holds since a cursor. A client can
     * make up an old cursor, so this includes everything that is held.
     */
    SUBSCRIBE,
    /** Publish. */
    PUBLISH,
    /** Receive messages of a channel that were published before ({@code last}). */
    HISTORY,
    /** Receive who is subscribed to a channel. */
    PRESENCE
  }

  /**
   * Decides one request. It is called at every attach, and so at every reconnect; for every
   * subscribe command on a connection, even if it was granted before; when a client sends a new
   * token; and after {@link Millrace#reauthorize}. For the other actions, a decision may be kept
   * for up to {@link MillraceOptions#decisionLifetime()} while the connection lasts.
   *
   * @param client who asks, as the {@link Authenticator} has found out
   * @param action what the client asks to do
   * @param target a channel; for {@link Action#SUBSCRIBE} and {@link Action#HISTORY} it may be a
   *     pattern, which should be granted only if every name that it matches would be
   * @return whether the client may do this. A failed future, a thrown exception and {@code null}
   *     are refusals, and are logged. So is a decision that takes longer than {@link
   *     MillraceOptions#authorizerTimeout()}. Called on the client's event loop; must not block
   */
  Future<Boolean> authorize(Client client, Action action, ChannelPattern target);
}
