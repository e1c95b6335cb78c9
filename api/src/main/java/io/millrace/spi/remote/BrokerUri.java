package io.millrace.spi.remote;

import io.vertx.core.net.HostAndPort;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of {@code scheme://username:password@host:port,host:port/virtual-host}, decoded.
 *
 * @param tls whether the scheme means TLS
 * @param hosts one or more
 * @param username the user name, if there is one
 * @param password the password, if there is one
 * @param virtualHost what follows the first slash, if there is anything
 */
public record BrokerUri(
    boolean tls,
    List<HostAndPort> hosts,
    Optional<String> username,
    Optional<String> password,
    Optional<String> virtualHost) {

  private static final Pattern URI =
      Pattern.compile(
          "(?<scheme>[a-z][a-z0-9+.-]*)://((?<username>[^:@/]*)(:(?<password>[^@/]*))?@)?(?<hosts>[^@/]+)(/(?<vhost>[^/@]*))?");
  private static final Pattern HOST =
      Pattern.compile("(?<host>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:(?<port>[0-9]{1,5}))?");
  private static final int MAX_PORT = 65_535;

  /**
   * How the URIs of a protocol begin, and its default ports.
   *
   * @param name the scheme, for example {@code amqp}
   * @param overTls the schemes that mean TLS, for example {@code amqps}
   * @param port the default port without TLS
   * @param tlsPort the default port over TLS
   */
  public record Scheme(String name, Set<String> overTls, int port, int tlsPort) {}

  /**
   * Reads a URI.
   *
   * @param scheme the protocol
   * @param uri the URI (RFC 3986, but with several hosts), with reserved characters of its parts
   *     percent-encoded
   * @return its parts
   * @throws IllegalArgumentException if it is not such a URI; the message does not repeat it, since
   *     it may have a password
   */
  public static BrokerUri parse(Scheme scheme, String uri) {
    Matcher parts = URI.matcher(uri);
    boolean tls = parts.matches() && scheme.overTls().contains(parts.group("scheme"));
    if (!tls && !(parts.matches() && parts.group("scheme").equals(scheme.name()))) {
      throw new IllegalArgumentException(
          "The broker's URI must look like "
              + scheme.name()
              + "://username:password@host:port/virtual-host");
    }
    return new BrokerUri(
        tls,
        hosts(
            Arrays.asList(parts.group("hosts").split(",", -1)),
            tls ? scheme.tlsPort() : scheme.port()),
        decoded(parts, "username"),
        decoded(parts, "password"),
        decoded(parts, "vhost").filter(name -> !name.isEmpty()));
  }

  /**
   * Reads hosts.
   *
   * @param names {@code host} or {@code host:port}; an IPv6 address in brackets
   * @param defaultPort the port of hosts that have none
   * @return the hosts, in the same order
   * @throws IllegalArgumentException if there is none, or one is not a host and a port
   */
  public static List<HostAndPort> hosts(List<String> names, int defaultPort) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("hosts must contain at least one host");
    }
    return names.stream().map(name -> host(name, defaultPort)).toList();
  }

  /** {@return everything except the user name and the password} */
  @Override
  public String toString() {
    return "BrokerUri[tls=" + tls + ", hosts=" + hosts + ", virtualHost=" + virtualHost + "]";
  }

  private static HostAndPort host(String text, int defaultPort) {
    Matcher parts = HOST.matcher(text);
    String port = parts.matches() ? parts.group("port") : "0";
    int number = port == null ? defaultPort : Integer.parseInt(port);
    if (number < 1 || number > MAX_PORT) {
      // Somebody may have given a URI, which may have a password.
      throw new IllegalArgumentException(
          "A host must look like host:port" + (text.indexOf('@') < 0 ? ", not " + text : ""));
    }
    return HostAndPort.create(parts.group("host").replaceAll("[\\[\\]]", ""), number);
  }

  /** Writes a host as it is read. */
  static String text(HostAndPort at) {
    String host = at.host().contains(":") ? "[" + at.host() + "]" : at.host();
    return host + ":" + at.port();
  }

  private static Optional<String> decoded(Matcher parts, String group) {
    // In a URI a plus sign is itself.
    return Optional.ofNullable(parts.group(group))
        .map(text -> URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8));
  }
}
