package io.millrace.broker.amqp;

import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
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
 * <p>A heartbeat must be zero, or at least 1 s, because RabbitMQ counts in seconds (AMQP 1.0,
 * section 2.4.5).
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

  /** Makes options with the defaults. */
  public AmqpBrokerOptions() {
    super(SCHEME, Duration.ofSeconds(1), Integer.MAX_VALUE);
  }

  /**
   * Makes a copy.
   *
   * @param other the options to copy
   */
  public AmqpBrokerOptions(AmqpBrokerOptions other) {
    this();
    copy(other);
  }

  /**
   * Makes options from JSON. A key is the name of an option: {@code prefix} is set as by {@link
   * #setPrefix}. Times are in milliseconds, constants in lower case, {@code hosts} is an array of
   * {@code "host:port"}, and {@code net} an object (see {@link
   * AmqpClientOptions#AmqpClientOptions(JsonObject)}). An option that is missing or null keeps its
   * default.
   *
   * @param json the options
   * @throws IllegalArgumentException if a key is unknown, or a value is out of range or has another
   *     type
   */
  public AmqpBrokerOptions(JsonObject json) {
    this();
    read(json);
  }

  @Override
  protected AmqpBrokerOptions self() {
    return this;
  }

  private final Option<AmqpClientOptions> net =
      netOption(AmqpClientOptions::new, AmqpClientOptions::toJson, AmqpClientOptions::new);

  @Override
  public AmqpClientOptions net() {
    return net.get();
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
    return set(net, value);
  }

  private final Option<AmqpDialect> dialect = option("dialect", Form.oneOf(AmqpDialect.class));

  /** {@return the kind of broker; by default it is recognized when the connection is opened} */
  public Optional<AmqpDialect> dialect() {
    return dialect.value();
  }

  /**
   * Sets the kind of broker. Needed only if the broker does not say what it is.
   *
   * @param value the kind
   * @return this
   */
  public AmqpBrokerOptions setDialect(AmqpDialect value) {
    return set(dialect, value);
  }

  private final Option<String> exchange =
      option("exchange", Form.TEXT).check(AmqpBrokerOptions::checkExchange).initially("amq.topic");

  /** {@return the topic exchange of RabbitMQ; {@code amq.topic} by default} */
  public String exchange() {
    return exchange.get();
  }

  /**
   * Sets the topic exchange of RabbitMQ. It must exist.
   *
   * @param value 1 to 255 characters of {@code [A-Za-z0-9_.:-]}
   * @return this
   * @throws IllegalArgumentException if it has another form
   */
  public AmqpBrokerOptions setExchange(String value) {
    return set(exchange, value);
  }

  private static void checkExchange(String value) {
    if (!value.matches("[A-Za-z0-9_.:-]{1,255}")) {
      throw new IllegalArgumentException("exchange must be 1 to 255 characters of [A-Za-z0-9_.:-]");
    }
  }
}
