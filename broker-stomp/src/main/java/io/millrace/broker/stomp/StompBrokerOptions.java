package io.millrace.broker.stomp;

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
 */
public final class StompBrokerOptions extends RemoteBrokerOptions<StompBrokerOptions> {

  /** The port of STOMP. */
  public static final int DEFAULT_PORT = 61613;

  /** The port of STOMP over TLS. */
  public static final int DEFAULT_TLS_PORT = 61614;

  private static final BrokerUri.Scheme SCHEME =
      new BrokerUri.Scheme("stomp", Set.of("stomps", "stomp+ssl"), DEFAULT_PORT, DEFAULT_TLS_PORT);

  private NetClientOptions net = new NetClientOptions();
  private Optional<StompDialect> dialect = Optional.empty();
  private Optional<String> topicPrefix = Optional.empty();
  private StompMode mode = StompMode.TOPIC;
  private String stream = "millrace";
  private Duration streamTail = Duration.ofHours(1);
  private Optional<Long> streamBytes = Optional.empty();
  private Optional<Duration> streamAge = Optional.empty();
  private Duration markerInterval = Duration.ofSeconds(10);

  /** Makes options with the defaults. */
  public StompBrokerOptions() {
    super(SCHEME);
  }

  /**
   * Makes a copy.
   *
   * @param other the options to copy
   */
  public StompBrokerOptions(StompBrokerOptions other) {
    super(other);
    net = new NetClientOptions(other.net);
    dialect = other.dialect;
    topicPrefix = other.topicPrefix;
    mode = other.mode;
    stream = other.stream;
    streamTail = other.streamTail;
    streamBytes = other.streamBytes;
    streamAge = other.streamAge;
    markerInterval = other.markerInterval;
  }

  /**
   * Makes options from JSON. A key is the name of a setter: {@code prefix} calls {@link
   * #setPrefix}. Times are in milliseconds, constants in lower case, {@code hosts} is an array of
   * {@code "host:port"}, and {@code net} an object (see {@link
   * NetClientOptions#NetClientOptions(JsonObject)}). A missing key keeps its default.
   *
   * @param json the options
   * @throws IllegalArgumentException if a key is unknown, or a value is out of range or has another
   *     type
   */
  public StompBrokerOptions(JsonObject json) {
    super(SCHEME);
    read(json);
  }

  @Override
  protected StompBrokerOptions self() {
    return this;
  }

  @Override
  public NetClientOptions net() {
    return net;
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
    net = new NetClientOptions(value);
    return this;
  }

  /** {@return the kind of broker; by default it is recognized by its CONNECTED} */
  public Optional<StompDialect> dialect() {
    return dialect;
  }

  /**
   * Sets the kind of broker. Needed only if the broker does not say what it is.
   *
   * @param value the kind
   * @return this
   */
  public StompBrokerOptions setDialect(StompDialect value) {
    dialect = Optional.of(value);
    return this;
  }

  /** {@return the beginning of destinations; by default {@link StompDialect#topicPrefix()}} */
  public Optional<String> topicPrefix() {
    return topicPrefix;
  }

  /**
   * Sets the beginning of destinations, for example {@code /exchange/orders/} for a topic exchange
   * of RabbitMQ other than {@code amq.topic}.
   *
   * @param value the beginning, with its last slash
   * @return this
   */
  public StompBrokerOptions setTopicPrefix(String value) {
    topicPrefix = Optional.of(oneLine(value, "topicPrefix"));
    return this;
  }

  /**
   * Sets how often each side must send something. If a broker that has agreed is silent for twice
   * as long, the connection is given up.
   *
   * @param value zero for never, or at least 100 ms
   * @return this
   * @throws IllegalArgumentException if the value is out of range
   */
  @Override
  public StompBrokerOptions setHeartbeat(Duration value) {
    return super.setHeartbeat(value.isZero() ? value : atLeast(100, value, "heartbeat"));
  }

  /**
   * Sets how many messages of a subscription RabbitMQ may send before one is acknowledged. Without
   * this limit, it would hold everything in memory that the network does not take.
   *
   * @param value at least 1, at most 65,535
   * @return this
   * @throws IllegalArgumentException if the value is out of range
   */
  @Override
  public StompBrokerOptions setPrefetch(int value) {
    if (value > 65_535) {
      throw new IllegalArgumentException("prefetch must be at most 65535, not " + value);
    }
    return super.setPrefetch(value);
  }

  /** {@return how the broker is used; {@link StompMode#TOPIC} by default} */
  public StompMode mode() {
    return mode;
  }

  /**
   * Sets how the broker is used.
   *
   * @param value the mode
   * @return this
   */
  public StompBrokerOptions setMode(StompMode value) {
    mode = value;
    return this;
  }

  /** {@return the name of the stream; {@code millrace} by default} */
  public String stream() {
    return stream;
  }

  /**
   * Sets the name of the stream. It must be the same for all nodes.
   *
   * @param value a queue name of 1 to 200 characters, without CR, LF and NUL
   * @return this
   * @throws IllegalArgumentException if it is not such a name
   */
  public StompBrokerOptions setStream(String value) {
    if (value.isEmpty() || value.length() > 200) {
      throw new IllegalArgumentException("stream must be 1 to 200 characters");
    }
    stream = oneLine(value, "stream");
    return this;
  }

  /** {@return how much of the stream a node reads when it starts; the last hour by default} */
  public Duration streamTail() {
    return streamTail;
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
    streamTail = atLeast(0, value, "streamTail");
    return this;
  }

  /**
   * {@return the maximum size of a stream that a node creates, in bytes; by default that of a
   * policy, or none}
   */
  public Optional<Long> streamBytes() {
    return streamBytes;
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
    streamBytes = Optional.of(atLeast(1, value, "streamBytes"));
    return this;
  }

  /**
   * {@return the maximum age of records in a stream that a node creates; by default that of a
   * policy, or none}
   */
  public Optional<Duration> streamAge() {
    return streamAge;
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
    streamAge = Optional.of(atLeast(1000, value, "streamAge"));
    return this;
  }

  /** How often a node writes a marker into the stream. */
  Duration markerInterval() {
    return markerInterval;
  }

  /** For tests, which cannot wait that long. */
  StompBrokerOptions setMarkerInterval(Duration value) {
    markerInterval = value;
    return this;
  }
}
