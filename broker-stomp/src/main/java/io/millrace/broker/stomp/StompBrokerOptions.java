package io.millrace.broker.stomp;

import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
import io.millrace.spi.remote.BrokerUri;
import io.millrace.spi.remote.RemoteBrokerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClientOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Where a {@link StompBroker} finds its broker, and how it uses it. The defaults suit a RabbitMQ on
 * this machine. Not safe for use by several threads; the broker takes a copy.
 *
 * <p>In the words of STOMP, the username is {@code login}, the password {@code passcode}, and the
 * virtual host {@code host}; {@code /} if none is set. RabbitMQ has a default user for nodes
 * without a username. The confirm timeout limits the wait for a RECEIPT. The connect timeout
 * applies to the connection, and then again to the wait for CONNECTED. A URI looks like {@code
 * stomp://user:password@host:61613/vhost}; {@code stomps} is STOMP over TLS.
 *
 * <p>A heartbeat must be zero, or at least 100 ms. The prefetch limits how many messages RabbitMQ
 * may send before one is acknowledged: without it, RabbitMQ would hold everything in memory that
 * the network does not take. It must be at most 65,535.
 */
public final class StompBrokerOptions extends RemoteBrokerOptions<StompBrokerOptions> {

  /** The port of STOMP. */
  public static final int DEFAULT_PORT = 61613;

  /** The port of STOMP over TLS. */
  public static final int DEFAULT_TLS_PORT = 61614;

  private static final BrokerUri.Scheme SCHEME =
      new BrokerUri.Scheme("stomp", Set.of("stomps", "stomp+ssl"), DEFAULT_PORT, DEFAULT_TLS_PORT);

  /** Makes options with the defaults. */
  public StompBrokerOptions() {
    super(SCHEME, Duration.ofMillis(100), 65_535);
  }

  /**
   * Makes a copy.
   *
   * @param other the options to copy
   */
  public StompBrokerOptions(StompBrokerOptions other) {
    this();
    copy(other);
    markerInterval = other.markerInterval;
  }

  /**
   * Makes options from JSON. A key is the name of an option: {@code prefix} is set as by {@link
   * #setPrefix}. Times are in milliseconds, constants in lower case, {@code hosts} is an array of
   * {@code "host:port"}, and {@code net} an object (see {@link
   * NetClientOptions#NetClientOptions(JsonObject)}). An option that is missing or null keeps its
   * default.
   *
   * @param json the options
   * @throws IllegalArgumentException if a key is unknown, or a value is out of range or has another
   *     type
   */
  public StompBrokerOptions(JsonObject json) {
    this();
    read(json);
  }

  @Override
  protected StompBrokerOptions self() {
    return this;
  }

  private final Option<NetClientOptions> net =
      netOption(NetClientOptions::new, NetClientOptions::toJson, NetClientOptions::new);

  @Override
  public NetClientOptions net() {
    return net.get();
  }

  /**
   * Sets how connections are made: {@link NetClientOptions#setSsl TLS}, trusted certificates,
   * client certificates, proxies. With TLS, the name of the host is checked against its
   * certificate, unless {@link NetClientOptions#setHostnameVerificationAlgorithm} says otherwise.
   *
   * @param value the options; copied
   * @return this
   */
  public StompBrokerOptions setNet(NetClientOptions value) {
    return set(net, value);
  }

  private final Option<StompDialect> dialect = option("dialect", Form.oneOf(StompDialect.class));

  /** {@return the kind of broker; by default it is recognized by its CONNECTED} */
  public Optional<StompDialect> dialect() {
    return dialect.value();
  }

  /**
   * Sets the kind of broker. Needed only if the broker does not say what it is.
   *
   * @param value the kind
   * @return this
   */
  public StompBrokerOptions setDialect(StompDialect value) {
    return set(dialect, value);
  }

  private final Option<String> topicPrefix = line("topicPrefix");

  /** {@return the beginning of destinations; by default {@link StompDialect#topicPrefix()}} */
  public Optional<String> topicPrefix() {
    return topicPrefix.value();
  }

  /**
   * Sets the beginning of destinations, for example {@code /exchange/orders/} for a topic exchange
   * of RabbitMQ other than {@code amq.topic}.
   *
   * @param value the beginning, with its last slash
   * @return this
   */
  public StompBrokerOptions setTopicPrefix(String value) {
    return set(topicPrefix, value);
  }

  private final Option<StompMode> mode =
      option("mode", Form.oneOf(StompMode.class)).initially(StompMode.TOPIC);

  /** {@return how the broker is used; {@link StompMode#TOPIC} by default} */
  public StompMode mode() {
    return mode.get();
  }

  /**
   * Sets how the broker is used.
   *
   * @param value the mode
   * @return this
   */
  public StompBrokerOptions setMode(StompMode value) {
    return set(mode, value);
  }

  private final Option<String> stream =
      line("stream").check(StompBrokerOptions::checkLength).initially("millrace");

  /** {@return the name of the stream; {@code millrace} by default} */
  public String stream() {
    return stream.get();
  }

  /**
   * Sets the name of the stream. It must be the same for all nodes.
   *
   * @param value a queue name of 1 to 200 characters, without CR, LF and NUL
   * @return this
   * @throws IllegalArgumentException if it is not such a name
   */
  public StompBrokerOptions setStream(String value) {
    return set(stream, value);
  }

  private final Option<Duration> streamTail =
      option("streamTail", Form.TIME).atLeast(0).initially(Duration.ofHours(1));

  /** {@return how much of the stream a node reads when it starts; the last hour by default} */
  public Duration streamTail() {
    return streamTail.get();
  }

  /**
   * Sets how much of the stream a node reads into memory when it starts. It serves {@code last} and
   * {@code history}, and clients that reconnect; anything older has to be read back for them.
   *
   * @param value how far back to begin; zero or more
   * @return this
   * @throws IllegalArgumentException if it is negative
   */
  public StompBrokerOptions setStreamTail(Duration value) {
    return set(streamTail, value);
  }

  private final Option<Long> streamBytes = option("streamBytes", Form.LONG).atLeast(1);

  /**
   * {@return the maximum size of a stream that a node creates, in bytes; by default that of a
   * policy, or none}
   */
  public Optional<Long> streamBytes() {
    return streamBytes.value();
  }

  /**
   * Sets {@code x-max-length-bytes} for the case that a node creates the stream. If a stream with
   * another value exists already, the node does not start.
   *
   * @param value in bytes, at least 1
   * @return this
   * @throws IllegalArgumentException if the value is out of range
   */
  public StompBrokerOptions setStreamBytes(long value) {
    return set(streamBytes, value);
  }

  private final Option<Duration> streamAge = option("streamAge", Form.TIME).atLeast(1000);

  /**
   * {@return the maximum age of records in a stream that a node creates; by default that of a
   * policy, or none}
   */
  public Optional<Duration> streamAge() {
    return streamAge.value();
  }

  /**
   * Sets {@code x-max-age}, in whole seconds, for the case that a node creates the stream. A stream
   * that exists already keeps its own value. RabbitMQ (3.10, at least) does not compare the two, so
   * a difference is not reported.
   *
   * @param value at least 1 s
   * @return this
   * @throws IllegalArgumentException if the value is out of range
   */
  public StompBrokerOptions setStreamAge(Duration value) {
    return set(streamAge, value);
  }

  /** Not in JSON, because it is not for applications. */
  private Duration markerInterval = Duration.ofSeconds(10);

  /** How often a node writes a marker into the stream. */
  Duration markerInterval() {
    return markerInterval;
  }

  /** For tests, which cannot wait that long. */
  StompBrokerOptions setMarkerInterval(Duration value) {
    markerInterval = value;
    return this;
  }

  private static void checkLength(String stream) {
    if (stream.isEmpty() || stream.length() > 200) {
      throw new IllegalArgumentException("stream must be 1 to 200 characters");
    }
  }
}
