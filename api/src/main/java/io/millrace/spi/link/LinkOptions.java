package io.millrace.spi.link;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.NetClientOptions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What every {@link LinkBroker} wants to be told. The options of a protocol extend it; they add its
 * login, {@link #net()} as its client takes it, and the JSON keys of what they add, by {@link
 * #set}. Not safe for use by several threads; a broker takes a copy.
 *
 * @param <T> the options of the protocol
 */
public abstract class LinkOptions<T extends LinkOptions<T>> {

  private final BrokerUri.Scheme scheme;
  private List<HostAndPort> hosts;
  private String prefix = "millrace.";
  private Duration heartbeat = Duration.ofSeconds(10);
  private Duration connectTimeout = Duration.ofSeconds(10);
  private int maxMessageBytes = 16 << 20;
  private long maxPendingBytes = 64L << 20;

  /**
   * The defaults.
   *
   * @param scheme of the protocol's URIs
   */
  protected LinkOptions(BrokerUri.Scheme scheme) {
    this.scheme = scheme;
    hosts = List.of(HostAndPort.create("localhost", scheme.port()));
  }

  /**
   * A copy.
   *
   * @param other what to copy
   */
  protected LinkOptions(LinkOptions<T> other) {
    scheme = other.scheme;
    hosts = other.hosts;
    prefix = other.prefix;
    heartbeat = other.heartbeat;
    connectTimeout = other.connectTimeout;
    maxMessageBytes = other.maxMessageBytes;
    maxPendingBytes = other.maxPendingBytes;
  }

  /** {@return this} */
  protected abstract T self();

  /**
   * Takes options from JSON, see {@link #set}. For a constructor.
   *
   * @param json the options; what is not there stays as it is
   * @throws IllegalArgumentException if a key is not known, or a value is out of bounds or of
   *     another type
   */
  protected final void read(JsonObject json) {
    for (String key : json.fieldNames()) {
      try {
        set(key, json.getValue(key));
      } catch (ClassCastException e) {
        throw new IllegalArgumentException(key + " is not of the type it should be", e);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException(key + " is out of bounds", e);
      }
    }
  }

  /**
   * Sets an option from JSON. The keys are named like the setters; here {@code uri}, {@code hosts}
   * (an array of {@code "host:port"}), {@code prefix}, {@code heartbeat} and {@code connectTimeout}
   * (in milliseconds), {@code maxMessageBytes} and {@code maxPendingBytes}.
   *
   * @param key its name
   * @param value as {@link JsonObject#getValue} has it
   * @throws IllegalArgumentException if the key is not known, or the value is out of bounds
   * @throws ClassCastException if it is of another type
   * @throws ArithmeticException if it is a number that no option could take
   */
  protected void set(String key, Object value) {
    switch (key) {
      case "uri" -> setUri((String) value);
      case "hosts" -> setHosts(((JsonArray) value).stream().map(String.class::cast).toList());
      case "prefix" -> setPrefix((String) value);
      case "heartbeat" -> setHeartbeat(millis(value));
      case "connectTimeout" -> setConnectTimeout(millis(value));
      case "maxMessageBytes" -> setMaxMessageBytes(Math.toIntExact(((Number) value).longValue()));
      case "maxPendingBytes" -> setMaxPendingBytes(((Number) value).longValue());
      default ->
          throw new IllegalArgumentException(
              "The broker \"" + scheme.name() + "\" has no option " + key);
    }
  }

  /**
   * Reads a time.
   *
   * @param value as it is in JSON
   * @return so many milliseconds
   * @throws ClassCastException if it is no number
   */
  protected static Duration millis(Object value) {
    return Duration.ofMillis(((Number) value).longValue());
  }

  /**
   * Reads a constant.
   *
   * @param type of the constant
   * @param value its name in lower case, as it is in JSON
   * @param <E> the type
   * @return the constant
   * @throws IllegalArgumentException if there is none of that name
   * @throws ClassCastException if it is no string
   */
  protected static <E extends Enum<E>> E constant(Class<E> type, Object value) {
    return Enum.valueOf(type, ((String) value).toUpperCase(Locale.ROOT));
  }

  /**
   * Sets hosts, login, virtual host and TLS by a URI. What it does not name stays as it is, but for
   * TLS.
   *
   * @param uri see {@link BrokerUri}
   * @return this
   * @throws IllegalArgumentException if it is not such a URI; its text is not repeated, since it
   *     may have a password
   */
  public abstract T setUri(String uri);

  /**
   * Sets hosts and TLS by a URI. For {@link #setUri}.
   *
   * @param uri see {@link BrokerUri}
   * @return its parts: who logs in, and to what, is for the caller
   * @throws IllegalArgumentException if it is not such a URI
   */
  protected final BrokerUri useHosts(String uri) {
    BrokerUri parts = BrokerUri.parse(scheme, uri);
    hosts = parts.hosts();
    net().setSsl(parts.tls());
    return parts;
  }

  /** {@return the brokers of one cluster, to be tried in turn; {@code localhost} by default} */
  public final List<HostAndPort> hosts() {
    return hosts;
  }

  /**
   * Sets the brokers of one cluster. The link is to one of them; when it breaks, the next is tried.
   *
   * @param names {@code host} or {@code host:port}; an IPv6 address in brackets
   * @return this
   * @throws IllegalArgumentException if there is none, or one is not a host and a port
   */
  public final T setHosts(List<String> names) {
    hosts = BrokerUri.hosts(names, scheme.port());
    return self();
  }

  /** {@return how connections are made, TLS among it; plain TCP by default} */
  public abstract NetClientOptions net();

  /**
   * {@return what a channel's name is preceded by in a routing key; {@code millrace.} by default}
   */
  public final String prefix() {
    return prefix;
  }

  /**
   * Sets what a channel's name is preceded by in a routing key or topic.
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

  /** {@return how often each side shall be heard; 10 s by default} */
  public final Duration heartbeat() {
    return heartbeat;
  }

  /**
   * Sets how often each side shall be heard. A broker that is silent for twice as long is given up.
   *
   * @param value zero, for never, or what the protocol can keep
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

  /** {@return how many bytes a message may have, either way; 16 MiB by default} */
  public final int maxMessageBytes() {
    return maxMessageBytes;
  }

  /**
   * Sets how many bytes the payload of a message may have. A larger one is refused to whoever
   * publishes it here; if it comes from the broker it is skipped, and {@linkplain
   * LinkBroker#skipped() counted}.
   *
   * @param value in bytes, at least 1
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public final T setMaxMessageBytes(int value) {
    maxMessageBytes = (int) atLeast(1, value, "maxMessageBytes");
    return self();
  }

  /** {@return how much may be published without being confirmed yet; 64 MiB by default} */
  public final long maxPendingBytes() {
    return maxPendingBytes;
  }

  /**
   * Sets how much may be published without being confirmed yet. Above it a publish fails at once. A
   * single message that is larger is refused.
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
   * Checks a number.
   *
   * @param least the least it may be
   * @param value the number
   * @param name of the option, for the message
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
   * @param leastMillis the least it may be, in milliseconds
   * @param value the time
   * @param name of the option, for the message
   * @return the time
   * @throws IllegalArgumentException if it is less
   */
  protected static Duration atLeast(long leastMillis, Duration value, String name) {
    atLeast(leastMillis, value.toMillis(), name);
    return value;
  }
}
