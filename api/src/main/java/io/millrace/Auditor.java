package io.millrace;

/**
 * Learns what is decided about clients, for an audit trail. There is one event for each decision:
 *
 * <ul>
 *   <li>who sends a request or a token, if there is an {@link Authenticator} or a ticket; without
 *       them, only the refusal of a user that was disconnected
 *   <li>each channel or pattern that a client asks to subscribe to, and with {@code last} or {@code
 *       presence} also whether it may have these: at each attach, so at each long poll and poll, at
 *       each subscribe command, after each new token, and after {@link Millrace#reauthorize}. If
 *       one is refused, so is the whole request; those that were still undecided then have the same
 *       code
 *   <li>each message that a client asks to publish, as the {@link Authorizer}, the options and the
 *       {@link PublishInterceptor} decide together. A permission that is remembered for {@link
 *       MillraceOptions#decisionLifetime()} counts each time that it is used
 *   <li>each ticket that is asked for
 *   <li>each {@link Millrace#disconnect}, {@link Millrace#revoke} and {@link Millrace#reauthorize},
 *       on the node where it is called; and on every node, each reader that ends because of it
 * </ul>
 *
 * <p>What is refused for other reasons is no event: limits, foreign origins, requests that cannot
 * be read, a {@link ReaderListener}. So there are never more events than the limits let clients
 * cause, or than the authenticator is asked questions.
 *
 * <p>It is called on the event loop that has decided, or on the thread that calls {@link Millrace},
 * so it must be safe on any thread, and must not block. Whatever it throws is logged, at most once
 * a minute, and affects nobody.
 */
@FunctionalInterface
public interface Auditor {

  /**
   * Called after a decision, before its effect.
   *
   * @param decision what was decided
   */
  void decided(Decision decision);
}
