package io.millrace.samples.demo;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pages of other servers from changing anything. Such a page is recognized by its {@code
 * Origin} (RFC 6454). A request must also be JSON, because a browser sends JSON to another server
 * only after it has asked for permission, unlike a form. A request without {@code Origin} does not
 * come from a page.
 */
final class OwnPages implements Handler<RoutingContext> {

  private static final Set<HttpMethod> READING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
  private static final Pattern JSON = Pattern.compile("(?i)application/json *(;.*)?");

  @Override
  public void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    HttpMethod method = request.method();
    if (READING.contains(method)) {
      context.next();
    } else if (!isOwn(request.getHeader(HttpHeaders.ORIGIN), request.authority())) {
      Problem.send(context, 403, "Only a page of this server may do that.");
    } else if (!method.equals(HttpMethod.DELETE)
        && !isJson(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
      Problem.send(context, 415, "Send it with Content-Type: application/json.");
    } else {
      context.next();
    }
  }

  /** Ignores the scheme, because a proxy may speak TLS for this server. */
  private static boolean isOwn(@Nullable String origin, @Nullable HostAndPort host) {
    return origin == null
        || origin.equalsIgnoreCase("http://" + host)
        || origin.equalsIgnoreCase("https://" + host);
  }

  private static boolean isJson(@Nullable String type) {
    return type != null && JSON.matcher(type).matches();
  }
}
