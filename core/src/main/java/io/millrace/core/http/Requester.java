package io.millrace.core.http;

import io.millrace.core.broker.Publishing;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.Optional;

/** Says who sends a request. */
final class Requester {

  private static final int IPV6_BYTES = 16;

  private Requester() {}

  /** Returns who sends a request: the user, or if there is none, the address. */
  static String scope(RoutingContext request) {
    return user(request)
        .map(subject -> "user " + subject)
        .orElseGet(() -> Publishing.ADDRESS + address(request));
  }

  /** Returns who sends a request, if the application has said so. */
  static Optional<String> user(RoutingContext request) {
    User user = request.user();
    return Optional.ofNullable(user == null ? null : user.subject());
  }

  /** Returns the address of a client, as far as it is known. */
  static String address(RoutingContext context) {
    String host;
    try {
      SocketAddress address = context.request().remoteAddress();
      host = address == null ? null : address.hostAddress();
    } catch (RuntimeException e) {
      host = null; // Vert.x may take this from X-Forwarded-For, which can contain anything.
    }
    return host == null ? "unknown" : host;
  }

  /** Returns the address, or for IPv6 the /64 network that one client usually has for itself. */
  static String network(RoutingContext context) {
    String address = address(context);
    if (address.indexOf(':') < 0) {
      return address;
    }
    try {
      byte[] bytes = InetAddress.getByName(address).getAddress(); // A literal: no look-up.
      return bytes.length == IPV6_BYTES
          ? HexFormat.of().formatHex(bytes, 0, IPV6_BYTES / 2)
          : address;
    } catch (UnknownHostException e) {
      return address;
    }
  }
}
