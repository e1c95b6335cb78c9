package io.millrace.broker.stomp;

import io.millrace.spi.link.BrokerUri;
import io.millrace.spi.link.LinkOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClientOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Where a {@link StompBroker} finds its broker, and how it uses it. The defaults suit a RabbitMQ on
 * this machine. The time to connect holds for the connection, and then again for its CONNECTED. Not
 * safe for use by several threads; the broker takes a copy.
 */
public final class StompBrokerOptions extends LinkOptions<StompBrokerOptions> {

  /** The port of STOMP. */
  public static final int DEFAULT_PORT = 61613;

  /** The port of STOMP over TLS. */
  public static final int DEFAULT_TLS_PORT = 61614;

  private static final BrokerUri.Scheme SCHEME =
      new BrokerUri.Scheme("stomp", Set.of("stomps", "stomp+ssl"), DEFAULT_PORT, DEFAULT_TLS_PORT);

  private NetClientOptions net = new NetClientOptions();
  private Optional<String> login = Optional.empty();
  private Optional<String> passcode = Optional.empty();
  private String virtualHost = "/";
  private Optional<StompDialect> dialect = Optional.empty();
  private Optional<String> topicPrefix = Optional.empty();
  private Duration receiptTimeout = Duration.ofSeconds(10);
  private int prefetch = 500;
  private StompMode mode = StompMode.TOPIC;
  private String stream = "millrace";
  private Duration streamTail = Duration.ofHours(1);
  private Optional<Long> streamBytes = Optional.empty();
  private Optional<Duration> streamAge = Optional.empty();
  private Duration markerInterval = Duration.ofSeconds(10);

  /** The defaults. */
  public StompBrokerOptions() {
    super(SCHEME);
  }

  /**
   * A copy.
   *
   * @param other what to copy
   */
  public StompBrokerOptions(StompBrokerOptions other) {
    super(other);
    net = new NetClientOptions(other.net);
    login = other.login;
    passcode = other.passcode;
    virtualHost = other.virtualHost;
    dialect = other.dialect;
    topicPrefix = other.topicPrefix;
    receiptTimeout = other.receiptTimeout;
    prefetch = other.prefetch;
    mode = other.mode;
    stream = other.stream;
    streamTail = other.streamTail;
    streamBytes = other.streamBytes;
    streamAge = other.streamAge;
    markerInterval = other.markerInterval;
  }

  /**
   * Options from JSON. Its keys are named like the setters: {@code uri}, {@code hosts} (an array of
   * {@code "host:port"}), {@code net} (see {@link NetClientOptions#NetClientOptions(JsonObject)}),
   * {@code login}, {@code passcode}, {@code virtualHost}, {@code dialect} (in lower case), {@code
   * topicPrefix}, {@code prefix}, {@code heartbeat}, {@code connectTimeout} and {@code
   * receiptTimeout} (in milliseconds), {@code maxMessageBytes}, {@code maxPendingBytes}, {@code
   * prefetch}, {@code mode} (in lower case), {@code stream}, {@code streamTail} and {@code
   * streamAge} (in milliseconds), {@code streamBytes}. What is not there keeps its default.
   *
   * @param json the options
   * @throws IllegalArgumentException if a key is not known, or a value is out of bounds or of
   *     another type
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
  protected void set(String key, Object value) {
    switch (key) {
      case "net" -> setNet(new NetClientOptions((JsonObject) value));
      case "login" -> setLogin((String) value);
      case "passcode" -> setPasscode((String) value);
      case "virtualHost" -> setVirtualHost((String) value);
      case "dialect" -> setDialect(constant(StompDialect.class, value));
      case "topicPrefix" -> setTopicPrefix((String) value);
      case "receiptTimeout" -> setReceiptTimeout(millis(value));
      case "prefetch" -> setPrefetch(((Number) value).intValue());
      case "mode" -> setMode(constant(StompMode.class, value));
      case "stream" -> setStream((String) value);
      case "streamTail" -> setStreamTail(millis(value));
      case "streamBytes" -> setStreamBytes(((Number) value).longValue());
      case "streamAge" -> setStreamAge(millis(value));
      default -> super.set(key, value);
    }
  }

  /**
   * Sets hosts, login, passcode, virtual host and TLS by a URI, as in {@code
   * stomp://user:password@host:61613/vhost}. Several hosts are joined by commas; {@code stomps} is
   * STOMP over TLS; what the URI does not name stays as it is.
   *
   * @param uri the URI (RFC 3986), with reserved characters of its parts percent-encoded
   * @return this
   * @throws IllegalArgumentException if it is not such a URI; its text is not repeated, since it
   *     may have a passcode
   */
  @Override
  public StompBrokerOptions setUri(String uri) {
    BrokerUri parts = useHosts(uri);
    parts.username().ifPresent(this::setLogin);
    parts.password().ifPresent(this::setPasscode);
    parts.virtualHost().ifPresent(this::setVirtualHost);
    return this;
  }

