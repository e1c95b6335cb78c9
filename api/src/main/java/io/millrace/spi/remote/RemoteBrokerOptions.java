package io.millrace.spi.remote;

import io.millrace.internal.JsonSetters;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.NetClientOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Options that all {@link RemoteBroker}s have in common, under the same names whatever the protocol
 * calls them. The options of a protocol extend this class, with {@link #net()} as the protocol's
 * client accepts it. Not safe for use by several threads; a broker takes a copy.
 *
 * @param <T> the options of the protocol
 */
public abstract class RemoteBrokerOptions<T extends RemoteBrokerOptions<T>> {

  private final BrokerUri.Scheme scheme;
  private List<HostAndPort> hosts;
  private Optional<String> username = Optional.empty();
  private Optional<String> password = Optional.empty();
  private Optional<String> virtualHost = Optional.empty();
  private String prefix = "millrace.";
  private Duration heartbeat = Duration.ofSeconds(10);
  private Duration connectTimeout = Duration.ofSeconds(10);
  private Duration confirmTimeout = Duration.ofSeconds(10);
  private int prefetch = 500;
  private int maxMessageBytes = 16 << 20;
  private long maxPendingBytes = 64L << 20;

  /**
   * The defaults.
   *
   * @param scheme the scheme of the protocol's URIs
   */
  protected RemoteBrokerOptions(BrokerUri.Scheme scheme) {
    this.scheme = scheme;
    hosts = List.of(HostAndPort.create("localhost", scheme.port()));
  }

  /**
   * A copy.
   *
   * @param other what to copy
   */
  protected RemoteBrokerOptions(RemoteBrokerOptions<T> other) {
    scheme = other.scheme;
    hosts = other.hosts;
    username = other.username;
    password = other.password;
    virtualHost = other.virtualHost;
    prefix = other.prefix;
    heartbeat = other.heartbeat;
    connectTimeout = other.connectTimeout;
    confirmTimeout = other.confirmTimeout;
    prefetch = other.prefetch;
    maxMessageBytes = other.maxMessageBytes;
    maxPendingBytes = other.maxPendingBytes;
  }

  /** {@return this} */
  protected abstract T self();

  /**
   * Reads options from JSON. For use in a constructor, after the fields have their defaults.
   *
   * <p>A key is the name of a public setter: {@code connectTimeout} calls {@link
   * #setConnectTimeout}. Times are in milliseconds, constants in lower case, {@code hosts} is an
   * array of {@code "host:port"}, and {@code net} an object. So the class must be public, in a
   * package that its module exports.
   *
   * @param json the options; those that are missing keep their values
   * @throws IllegalArgumentException if a key is not known, or a value is out of bounds or of
   *     another type
   */
  protected final void read(JsonObject json) {
    JsonSetters.set(this, json, "The broker \"" + scheme.name() + "\"");
  }

  /**
   * Sets hosts, username, password, virtual host and TLS from a URI, for example {@code
   * amqp://user:password@host:5672/vhost}. Several hosts are separated by commas. What the URI does
   * not have stays as it is, except TLS, which depends on the scheme.
   *
   * @param uri see {@link BrokerUri}
   * @return this
   * @throws IllegalArgumentException if it is not such a URI; the message does not repeat it, since
   *     it may have a password
   */
  public final T setUri(String uri) {
    BrokerUri parts = BrokerUri.parse(scheme, uri);
    hosts = parts.hosts();
    net().setSsl(parts.tls());
    parts.username().ifPresent(this::setUsername);
    parts.password().ifPresent(this::setPassword);
    parts.virtualHost().ifPresent(this::setVirtualHost);
    return self();
  }

  /** {@return the brokers of one cluster, to be tried in turn; {@code localhost} by default} */
  public final List<HostAndPort> hosts() {
    return hosts;
  }

  /**
   * Sets the brokers of one cluster. The node is connected to one of them; when that connection
   * breaks, the next one is tried.
   *
   * @param names {@code host} or {@code host:port}; an IPv6 address in brackets
   * @return this
   * @throws IllegalArgumentException if there is none, or one is not a host and a port
   */
  public final T setHosts(List<String> names) {
    hosts = BrokerUri.hosts(names, scheme.port());
    return self();
  }

  /** {@return how connections are made, including TLS; plain TCP by default} */
  public abstract NetClientOptions net();

  /** {@return the username, if there is one; without it, the login is anonymous} */
  public final Optional<String> username() {
    return username;
  }

  /**
   * Sets the username.
   *
   * @param value the username, without CR, LF and NUL
   * @return this
   * @throws IllegalArgumentException if it contains one of these
   */
  public final T setUsername(String value) {
    username = Optional.of(oneLine(value, "username"));
    return self();
  }

  /** {@return the password, if there is one} */
  public final Optional<String> password() {
    return password;
  }

  /**
   * Sets the password. Use TLS, or a network that you trust, because it is sent as plain text.
   *
   * @param value the password, without CR, LF and NUL
   * @return this
   * @throws IllegalArgumentException if it contains one of these
   */
  public final T setPassword(String value) {
    password = Optional.of(oneLine(value, "password"));
    return self();
  }

  /** {@return the virtual host, if one is set; brokers without virtual hosts ignore it} */
  public final Optional<String> virtualHost() {
    return virtualHost;
  }

  /**
   * Sets the virtual host.
   *
   * @param value for RabbitMQ, for example, {@code /} or {@code production}; without CR, LF and NUL
   * @return this
   * @throws IllegalArgumentException if it contains one of these
   */
  public final T setVirtualHost(String value) {
    virtualHost = Optional.of(oneLine(value, "virtualHost"));
    return self();
  }

  /**
   * {@return the prefix of a channel's name in a routing key or topic; {@code millrace.} by
   * default}
   */
  public final String prefix() {
    return prefix;
  }

  /**
   * Sets the prefix of a channel's name in a routing key or topic.
   *
   * @param value nothing, or segments of {@code [A-Za-z0-9_-]}, each followed by a dot
   * @return this
   * @throws IllegalArgumentException if it is something else
   */
  public final T setPrefix(String value) {
    if (!value.matches("([A-Za-z0-9_-]+\\.)*")) {
      throw new IllegalArgumentException(
          "prefix must be segments of [A-Za-z0-9_-], each followed by a dot, not " + value);
    }
    prefix = value;
    return self();
  }

  /** {@return how often each side must send something; 10 s by default} */
  public final Duration heartbeat() {
    return heartbeat;
  }

  /**
   * Sets how often each side must send something. If the broker is silent for twice as long, the
   * connection is ended.
   *
   * @param value zero for never, or a time that the protocol supports
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setHeartbeat(Duration value) {
    heartbeat = atLeast(0, value, "heartbeat");
    return self();
  }

  /** {@return how long a connection may take until it can be used; 10 s by default} */
  public final Duration connectTimeout() {
    return connectTimeout;
  }

  /**
   * Sets how long a connection may take until it can be used.
   *
   * @param value at least 1 ms
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public final T setConnectTimeout(Duration value) {
    connectTimeout = atLeast(1, value, "connectTimeout");
    return self();
  }

  /** {@return how long the broker may take to confirm; 10 s by default} */
  public final Duration confirmTimeout() {
    return confirmTimeout;
  }

  /**
   * Sets how long the broker may take to confirm a publish or a subscription.
   *
   * @param value at least 1 ms
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public final T setConfirmTimeout(Duration value) {
    confirmTimeout = atLeast(1, value, "confirmTimeout");
    return self();
  }

  /** {@return how many messages of a subscription the broker may send ahead; 500 by default} */
  public final int prefetch() {
    return prefetch;
  }

  /**
   * Sets how many messages of a subscription the broker may send before the node has taken the
   * first of them.
   *
   * @param value at least 1
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setPrefetch(int value) {
    prefetch = (int) atLeast(1, value, "prefetch");
    return self();
  }

  /**
   * {@return how many bytes the payload of a message may have, in either direction; 16 MiB by
   * default}
   */
  public final int maxMessageBytes() {
    return maxMessageBytes;
  }

  /**
   * Sets how many bytes the payload of a message may have. Publishing a larger one fails; one that
   * comes from the broker is skipped, and {@linkplain RemoteBroker#skipped() counted}.
   *
   * @param value in bytes, at least 1
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public final T setMaxMessageBytes(int value) {
    maxMessageBytes = (int) atLeast(1, value, "maxMessageBytes");
    return self();
  }

  /** {@return how many bytes may be published and not confirmed yet; 64 MiB by default} */
  public final long maxPendingBytes() {
    return maxPendingBytes;
  }

  /**
   * Sets how many bytes may be published and not confirmed yet. Beyond that, a publish fails at
   * once. A single message that is larger is always refused.
   *
   * @param value in bytes, at least 1
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public final T setMaxPendingBytes(long value) {
    maxPendingBytes = atLeast(1, value, "maxPendingBytes");
    return self();
  }

  /**
   * Checks a text that a protocol with lines must be able to carry.
   *
   * @param value the text
   * @param name the name of the option, for the message
   * @return the text
   * @throws IllegalArgumentException if it contains CR, LF or NUL
   */
  protected static String oneLine(String value, String name) {
    if (value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
      throw new IllegalArgumentException(name + " must not contain CR, LF or NUL");
    }
    return value;
  }

  /**
   * Checks a number.
   *
   * @param least the minimum
   * @param value the number
   * @param name the name of the option, for the message
   * @return the number
   * @throws IllegalArgumentException if it is less
   */
  protected static long atLeast(long least, long value, String name) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
    }
    return value;
  }

  /**
   * Checks a time.
   *
   * @param leastMillis the minimum, in milliseconds
   * @param value the time
   * @param name the name of the option, for the message
   * @return the time
   * @throws IllegalArgumentException if it is less
   */
  protected static Duration atLeast(long leastMillis, Duration value, String name) {
    atLeast(leastMillis, value.toMillis(), name);
    return value;
  }
}
