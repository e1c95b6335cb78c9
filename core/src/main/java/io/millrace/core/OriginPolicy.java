package io.millrace.core;

import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which pages may connect: those of the server's own origin, and those of an allow-list, which get
 * CORS headers (Fetch standard). It is asked before any upgrade, since browsers apply no CORS to
 * WebSockets. An absent {@code Origin} is no page's.
 */
final class OriginPolicy {

  private static final String ANY = "*";

  private final Set<String> allowed;
  private final boolean credentials;

  OriginPolicy(MillraceOptions options) {
    this.allowed =
        options.allowedOrigins().stream()
            .map(OriginPolicy::normal)
            .flatMap(Optional::stream)
            .collect(Collectors.toSet());
    this.credentials = options.credentialsAllowed();
  }

  /**
   * Refuses foreign pages and sets the headers that allowed ones need.
   *
   * @throws MillraceException {@link MillraceException.Code#FORBIDDEN} for a foreign origin
   */
  void check(RoutingContext context) {
    HttpServerRequest request = context.request();
    MultiMap headers = context.response().headers();
    if (!allowed.isEmpty()) {
      headers.add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
    }
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin == null) {
      return;
    }
    Optional<String> page = normal(origin);
    if (page.isPresent() && page.equals(own(request))) {
      return;
    }
    if (page.isEmpty() || !(allowed.contains(page.get()) || allowed.contains(ANY))) {
      throw new MillraceException(
          MillraceException.Code.FORBIDDEN,
          "Pages of this origin may not connect. The server allows origins with MillraceOptions.addAllowedOrigin.");
    }
    headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if (credentials) {
      headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
  }

  /** Answers a preflight request of a page that {@link #check} let pass. */
  void preflight(RoutingContext context, String methods) {
    context
        .response()
        .setStatusCode(204)
        .putHeader(HttpHeaders.ALLOW, methods)
        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, methods)
        .putHeader(
            HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS,
            "Content-Type, Last-Event-ID, Prefer, Authorization, Cache-Control")
        .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "3600")
        .end();
  }

  private static Optional<String> own(HttpServerRequest request) {
    HostAndPort authority = request.authority();
    return authority == null ? Optional.empty() : normal(request.scheme() + "://" + authority);
  }

  /**
   * Returns scheme, host and port, in lower case and with the scheme's default port left out, or
   * empty if it is no origin.
   */
  private static Optional<String> normal(String origin) {
    if (origin.equals(ANY)) {
      return Optional.of(origin);
    }
    try {
      URI uri = URI.create(origin.toLowerCase(Locale.ROOT));
      boolean isOrigin =
          uri.getScheme() != null
              && uri.getHost() != null
              && uri.getUserInfo() == null
              && uri.getRawPath().isEmpty()
              && uri.getRawQuery() == null
              && uri.getRawFragment() == null;
      if (!isOrigin) {
        return Optional.empty();
      }
      int standard =
          uri.getScheme().equals("https") ? 443 : uri.getScheme().equals("http") ? 80 : -1;
      int port = uri.getPort() == -1 ? standard : uri.getPort();
      return Optional.of(uri.getScheme() + "://" + uri.getHost() + ":" + port);
    } catch (IllegalArgumentException notAnOrigin) {
      return Optional.empty();
    }
  }
}