  @Override
  public NetClientOptions net() {
    return net;
  }

  /**
   * Sets how connections are made: {@link NetClientOptions#setSsl TLS}, what to trust, client
   * certificates, proxies. With TLS the host's name is verified against its certificate unless
   * {@link NetClientOptions#setHostnameVerificationAlgorithm} says otherwise.
   *
   * @param value the options, copied
   * @return this
   */
  public StompBrokerOptions setNet(NetClientOptions value) {
    net = new NetClientOptions(value);
    return this;
  }

  /** {@return who logs in; nobody by default, for which RabbitMQ has a default user} */
  public Optional<String> login() {
    return login;
  }

  /**
   * Sets who logs in.
   *
   * @param value the login, without CR, LF and NUL
   * @return this
   * @throws IllegalArgumentException if CONNECT cannot carry it
   */
  public StompBrokerOptions setLogin(String value) {
    login = Optional.of(connectable(value, "login"));
    return this;
  }

  /** {@return the password, if there is one} */
  public Optional<String> passcode() {
    return passcode;
  }

  /**
   * Sets the password. Use TLS, or a network that you trust: STOMP sends it as it is.
   *
   * @param value the password, without CR, LF and NUL
   * @return this
   * @throws IllegalArgumentException if CONNECT cannot carry it
   */
  public StompBrokerOptions setPasscode(String value) {
    passcode = Optional.of(connectable(value, "passcode"));
    return this;
  }

  /** {@return the virtual host; {@code /} by default, which brokers without any do not look at} */
  public String virtualHost() {
    return virtualHost;
  }

  /**
   * Sets the virtual host, the header {@code host} of CONNECT.
   *
   * @param value for RabbitMQ as in {@code /} or {@code production}; without CR, LF and NUL
   * @return this
   * @throws IllegalArgumentException if CONNECT cannot carry it
   */
  public StompBrokerOptions setVirtualHost(String value) {
    virtualHost = connectable(value, "virtualHost");
    return this;
  }

  /** {@return the kind of broker; by default found out when it says CONNECTED} */
  public Optional<StompDialect> dialect() {
    return dialect;
  }

  /**
   * Sets the kind of broker, if it does not say what it is.
   *
   * @param value the kind
   * @return this
   */
  public StompBrokerOptions setDialect(StompDialect value) {
    dialect = Optional.of(value);
    return this;
  }

  /** {@return what destinations begin with; by default {@link StompDialect#topicPrefix()}} */
  public Optional<String> topicPrefix() {
    return topicPrefix;
  }

  /**
   * Sets what destinations begin with, as in {@code /exchange/orders/} for a topic exchange of
   * RabbitMQ that is not {@code amq.topic}.
   *
   * @param value the beginning, with its last slash
   * @return this
   */
  public StompBrokerOptions setTopicPrefix(String value) {
    topicPrefix = Optional.of(connectable(value, "topicPrefix"));
    return this;
  }

