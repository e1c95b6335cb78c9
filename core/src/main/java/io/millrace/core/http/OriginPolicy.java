package io.millrace.core.http;

import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.internal.Origins;
import io.millrace.internal.Unsent;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides what pages of other origins may do. Pages of allowed origins may do everything, with CORS
 * headers (Fetch standard). Others may read without credentials, and browsers do not show them the
 * response. WebSockets, to which browsers do not apply CORS, and requests that change something are
 * refused before anything happens. A request without {@code Origin} does not come from a page.
 */
final class OriginPolicy {

  private static final String ANY = "*";
  private static final CharSequence RESOURCE_POLICY =
      HttpHeaders.createOptimized("cross-origin-resource-policy");
  private static final CharSequence SAME_ORIGIN = HttpHeaders.createOptimized("same-origin");

  private final Set<String> allowed;
  private final boolean credentials;

  OriginPolicy(MillraceOptions options) {
    this.allowed =
        options.allowedOrigins().stream()
            .map(origin -> Origins.normal(origin).orElse(ANY))
            .collect(Collectors.toSet());
    this.credentials = options.credentialsAllowed();
  }

  /**
   * Sets the headers that allowed pages need, and refuses what foreign pages may not do.
   *
   * @param open whether everybody may make the request
   * @param reads whether a POST there only reads, and changes nothing
   * @throws MillraceException {@link MillraceException.Code#FORBIDDEN} if a page of a foreign
   *     origin does more than read without credentials
   */
  void check(RoutingContext context, boolean open, boolean reads) {
    HttpServerRequest request = context.request();
    MultiMap headers = context.response().headers();
    if (!allowed.isEmpty()) {
      headers.add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
    }
    if (!open && !allowed.contains(ANY)) {
      // For resources that a page embeds without CORS.
      headers.set(RESOURCE_POLICY, SAME_ORIGIN);
    }
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin == null) {
      return;
    }
    Optional<String> page = Origins.normal(origin);
    if (page.isPresent() && page.equals(own(request))) {
      return;
    }
    if (allowed.contains(ANY) || page.filter(allowed::contains).isPresent()) {
      headers.remove(RESOURCE_POLICY);
      headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
      headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, HttpHeaders.RETRY_AFTER);
      if (credentials) {
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
      }
    } else if (!open && !isPlainRead(request, reads)) {
      throw new MillraceException(
          MillraceException.Code.FORBIDDEN,
          "Pages of the origin "
              + page.orElse("it has")
              + " may not do this. Either a proxy changes Host or the scheme (see docs/operating.md),"
              + " or the server must allow the origin (MillraceOptions.addAllowedOrigin).");
    }
  }

  /** Reads without credentials are as harmless from a page as from any other client. */
  private static boolean isPlainRead(HttpServerRequest request, boolean reads) {
    MultiMap headers = request.headers();
    HttpMethod method = request.method();
    return (HttpMethod.GET.equals(method)
            || HttpMethod.HEAD.equals(method)
            || (reads && HttpMethod.POST.equals(method)))
        && !headers.contains(HttpHeaders.UPGRADE)
        && !headers.contains(HttpHeaders.COOKIE)
        && !headers.contains(HttpHeaders.AUTHORIZATION);
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
        .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "3600");
    Unsent.answer(context.request(), Buffer.buffer());
  }

  private static Optional<String> own(HttpServerRequest request) {
    HostAndPort authority = request.authority();
    return authority == null
        ? Optional.empty()
        : Origins.normal(request.scheme() + "://" + authority);
  }
}
