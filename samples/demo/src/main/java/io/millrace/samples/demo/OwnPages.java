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
 * Lets no page of another server change anything: its {@code Origin} tells (RFC 6454), and JSON,
 * unlike what a form sends, a browser sends elsewhere only after it has asked. An absent {@code
 * Origin} is no page's.
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

  /** Whatever the scheme: a proxy may speak TLS for this server. */
  private static boolean isOwn(@Nullable String origin, @Nullable HostAndPort host) {
    return origin == null
        || origin.equalsIgnoreCase("http://" + host)
        || origin.equalsIgnoreCase("https://" + host);
  }

  private static boolean isJson(@Nullable String type) {
    return type != null && JSON.matcher(type).matches();
  }
}