  /**
   * Sets how often each side shall be heard. A broker that agrees and is silent for twice as long
   * is given up.
   *
   * @param value zero, for never, or at least 100 ms
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  @Override
  public StompBrokerOptions setHeartbeat(Duration value) {
    return super.setHeartbeat(value.isZero() ? value : atLeast(100, value, "heartbeat"));
  }

  /** {@return how long the broker may take to confirm; 10 s by default} */
  public Duration receiptTimeout() {
    return receiptTimeout;
  }

  /**
   * Sets how long the broker may take to confirm a publish or a subscription.
   *
   * @param value at least 1 ms
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public StompBrokerOptions setReceiptTimeout(Duration value) {
    receiptTimeout = atLeast(1, value, "receiptTimeout");
    return this;
  }

  /** {@return how many messages of a subscription may be under way; 500 by default} */
  public int prefetch() {
    return prefetch;
  }

  /**
   * Sets how many messages of a subscription RabbitMQ may send before one is acknowledged. Without
   * that bound it would keep in its memory whatever the network does not take.
   *
   * @param value at least 1, at most 65,535
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public StompBrokerOptions setPrefetch(int value) {
    if (value > 65_535) {
      throw new IllegalArgumentException("prefetch must be at most 65535, not " + value);
    }
    prefetch = (int) atLeast(1, value, "prefetch");
    return this;
  }

  /** {@return how the broker is used; by topics by default} */
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
   * Sets the name of the stream, the same for all nodes.
   *
   * @param value a queue name of 1 to 200 characters, without CR, LF and NUL
   * @return this
   * @throws IllegalArgumentException if it is not one
   */
  public StompBrokerOptions setStream(String value) {
    if (value.isEmpty() || value.length() > 200) {
      throw new IllegalArgumentException("stream must be 1 to 200 characters");
    }
    stream = connectable(value, "stream");
    return this;
  }

  /** {@return how much of the stream a node reads when it starts; the last hour by default} */
  public Duration streamTail() {
    return streamTail;
  }

  /**
   * Sets how much of the stream a node reads into its memory when it starts, for {@code last} and
   * {@code history}, and so that clients that come back need not have it read for them.
   *
   * @param value how long ago it begins; zero or more
   * @return this
   * @throws IllegalArgumentException if it is negative
   */
  public StompBrokerOptions setStreamTail(Duration value) {
    streamTail = atLeast(0, value, "streamTail");
    return this;
  }

  /**
   * {@return the size bound to create the stream with, in bytes; by default a policy's, or none}
   */
  public Optional<Long> streamBytes() {
    return streamBytes;
  }

  /**
   * Sets {@code x-max-length-bytes} of the stream when it is created. If there is a stream with
   * another bound, the node does not start.
   *
   * @param value in bytes, at least 1
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public StompBrokerOptions setStreamBytes(long value) {
    streamBytes = Optional.of(atLeast(1, value, "streamBytes"));
    return this;
  }

  /** {@return the age bound to create the stream with; by default a policy's, or none} */
  public Optional<Duration> streamAge() {
    return streamAge;
  }

  /**
   * Sets {@code x-max-age} of the stream when it is created, in whole seconds. A stream that is
   * there keeps its own: RabbitMQ does not compare this one (seen of 3.10), so that cannot be told.
   *
   * @param value at least 1 s
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public StompBrokerOptions setStreamAge(Duration value) {
    streamAge = Optional.of(atLeast(1000, value, "streamAge"));
    return this;
  }

  /** How often a node writes into the stream which one it is. */
  Duration markerInterval() {
    return markerInterval;
  }

  /** For tests, which cannot wait so long. */
  StompBrokerOptions setMarkerInterval(Duration value) {
    markerInterval = value;
    return this;
  }

  private static String connectable(String value, String name) {
    if (value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
      throw new IllegalArgumentException(name + " must not have CR, LF or NUL");
    }
    return value;
  }
}
