package io.millrace.spi.remote;

import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.NetClientOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Options that all {@link RemoteBroker}s have in common, under the same names whatever the protocol
 * calls them. The options of a protocol extend this class, with {@link #net()} as the protocol's
 * client accepts it. Not safe for use by several threads; a broker takes a copy.
 *
 * @param <T> the options of the protocol
 */
public abstract class RemoteBrokerOptions<T extends RemoteBrokerOptions<T>> {

  private final OptionGroup options = new OptionGroup(getClass().getSimpleName());
  private final BrokerUri.Scheme scheme;

  /**
   * The defaults.
   *
   * @param scheme the scheme of the protocol's URIs
   * @param leastHeartbeat the shortest heartbeat that the protocol supports
   * @param mostPrefetch the highest prefetch that the protocol supports
   */
  protected RemoteBrokerOptions(
      BrokerUri.Scheme scheme, Duration leastHeartbeat, int mostPrefetch) {
    this.scheme = scheme;
    options.shorthand("uri", Form.TEXT, this::setUri);
    hosts.initially(List.of(HostAndPort.create("localhost", scheme.port())));
    heartbeat.atLeast(leastHeartbeat.toMillis()).orZero();
    prefetch.atMost(mostPrefetch);
  }

  /** {@return this} */
  protected abstract T self();

  /**
   * Declares an option of the protocol, for a field: {@code Option<Duration> linger =
   * option("linger", Form.TIME).atLeast(0).initially(Duration.ZERO)}.
   *
   * @param <V> the type of its values
   * @param key its key in JSON, the name of its accessor
   * @param form what its values look like in JSON
   * @return the option
   * @throws IllegalStateException if the key is taken
   */
  protected final <V> Option<V> option(String key, Form<V> form) {
    return options.option(key, form);
  }

  /**
   * Declares an option whose value is a text that a protocol with lines can carry.
   *
   * @param key its key in JSON, the name of its accessor
   * @return the option, which refuses CR, LF and NUL
   * @throws IllegalStateException if the key is taken
   */
  protected final Option<String> line(String key) {
    return option(key, Form.TEXT).check(value -> checkLine(value, key));
  }

  /**
   * Declares the option {@code net}. JSON that does not say {@code ssl} leaves TLS as it is. Values
   * without an algorithm for it check the name of the host as HTTPS does.
   *
   * @param <N> the type of its values
   * @param reader makes one from JSON
   * @param writer writes one
   * @param copier copies one
   * @return the option, with the defaults of Vert.x
   */
  protected final <N extends NetClientOptions> Option<N> netOption(
      Function<JsonObject, N> reader, Function<N, JsonObject> writer, UnaryOperator<N> copier) {
    Option<N> net = option("net", NetForm.of(() -> net().isSsl(), reader, writer, copier));
    net.set(reader.apply(new JsonObject()));
    return net;
  }

  /**
   * Sets an option; for setters.
   *
   * @param <V> the type of its values
   * @param option what {@link #option} or {@link #line} returned
   * @param value its value
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  protected final <V> T set(Option<V> option, V value) {
    option.set(value);
    return self();
  }

  /**
   * Takes every option from others. For use in a constructor.
   *
   * @param other what to copy
   */
  protected final void copy(RemoteBrokerOptions<T> other) {
    options.copy(other.options);
  }

  /**
   * Reads options from JSON. For use in a constructor.
   *
   * <p>A key is the name of an accessor, or {@code uri}. Times are in milliseconds, constants in
   * lower case, {@code hosts} is an array of {@code "host:port"}, and {@code net} an object.
   *
   * @param json the options; those that are missing or null keep their values
   * @throws IllegalArgumentException if a key is not known, or a value is out of bounds or of
   *     another type; the message names the key and says what is allowed
   */
  protected final void read(JsonObject json) {
    options.read(json);
  }

  /**
   * {@return all options that have a value, defaults and the password included, in the form in
   * which they are read; without {@code uri}}
   */
  public final JsonObject toJson() {
    return options.toJson();
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
    set(hosts, parts.hosts());
    net().setSsl(parts.tls());
    parts.username().ifPresent(this::setUsername);
    parts.password().ifPresent(this::setPassword);
    parts.virtualHost().ifPresent(this::setVirtualHost);
    return self();
  }

  private final Option<List<HostAndPort>> hosts =
      option("hosts", Form.list("\"host:port\"", this::host, BrokerUri::text))
          .check(RemoteBrokerOptions::checkHosts);

  /** {@return the brokers of one cluster, to be tried in turn; {@code localhost} by default} */
  public final List<HostAndPort> hosts() {
    return hosts.get();
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
    return set(hosts, BrokerUri.hosts(names, scheme.port()));
  }

  /** {@return how connections are made, including TLS; plain TCP by default} */
  public abstract NetClientOptions net();

  private final Option<String> username = line("username");

  /** {@return the username, if there is one; without it, the login is anonymous} */
  public final Optional<String> username() {
    return username.value();
  }

  /**
   * Sets the username.
   *
   * @param value the username, without CR, LF and NUL
   * @return this
   * @throws IllegalArgumentException if it contains one of these
   */
  public final T setUsername(String value) {
    return set(username, value);
  }

  private final Option<String> password = line("password");

  /** {@return the password, if there is one} */
  public final Optional<String> password() {
    return password.value();
  }

  /**
   * Sets the password. Use TLS, or a network that you trust, because it is sent as plain text.
   *
   * @param value the password, without CR, LF and NUL
   * @return this
   * @throws IllegalArgumentException if it contains one of these
   */
  public final T setPassword(String value) {
    return set(password, value);
  }

  private final Option<String> virtualHost = line("virtualHost");

  /** {@return the virtual host, if one is set; brokers without virtual hosts ignore it} */
  public final Optional<String> virtualHost() {
    return virtualHost.value();
  }

  /**
   * Sets the virtual host.
   *
   * @param value for RabbitMQ, for example, {@code /} or {@code production}; without CR, LF and NUL
   * @return this
   * @throws IllegalArgumentException if it contains one of these
   */
  public final T setVirtualHost(String value) {
    return set(virtualHost, value);
  }

  private final Option<String> prefix =
      option("prefix", Form.TEXT).check(RemoteBrokerOptions::checkPrefix).initially("millrace.");

  /**
   * {@return the prefix of a channel's name in a routing key or topic; {@code millrace.} by
   * default}
   */
  public final String prefix() {
    return prefix.get();
  }

  /**
   * Sets the prefix of a channel's name in a routing key or topic.
   *
   * @param value nothing, or segments of {@code [A-Za-z0-9_-]}, each followed by a dot
   * @return this
   * @throws IllegalArgumentException if it is something else
   */
  public final T setPrefix(String value) {
    return set(prefix, value);
  }

  private final Option<Duration> heartbeat =
      option("heartbeat", Form.TIME).initially(Duration.ofSeconds(10));

  /** {@return how often each side must send something; 10 s by default} */
  public final Duration heartbeat() {
    return heartbeat.get();
  }

  /**
   * Sets how often each side must send something. If the broker is silent for twice as long, the
   * connection is ended.
   *
   * @param value zero for never, or a time that the protocol supports, see the class that extends
   *     this one
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public final T setHeartbeat(Duration value) {
    return set(heartbeat, value);
  }

  private final Option<Duration> connectTimeout =
      option("connectTimeout", Form.TIME).atLeast(1).initially(Duration.ofSeconds(10));

  /** {@return how long a connection may take until it can be used; 10 s by default} */
  public final Duration connectTimeout() {
    return connectTimeout.get();
  }

  /**
   * Sets how long a connection may take until it can be used.
   *
   * @param value at least 1 ms
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public final T setConnectTimeout(Duration value) {
    return set(connectTimeout, value);
  }

  private final Option<Duration> confirmTimeout =
      option("confirmTimeout", Form.TIME).atLeast(1).initially(Duration.ofSeconds(10));

  /** {@return how long the broker may take to confirm; 10 s by default} */
  public final Duration confirmTimeout() {
    return confirmTimeout.get();
  }

  /**
   * Sets how long the broker may take to confirm a publish or a subscription.
   *
   * @param value at least 1 ms
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public final T setConfirmTimeout(Duration value) {
    return set(confirmTimeout, value);
  }

  private final Option<Integer> prefetch = option("prefetch", Form.INT).atLeast(1).initially(500);

  /** {@return how many messages of a subscription the broker may send ahead; 500 by default} */
  public final int prefetch() {
    return prefetch.get();
  }

  /**
   * Sets how many messages of a subscription the broker may send before the node has taken the
   * first of them.
   *
   * @param value at least 1, and at most what the protocol supports, see the class that extends
   *     this one
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public final T setPrefetch(int value) {
    return set(prefetch, value);
  }

  private final Option<Integer> maxMessageBytes =
      option("maxMessageBytes", Form.INT).atLeast(1).initially(16 << 20);

  /**
   * {@return how many bytes the payload of a message may have, in either direction; 16 MiB by
   * default}
   */
  public final int maxMessageBytes() {
    return maxMessageBytes.get();
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
    return set(maxMessageBytes, value);
  }

  private final Option<Long> maxPendingBytes =
      option("maxPendingBytes", Form.LONG).atLeast(1).initially(64L << 20);

  /** {@return how many bytes may be published and not confirmed yet; 64 MiB by default} */
  public final long maxPendingBytes() {
    return maxPendingBytes.get();
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
    return set(maxPendingBytes, value);
  }

  private HostAndPort host(String name) {
    return BrokerUri.hosts(List.of(name), scheme.port()).get(0);
  }

  private static void checkHosts(List<HostAndPort> hosts) {
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("hosts must contain at least one host");
    }
  }

  private static void checkPrefix(String value) {
    if (!value.matches("([A-Za-z0-9_-]+\\.)*")) {
      throw new IllegalArgumentException(
          "prefix must be segments of [A-Za-z0-9_-], each followed by a dot, not " + value);
    }
  }

  private static void checkLine(String value, String key) {
    if (value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
      throw new IllegalArgumentException(key + " must not contain CR, LF or NUL");
    }
  }
}
