package io.millrace.broker.amqp;

import io.millrace.spi.link.BrokerUri;
import io.millrace.spi.link.LinkOptions;
import io.vertx.amqp.AmqpClientOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Where a {@link AmqpBroker} finds its broker, and how it uses it. The defaults suit a broker on
 * this machine. A message that is larger than allowed ends its subscription; it is made again, and
 * readers receive a gap notice. Not safe for use by several threads; the broker takes a copy.
 */
public final class AmqpBrokerOptions extends LinkOptions<AmqpBrokerOptions> {

  /** The port of AMQP. */
  public static final int DEFAULT_PORT = 5672;

  /** The port of AMQP over TLS. */
  public static final int DEFAULT_TLS_PORT = 5671;

  private static final BrokerUri.Scheme SCHEME =
      new BrokerUri.Scheme("amqp", Set.of("amqps"), DEFAULT_PORT, DEFAULT_TLS_PORT);

  private AmqpClientOptions net = new AmqpClientOptions();
  private Optional<String> username = Optional.empty();
  private Optional<String> password = Optional.empty();
  private Optional<String> virtualHost = Optional.empty();
  private Optional<AmqpDialect> dialect = Optional.empty();
  private String exchange = "amq.topic";
  private Duration confirmTimeout = Duration.ofSeconds(10);
  private int credit = 500;
  private AmqpMode mode = AmqpMode.TOPIC;

  /** Makes options with the defaults. */
  public AmqpBrokerOptions() {
    super(SCHEME);
  }

  /**
   * Makes a copy.
   *
   * @param other the options to copy
   */
  public AmqpBrokerOptions(AmqpBrokerOptions other) {
    super(other);
    net = new AmqpClientOptions(other.net);
    username = other.username;
    password = other.password;
    virtualHost = other.virtualHost;
    dialect = other.dialect;
    exchange = other.exchange;
    confirmTimeout = other.confirmTimeout;
    credit = other.credit;
    mode = other.mode;
  }

  /**
   * Makes options from JSON. A key is the name of a setter: {@code prefix} calls {@link
   * #setPrefix}. Times are in milliseconds, constants in lower case, {@code hosts} is an array of
   * {@code "host:port"}, and {@code net} an object (see {@link
   * AmqpClientOptions#AmqpClientOptions(JsonObject)}). A missing key keeps its default.
   *
   * @param json the options
   * @throws IllegalArgumentException if a key is unknown, or a value is out of range or has another
   *     type
   */
  public AmqpBrokerOptions(JsonObject json) {
    super(SCHEME);
    read(json);
  }

  @Override
  protected AmqpBrokerOptions self() {
    return this;
  }

  /**
   * Sets hosts, username, password, virtual host and TLS from a URI, for example {@code
   * amqp://user:password@host:5672/vhost}. Several hosts are separated by commas; {@code amqps} is
   * AMQP over TLS. What the URI does not have stays as it is, except TLS, which depends on the
   * scheme.
   *
   * @param uri the URI (RFC 3986), with reserved characters percent-encoded
   * @return this
   * @throws IllegalArgumentException if it is not such a URI; the message does not repeat it, since
   *     it may have a password
   */
  @Override
  public AmqpBrokerOptions setUri(String uri) {
    BrokerUri parts = useHosts(uri);
    parts.username().ifPresent(this::setUsername);
    parts.password().ifPresent(this::setPassword);
    parts.virtualHost().ifPresent(this::setVirtualHost);
    return this;
  }

  @Override
  public AmqpClientOptions net() {
    return net;
  }

  /**
   * Sets how connections are made: {@link AmqpClientOptions#setSsl TLS}, what to trust, client
   * certificates, proxies. With TLS, the host name is checked against the certificate, unless
   * {@link AmqpClientOptions#setHostnameVerificationAlgorithm} sets something else.
   *
   * @param value the options; copied
   * @return this
   */
  public AmqpBrokerOptions setNet(AmqpClientOptions value) {
    net = new AmqpClientOptions(value);
    return this;
  }

  /** {@return the username; by default none, so the login is SASL ANONYMOUS} */
  public Optional<String> username() {
    return username;
  }

