package io.millrace.broker.amqp;

import io.vertx.core.net.HostAndPort;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parts of {@code amqp://username:password@host:port,host:port/virtual-host}. */
record AmqpUri(
    boolean tls,
    List<HostAndPort> hosts,
    Optional<String> username,
    Optional<String> password,
    Optional<String> virtualHost) {

  private static final Pattern URI =
      Pattern.compile(
          "amqp(?<tls>s)?://((?<username>[^:@/]*)(:(?<password>[^@/]*))?@)?(?<hosts>[^@/]+)(/(?<vhost>[^/]*))?");
  private static final Pattern HOST =
      Pattern.compile("(?<host>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:(?<port>[0-9]{1,5}))?");
  private static final int MAX_PORT = 65_535;

  static AmqpUri parse(String uri) {
    Matcher parts = URI.matcher(uri);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "The broker's URI must look like amqp://username:password@host:port/virtual-host");
    }
    boolean tls = parts.group("tls") != null;
    int port = tls ? AmqpBrokerOptions.DEFAULT_TLS_PORT : AmqpBrokerOptions.DEFAULT_PORT;
    return new AmqpUri(
        tls,
        hosts(Arrays.asList(parts.group("hosts").split(",", -1)), port),
        decoded(parts, "username"),
        decoded(parts, "password"),
        decoded(parts, "vhost").filter(name -> !name.isEmpty()));
  }

  static List<HostAndPort> hosts(List<String> names, int defaultPort) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("hosts must have at least one host");
    }
    return names.stream().map(name -> host(name, defaultPort)).toList();
  }

  private static HostAndPort host(String text, int defaultPort) {
    Matcher parts = HOST.matcher(text);
    String port = parts.matches() ? parts.group("port") : "0";
    int number = port == null ? defaultPort : Integer.parseInt(port);
    if (number < 1 || number > MAX_PORT) {
      throw new IllegalArgumentException("A host must look like host:port, not " + text);
    }
    return HostAndPort.create(parts.group("host").replaceAll("[\\[\\]]", ""), number);
  }

  private static Optional<String> decoded(Matcher parts, String group) {
    // In a URI a plus sign is itself.
    return Optional.ofNullable(parts.group(group))
        .map(text -> URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8));
  }
}
