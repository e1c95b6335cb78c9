package io.millrace.samples.demo;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Where visitors are. Only proxies that are trusted are believed: the last address in {@code
 * X-Forwarded-For} that is not of such a proxy counts, because a visitor can have made up those
 * before it.
 */
final class Addresses {

  /** With IPv6, what one visitor usually has for itself: a /64 network. */
  private static final int NETWORK_BYTES = 8;

  private final Set<String> proxies = new HashSet<>();

  /**
   * Makes it.
   *
   * @param proxies the addresses of those that are trusted
   * @throws IllegalArgumentException if one is not an address
   */
  Addresses(Collection<String> proxies) {
    for (String proxy : proxies) {
      this.proxies.add(
          hex(proxy).orElseThrow(() -> new IllegalArgumentException(proxy + " is not an address")));
    }
  }

  /** {@return what the visitors at one address have in common} */
  String of(HttpServerRequest request) {
    SocketAddress peer = request.connection().remoteAddress();
    String address = Optional.ofNullable(peer.hostAddress()).flatMap(Addresses::hex).orElse("");
    String[] hops = String.join(",", request.headers().getAll("X-Forwarded-For")).split(",", -1);
    for (int i = hops.length - 1; i >= 0 && proxies.contains(address); i--) {
      Optional<String> before = hex(hops[i].strip());
      if (before.isEmpty()) {
        break;
      }
      address = before.get();
    }
    return address.substring(0, Math.min(address.length(), 2 * NETWORK_BYTES));
  }

  private static Optional<String> hex(String address) {
    return Optional.ofNullable(NetUtil.createByteArrayFromIpAddressString(address))
        .map(HexFormat.of()::formatHex);
  }
}
