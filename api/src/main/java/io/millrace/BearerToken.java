package io.millrace;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** Finds the bearer token of a request. */
public final class BearerToken {

  /**
   * The beginning of the WebSocket subprotocol that carries a token in base64url, since a browser
   * can set no header there. It is never chosen, and so never sent back.
   */
  public static final String SUBPROTOCOL = "millrace.bearer.";

  private static final String SCHEME = "bearer ";

  private BearerToken() {}

  /**
   * Returns the token of a request: from {@code Authorization: Bearer} (RFC 6750, section 2.1), or
   * from a WebSocket's subprotocol {@code millrace.bearer.} followed by the token in base64url (RFC
   * 4648, section 5, without padding).
   *
   * @param request the request
   * @return the token; empty if there is none
   * @throws MillraceException {@link MillraceException.Code#UNAUTHORIZED} if there are several, or
   *     one cannot be read
   */
  public static Optional<String> of(RoutingContext request) {
    return of(request.request());
  }

  private static Optional<String> of(HttpServerRequest request) {
    Optional<String> found = Optional.empty();
    for (String value : request.headers().getAll(HttpHeaders.AUTHORIZATION)) {
      if (value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
        found = only(found, value.substring(SCHEME.length()).strip());
      }
    }
    for (String line : request.headers().getAll("Sec-WebSocket-Protocol")) {
      for (String offered : line.split(",", -1)) {
        if (offered.strip().startsWith(SUBPROTOCOL)) {
          found = only(found, decoded(offered.strip().substring(SUBPROTOCOL.length())));
        }
      }
    }
    return found;
  }

  private static Optional<String> only(Optional<String> before, String token) {
    if (token.isEmpty() || before.filter(other -> !other.equals(token)).isPresent()) {
      throw unreadable();
    }
    return Optional.of(token);
  }

  private static String decoded(String base64url) {
    try {
      return new String(Base64.getUrlDecoder().decode(base64url), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw unreadable();
    }
  }

  private static MillraceException unreadable() {
    return new MillraceException(
        MillraceException.Code.UNAUTHORIZED,
        "Send one bearer token (RFC 6750), or in a WebSocket's subprotocol, in base64url.");
  }
}