  /**
   * Sets the username.
   *
   * @param value the username, without NUL
   * @return this
   * @throws IllegalArgumentException if SASL cannot carry it
   */
  public AmqpBrokerOptions setUsername(String value) {
    username = Optional.of(withoutNul(value, "username"));
    return this;
  }

  /** {@return the password, if there is one} */
  public Optional<String> password() {
    return password;
  }

  /**
   * Sets the password. Use TLS, or a network that you trust: SASL PLAIN (RFC 4616) sends it as
   * plain text.
   *
   * @param value the password, without NUL
   * @return this
   * @throws IllegalArgumentException if SASL cannot carry it
   */
  public AmqpBrokerOptions setPassword(String value) {
    password = Optional.of(withoutNul(value, "password"));
    return this;
  }

  /** {@return the virtual host of RabbitMQ, if one is set} */
  public Optional<String> virtualHost() {
    return virtualHost;
  }

  /**
   * Sets the virtual host of RabbitMQ.
   *
   * @param value for example {@code /} or {@code production}
   * @return this
   */
  public AmqpBrokerOptions setVirtualHost(String value) {
    virtualHost = Optional.of(value);
    return this;
  }

  /** {@return the kind of broker; by default it is recognized when the link is opened} */
  public Optional<AmqpDialect> dialect() {
    return dialect;
  }

  /**
   * Sets the kind of broker. Needed only if the broker does not say what it is.
   *
   * @param value the kind
   * @return this
   */
  public AmqpBrokerOptions setDialect(AmqpDialect value) {
    dialect = Optional.of(value);
    return this;
  }

  /** {@return the topic exchange of RabbitMQ; {@code amq.topic} by default} */
  public String exchange() {
    return exchange;
  }

  /**
   * Sets the topic exchange of RabbitMQ. It must exist.
   *
   * @param value 1 to 255 characters of {@code [A-Za-z0-9_.:-]}
   * @return this
   * @throws IllegalArgumentException if it has another form
   */
  public AmqpBrokerOptions setExchange(String value) {
    if (!value.matches("[A-Za-z0-9_.:-]{1,255}")) {
      throw new IllegalArgumentException("exchange must be 1 to 255 characters of [A-Za-z0-9_.:-]");
    }
    exchange = value;
    return this;
  }

  /**
   * Sets how often each side must send something (AMQP 1.0, section 2.4.5). If the broker is silent
   * for twice as long, the link is given up.
   *
   * @param value zero for never, or at least 1 s, because RabbitMQ counts in seconds
   * @return this
   * @throws IllegalArgumentException if the value is out of range
   */
  @Override
  public AmqpBrokerOptions setHeartbeat(Duration value) {
    return super.setHeartbeat(value.isZero() ? value : atLeast(1000, value, "heartbeat"));
  }

  /** {@return how long the broker may take to confirm; 10 s by default} */
  public Duration confirmTimeout() {
    return confirmTimeout;
  }

  /**
   * Sets how long the broker may take to confirm a publish or a subscription.
   *
   * @param value at least 1 ms
   * @return this
   * @throws IllegalArgumentException if the value is out of range
   */
  public AmqpBrokerOptions setConfirmTimeout(Duration value) {
    confirmTimeout = atLeast(1, value, "confirmTimeout");
    return this;
  }

  /** {@return how many messages of a subscription the broker may send ahead; 500 by default} */
  public int credit() {
    return credit;
  }

  /**
   * Sets how many messages of a subscription the broker may send before the node has taken the
   * first of them (AMQP 1.0, section 2.6.7).
   *
   * @param value at least 1
   * @return this
   * @throws IllegalArgumentException if the value is out of range
   */
  public AmqpBrokerOptions setCredit(int value) {
    credit = (int) atLeast(1, value, "credit");
    return this;
  }

  /** {@return where messages are taken from; topics by default} */
  public AmqpMode mode() {
    return mode;
  }

  /**
   * Sets where messages are taken from.
   *
   * @param value the mode
   * @return this
   */
  public AmqpBrokerOptions setMode(AmqpMode value) {
    mode = value;
    return this;
  }

  private static String withoutNul(String value, String name) {
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(name + " must not contain NUL");
    }
    return value;
  }
}
