package io.millrace.broker.amqp;

import io.millrace.spi.remote.BrokerUri;
import io.millrace.spi.remote.RemoteBrokerOptions;
import io.vertx.amqp.AmqpClientOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Where a {@link AmqpBroker} finds its broker, and how it uses it. The defaults suit a broker on
 * this machine. Not safe for use by several threads; the broker takes a copy.
 *
 * <p>In the words of AMQP 1.0, the prefetch is the credit of a receiver (section 2.6.7), and the
 * confirm timeout limits the wait for a disposition or an ATTACH. The username and the password are
 * those of SASL PLAIN; without a username, the login is SASL ANONYMOUS. Only RabbitMQ has virtual
 * hosts. A URI looks like {@code amqp://user:password@host:5672/vhost}; {@code amqps} is AMQP over
 * TLS.
 *
 * <p>A message that is larger than allowed ends its subscription; it is made again, and readers
 * receive a gap notice.
 */
public final class AmqpBrokerOptions extends RemoteBrokerOptions<AmqpBrokerOptions> {

  /** The port of AMQP. */
  public static final int DEFAULT_PORT = 5672;

  /** The port of AMQP over TLS. */
  public static final int DEFAULT_TLS_PORT = 5671;

  private static final BrokerUri.Scheme SCHEME =
      new BrokerUri.Scheme("amqp", Set.of("amqps"), DEFAULT_PORT, DEFAULT_TLS_PORT);

  private AmqpClientOptions net = new AmqpClientOptions();
  private Optional<AmqpDialect> dialect = Optional.empty();
  private String exchange = "amq.topic";

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
    dialect = other.dialect;
    exchange = other.exchange;
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

  /** {@return the kind of broker; by default it is recognized when the connection is opened} */
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
   * for twice as long, the connection is given up.
   *
   * @param value zero for never, or at least 1 s, because RabbitMQ counts in seconds
   * @return this
   * @throws IllegalArgumentException if the value is out of range
   */
  @Override
  public AmqpBrokerOptions setHeartbeat(Duration value) {
    return super.setHeartbeat(value.isZero() ? value : atLeast(1000, value, "heartbeat"));
  }
}
