package io.millrace.auth;

import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/**
 * How a {@link HookAuthenticator} asks the application. Not safe for use by several threads; the
 * authenticator takes a copy.
 */
public final class HookOptions {

  /** What belongs to one connection (RFC 9110, section 7.6.1), or says how long a body is. */
  private static final Set<String> NOT_FORWARDED =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "host",
          "keep-alive",
          "te",
          "transfer-encoding",
          "upgrade");

  private final OptionGroup group = new OptionGroup("HookOptions");

  /** Makes options with the defaults. */
  public HookOptions() {}

  /**
   * Makes a copy.
   *
   * @param other the options to copy
   */
  public HookOptions(HookOptions other) {
    group.copy(other.group);
  }

  /**
   * Makes options from JSON. A key is the name of an option: {@code timeout} is set as by {@link
   * #setTimeout}. Times are in milliseconds, and {@code http} is an object (see {@link
   * HttpClientOptions#HttpClientOptions(JsonObject)}). An option that is missing or null keeps its
   * default.
   *
   * @param json the options
   * @throws IllegalArgumentException if a key is unknown, or a value is out of range or has another
   *     type
   */
  public HookOptions(JsonObject json) {
    group.read(json);
  }

  /** {@return the options as JSON; they include the passwords of {@link #http}} */
  public JsonObject toJson() {
    return group.toJson();
  }

  private final Option<Set<String>> headers =
      group
          .option("headers", Form.set("headers", HookOptions::lowerCase, name -> name))
          .check(HookOptions::checkHeaders)
          .initially(Set.of("cookie", "authorization"));

  /** {@return the headers of a request that the application sees, in lower case} */
  public Set<String> headers() {
    return headers.get();
  }

  /**
   * Sets the headers of a request that the application sees. A bearer token in a WebSocket's
   * subprotocol counts as {@code Authorization}.
   *
   * @param values names; {@code Cookie} and {@code Authorization} by default
   * @return this
   * @throws IllegalArgumentException if one belongs to the connection, such as {@code Host}
   */
  public HookOptions setHeaders(String... values) {
    Set<String> names = new LinkedHashSet<>();
    for (String value : values) {
      names.add(lowerCase(value));
    }
    headers.set(Set.copyOf(names));
    return this;
  }

  private static String lowerCase(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static void checkHeaders(Set<String> names) {
    if (names.stream().anyMatch(NOT_FORWARDED::contains)) {
      throw new IllegalArgumentException("headers must not contain any of " + NOT_FORWARDED);
    }
  }

  private final Option<Duration> timeout =
      group.option("timeout", Form.TIME).atLeast(1).initially(Duration.ofSeconds(4));

  /** {@return how long the application may take, and before that, how long a request may wait} */
  public Duration timeout() {
    return timeout.get();
  }

  /**
   * Sets how long the application may take. It should be shorter than {@link
   * io.millrace.MillraceOptions#authorizerTimeout()}.
   *
   * @param value 4 s by default
   * @return this
   */
  public HookOptions setTimeout(Duration value) {
    timeout.set(value);
    return this;
  }

  private final Option<Integer> concurrency =
      group.option("concurrency", Form.INT).atLeast(1).initially(16);

  /** {@return how many requests may be under way} */
  public int concurrency() {
    return concurrency.get();
  }

  /**
   * Sets how many requests may be under way.
   *
   * @param value 16 by default
   * @return this
   */
  public HookOptions setConcurrency(int value) {
    concurrency.set(value);
    return this;
  }

  private final Option<Integer> queue = group.option("queue", Form.INT).atLeast(0).initially(1000);

  /** {@return how many more requests may wait} */
  public int queue() {
    return queue.get();
  }

  /**
   * Sets how many more requests may wait. With more, clients should try again.
   *
   * @param value 1,000 by default
   * @return this
   */
  public HookOptions setQueue(int value) {
    queue.set(value);
    return this;
  }

  private final Option<Duration> cacheTime =
      group.option("cacheTime", Form.TIME).atLeast(0).initially(Duration.ofSeconds(3));

  /** {@return how long an answer counts for the same credentials} */
  public Duration cacheTime() {
    return cacheTime.get();
  }

  /**
   * Sets how long an answer counts for the same credentials, and so how long someone who has signed
   * out may still come in. Refusals are not kept.
   *
   * @param value 3 s by default; with zero, nothing is kept
   * @return this
   */
  public HookOptions setCacheTime(Duration value) {
    cacheTime.set(value);
    return this;
  }

  private final Option<Integer> cacheSize =
      group.option("cacheSize", Form.INT).atLeast(1).initially(10_000);

  /** {@return how many answers are kept} */
  public int cacheSize() {
    return cacheSize.get();
  }

  /**
   * Sets how many answers are kept.
   *
   * @param value 10,000 by default
   * @return this
   */
  public HookOptions setCacheSize(int value) {
    cacheSize.set(value);
    return this;
  }

  private final Option<Integer> mostFailures =
      group.option("mostFailures", Form.INT).atLeast(1).initially(5);

  /** {@return after how many failures within 10 s the application is left alone} */
  public int mostFailures() {
    return mostFailures.get();
  }

  /**
   * Sets after how many failures within 10 s the application is left alone.
   *
   * @param value 5 by default
   * @return this
   */
  public HookOptions setMostFailures(int value) {
    mostFailures.set(value);
    return this;
  }

  private final Option<Duration> recovery =
      group.option("recovery", Form.TIME).atLeast(1).initially(Duration.ofSeconds(5));

  /** {@return how long it is left alone before one request tries it again} */
  public Duration recovery() {
    return recovery.get();
  }

  /**
   * Sets how long the application is left alone before one request tries it again.
   *
   * @param value 5 s by default
   * @return this
   */
  public HookOptions setRecovery(Duration value) {
    recovery.set(value);
    return this;
  }

  private final Option<HttpClientOptions> http =
      group.option("http", Fetch.OPTIONS).initially(new HttpClientOptions());

  /** {@return how connections to the application are made} */
  public HttpClientOptions http() {
    return http.get();
  }

  /**
   * Sets how connections to the application are made: what TLS trusts, a proxy.
   *
   * @param value the options; copied
   * @return this
   */
  public HookOptions setHttp(HttpClientOptions value) {
    http.set(value);
    return this;
  }

  private final Option<Boolean> required = group.option("required", Form.FLAG).initially(false);

  /** {@return whether a request without any of the headers is refused} */
  public boolean required() {
    return required.get();
  }

  /**
   * Sets whether a request without any of the headers is refused. Otherwise it is from an anonymous
   * client. In both cases the application is not asked.
   *
   * @param value false by default
   * @return this
   */
  public HookOptions setRequired(boolean value) {
    required.set(value);
    return this;
  }
}
