package io.millrace;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;

/**
 * Finds out who sends a request. It is asked once for each request, and so once for each
 * connection; afterwards only the {@link Client} is kept. Without an authenticator, the client is
 * the user that the application has set on the request ({@link RoutingContext#user()}), or
 * anonymous.
 *
 * <p>Both methods are called on the client's event loop and must not block. A failed future, a
 * thrown exception, and {@code null} are refusals: the client is answered {@link
 * MillraceException.Code#UNAUTHORIZED}, with the message of the failure if that is a {@link
 * MillraceException} of this code. With another retryable {@link MillraceException}, such as {@link
 * MillraceException.Code#UNAVAILABLE}, the client should try again. An answer that takes longer
 * than {@link MillraceOptions#authorizerTimeout()} counts as unavailable.
 */
@FunctionalInterface
public interface Authenticator {

  /**
   * Authenticates a request.
   *
   * @param request the HTTP request, with whatever earlier handlers of the application have added
   *     to it; for a WebSocket, the request that opens it. {@link BearerToken#of} finds the token
   *     of any of them. Its body is not read yet
   * @return who sends it; {@link Client#anonymous()} if it has no credentials and needs none
   */
  Future<Client> authenticate(RoutingContext request);

  /**
   * Authenticates a token that a client sends on its connection, to replace one that will expire.
   *
   * @param token the token
   * @return who sends it. By default, fails with {@link MillraceException.Code#BAD_REQUEST},
   *     because no tokens are accepted on a connection
   */
  default Future<Client> authenticate(String token) {
    return Future.failedFuture(
        new MillraceException(
            MillraceException.Code.BAD_REQUEST, "This server accepts no tokens on a connection."));
  }

  /**
   * Returns whether cookies, or other credentials that browsers add to requests by themselves, are
   * enough to be authenticated. Then any page could act for its visitors if pages of every origin
   * were allowed, so such a node is not built.
   *
   * @return true by default
   */
  default boolean usesCookies() {
    return true;
  }
}
