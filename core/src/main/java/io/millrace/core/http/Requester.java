package io.millrace.core.http;

import io.millrace.Client;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.broker.Publishing;
import io.millrace.internal.AddressRange;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.util.HexFormat;
import java.util.Optional;

/** Says who sends a request, and from where. */
final class Requester {

  private static final int NETWORK_BYTES = 8;

  private final Proxies proxies;

  Requester(MillraceOptions options) {
    this.proxies = new Proxies(options.trustedProxies());
  }

  /** Returns who publishes: the user, or if there is none, the address. */
  String scope(RoutingContext request) {
    Client client = Identity.known(request);
    return scope(client, client.user().isPresent() ? "" : address(request));
  }

  /** Returns who publishes: the user, or if there is none, the address. */
  static String scope(Client client, String address) {
    return client.user().map(user -> "user " + user).orElse(Publishing.ADDRESS + address);
  }

  /** Returns the id that a client says in the URL, if it is one. */
  static Optional<String> clientId(RoutingContext request) {
    String query = request.request().query();
    String id =
        query == null || !query.contains("client=") ? null : request.queryParams().get("client");
    if (id == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Message.checkClientId(id));
    } catch (MillraceException e) {
      return Optional.empty();
    }
  }

  /** Returns the address of a client, as far as it is known. */
  String address(RoutingContext context) {
    return proxies.client(context.request()).orElseGet(() -> ofConnection(context));
  }

  private static String ofConnection(RoutingContext context) {
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
  String network(RoutingContext context) {
    String address = address(context);
    if (address.indexOf(':') < 0) {
      return address;
    }
    return AddressRange.bytes(address)
        .filter(bytes -> bytes.length > NETWORK_BYTES)
        .map(bytes -> HexFormat.of().formatHex(bytes, 0, NETWORK_BYTES))
        .orElse(address);
  }
}
