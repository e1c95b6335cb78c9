package io.millrace.core.http;

import io.millrace.internal.AddressRange;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Finds the address of a client behind proxies that are trusted: read from right to left, the first
 * address in {@code Forwarded} (RFC 7239) or {@code X-Forwarded-For} that is not of such a proxy.
 * What stands further left the client can have made up.
 */
final class Proxies {

  /** A longer header is not believed. */
  private static final int MOST_CHARACTERS = 1000;

  private final List<AddressRange> trusted = new ArrayList<>();

  /**
   * @param trusted addresses and networks
   */
  Proxies(Collection<String> trusted) {
    trusted.forEach(text -> AddressRange.parse(text).ifPresent(this.trusted::add));
  }

  /**
   * Returns the address of a client, if the request comes from a proxy that is trusted and tells it
   * in one way.
   */
  Optional<String> client(HttpServerRequest request) {
    if (trusted.isEmpty() || !isTrusted(peer(request))) {
      return Optional.empty();
    }
    List<String> forwarded = request.headers().getAll("forwarded");
    List<String> xForwardedFor = request.headers().getAll("x-forwarded-for");
    Optional<String> one = lastForeign(forwarded, Proxies::forwardedFor);
    Optional<String> other = lastForeign(xForwardedFor, Optional::of);
    if (forwarded.isEmpty() || xForwardedFor.isEmpty()) {
      return forwarded.isEmpty() ? other : one;
    }
    // A proxy that sets only one of them passes on what a client says in the other.
    return one.equals(other) ? one : Optional.empty();
  }

  /** Returns the address at the other end of the connection, whatever headers say. */
  private static Optional<byte[]> peer(HttpServerRequest request) {
    SocketAddress address = request.connection().remoteAddress();
    String host = address == null ? null : address.hostAddress();
    return host == null ? Optional.empty() : AddressRange.bytes(host);
  }

  private boolean isTrusted(Optional<byte[]> address) {
    return address.isPresent() && trusted.stream().anyMatch(it -> it.contains(address.get()));
  }

  private interface Hop {
    /** Returns the address in an element of a header. */
    Optional<String> address(String element);
  }

  private Optional<String> lastForeign(List<String> lines, Hop hop) {
    String all = String.join(",", lines);
    if (all.isEmpty() || all.length() > MOST_CHARACTERS) {
      return Optional.empty();
    }
    String[] elements = all.split(",", -1);
    for (int i = elements.length - 1; i >= 0; i--) {
      Optional<byte[]> address =
          hop.address(elements[i].strip()).map(Proxies::withoutPort).flatMap(AddressRange::bytes);
      if (address.isEmpty()) {
        return Optional.empty();
      }
      if (!isTrusted(address)) {
        return Optional.of(AddressRange.text(address.get()));
      }
    }
    return Optional.empty();
  }

  /** Returns the value of {@code for}. An address contains neither a semicolon nor a comma. */
  private static Optional<String> forwardedFor(String element) {
    for (String pair : element.split(";", -1)) {
      String[] parts = pair.split("=", 2);
      if (parts.length == 2 && parts[0].strip().equalsIgnoreCase("for")) {
        return Optional.of(unquoted(parts[1].strip()));
      }
    }
    return Optional.empty();
  }

  private static String unquoted(String word) {
    boolean quoted = word.length() > 1 && word.startsWith("\"") && word.endsWith("\"");
    return quoted ? word.substring(1, word.length() - 1) : word;
  }

  /** Turns {@code [2001:db8::1]:4711} and {@code 192.0.2.1:4711} into addresses. */
  private static String withoutPort(String node) {
    if (node.startsWith("[")) {
      int end = node.indexOf(']');
      return end < 0 ? node : node.substring(1, end);
    }
    int colon = node.indexOf(':');
    return colon >= 0 && colon == node.lastIndexOf(':') ? node.substring(0, colon) : node;
  }
}
