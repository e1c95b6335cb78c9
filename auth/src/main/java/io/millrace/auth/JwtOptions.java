package io.millrace.auth;

import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which tokens a {@link JwtAuthenticator} accepts, and what it takes from them. Each key serves one
 * algorithm. Add a key or the URL of a JWK set: by default there is none. Not safe for use by
 * several threads; the authenticator takes a copy.
 */
public final class JwtOptions {

  private static final Duration PATIENCE = Duration.ofSeconds(4);

  private final OptionGroup group = new OptionGroup("JwtOptions");

  /** Makes options with the defaults. */
  public JwtOptions() {}

  /**
   * Makes a copy.
   *
   * @param other the options to copy
   */
  public JwtOptions(JwtOptions other) {
    group.copy(other.group);
  }

  /**
   * Makes options from JSON. A key is the name of an option: {@code audience} is set as by {@link
   * #setAudience}. Times are in milliseconds, {@code http} is an object (see {@link
   * HttpClientOptions#HttpClientOptions(JsonObject)}), and {@code keys} is an array of {@code
   * {"algorithm":"HS256","secret":"…"}} or {@code {"algorithm":"ES256","publicKey":"…"}}, each with
   * an {@code id} if tokens name it. An option that is missing or null keeps its default.
   *
   * @param json the options
   * @throws IllegalArgumentException if a key is unknown, or a value is out of range or has another
   *     type; the message contains no secret
   */
  public JwtOptions(JsonObject json) {
    group.read(json);
  }

  /** {@return the options as JSON; they include the secrets, and the passwords of {@link #http}} */
  public JsonObject toJson() {
    return group.toJson();
  }

  private final Option<List<JwtKey>> keys =
      group.option("keys", JwtKeyJson.ALL).initially(List.of());

  /** {@return the secrets and public keys; none by default} */
  public List<JwtKey> keys() {
    return keys.get();
  }

  private JwtOptions add(JwtKey key) {
    List<JwtKey> more = new ArrayList<>(keys.get());
    more.add(key);
    keys.set(List.copyOf(more));
    return this;
  }

  /**
   * Adds a secret that the issuer of tokens shares with this server.
   *
   * @param algorithm {@code HS256}, {@code HS384} or {@code HS512}
   * @param secret the secret: at least 32, 48 or 64 random bytes in UTF-8
   * @return this
   * @throws IllegalArgumentException if it is shorter, or the PEM of a key
   */
  public JwtOptions addSecret(String algorithm, String secret) {
    return add(JwtKey.secret(algorithm, secret, Optional.empty()));
  }

  /**
   * Adds a secret that the issuer names in its tokens.
   *
   * @param algorithm as for {@link #addSecret(String, String)}
   * @param secret the secret
   * @param id the {@code kid} that tokens have
   * @return this
   * @throws IllegalArgumentException if it is shorter, or the PEM of a key
   */
  public JwtOptions addSecret(String algorithm, String secret, String id) {
    return add(JwtKey.secret(algorithm, secret, Optional.of(id)));
  }

  /**
   * Adds the public key of an issuer.
   *
   * @param algorithm {@code RS256}, {@code PS256}, {@code ES256} and those with 384 and 512; {@code
   *     EdDSA}
   * @param pem the key or a certificate
   * @return this
   * @throws IllegalArgumentException if it is another algorithm, or a private key
   */
  public JwtOptions addPublicKey(String algorithm, String pem) {
    return add(JwtKey.publicKey(algorithm, pem, Optional.empty()));
  }

  /**
   * Adds the public key of an issuer that names the key in its tokens.
   *
   * @param algorithm as for {@link #addPublicKey(String, String)}
   * @param pem the key or a certificate
   * @param id the {@code kid} that tokens have
   * @return this
   * @throws IllegalArgumentException if it is another algorithm, or a private key
   */
  public JwtOptions addPublicKey(String algorithm, String pem, String id) {
    return add(JwtKey.publicKey(algorithm, pem, Optional.of(id)));
  }

  private final Option<String> jwks = group.option("jwks", Form.TEXT).check(Fetch::checkUrl);

  /** {@return where the issuer publishes its keys; empty by default} */
  public Optional<String> jwks() {
    return jwks.value();
  }

  /**
   * Sets where the issuer publishes its public keys (RFC 7517). Use {@code https}: whoever can
   * change the answer can sign tokens.
   *
   * @param url the URL
   * @return this
   * @throws IllegalArgumentException if it is no URL of HTTP
   */
  public JwtOptions setJwks(String url) {
    jwks.set(url);
    return this;
  }

  private final Option<Duration> jwksRefresh =
      group.option("jwksRefresh", Form.TIME).atLeast(1000).initially(Duration.ofMinutes(5));

  /** {@return how often the keys are fetched again, and so how long a withdrawn one may count} */
  public Duration jwksRefresh() {
    return jwksRefresh.get();
  }

  /**
   * Sets how often the keys are fetched again.
   *
   * @param value 5 minutes by default, at least 1 s
   * @return this
   */
  public JwtOptions setJwksRefresh(Duration value) {
    jwksRefresh.set(value);
    return this;
  }

  private final Option<Duration> jwksPause =
      group.option("jwksPause", Form.TIME).atLeast(1).initially(Duration.ofSeconds(2));

  /**
   * {@return the shortest time between two fetches; a token of an unknown key waits for the next}
   */
  public Duration jwksPause() {
    return jwksPause.get();
  }

  /**
   * Sets the shortest time between two fetches, however many tokens name a key that is not known.
   * They wait for the next fetch, so it should be shorter than {@link
   * io.millrace.MillraceOptions#authorizerTimeout()}.
   *
   * @param value 2 s by default
   * @return this
   */
  public JwtOptions setJwksPause(Duration value) {
    jwksPause.set(value);
    return this;
  }

  private final Option<Duration> jwksTimeout =
      group.option("jwksTimeout", Form.TIME).atLeast(1).initially(PATIENCE);

  /** {@return how long a fetch may take} */
  public Duration jwksTimeout() {
    return jwksTimeout.get();
  }

  /**
   * Sets how long a fetch may take.
   *
   * @param value 4 s by default
   * @return this
   */
  public JwtOptions setJwksTimeout(Duration value) {
    jwksTimeout.set(value);
    return this;
  }

  private final Option<HttpClientOptions> http =
      group.option("http", Fetch.OPTIONS).initially(new HttpClientOptions());

  /** {@return how the keys are fetched} */
  public HttpClientOptions http() {
    return http.get();
  }

  /**
   * Sets how the keys are fetched: what TLS trusts, a proxy.
   *
   * @param value the options; copied
   * @return this
   */
  public JwtOptions setHttp(HttpClientOptions value) {
    http.set(value);
    return this;
  }

  private final Option<Set<String>> algorithms =
      group
          .option("algorithms", Form.set("algorithms", JwtOptions::checkAlgorithm, name -> name))
          .initially(Set.of());

  /** {@return the only algorithms that are accepted; by default, those of the keys} */
  public Set<String> algorithms() {
    return algorithms.get();
  }

  /**
   * Sets the only algorithms that are accepted. {@code none} never is.
   *
   * @param values such as {@code ES256}; none at all, by default, means those of the keys
   * @return this
   * @throws IllegalArgumentException if one is not known
   */
  public JwtOptions setAlgorithms(String... values) {
    for (String value : values) {
      checkAlgorithm(value);
    }
    algorithms.set(Set.of(values));
    return this;
  }

  private static String checkAlgorithm(String name) {
    if (!JwtKey.isAlgorithm(name)) {
      throw new IllegalArgumentException("There is no algorithm " + name + " for signatures.");
    }
    return name;
  }

  private final Option<String> issuer = group.option("issuer", Form.TEXT);

  /** {@return who must have issued a token ({@code iss}); anyone who has a key, by default} */
  public Optional<String> issuer() {
    return issuer.value();
  }

  /**
   * Sets who must have issued a token.
   *
   * @param value the claim {@code iss}
   * @return this
   */
  public JwtOptions setIssuer(String value) {
    issuer.set(value);
    return this;
  }

  private final Option<String> audience = group.option("audience", Form.TEXT);

  /** {@return whom a token must be for ({@code aud}); anyone, by default} */
  public Optional<String> audience() {
    return audience.value();
  }

  /**
   * Sets whom a token must be for. Set it if the issuer serves other applications too: their tokens
   * have good signatures.
   *
   * @param value the claim {@code aud}, or one of its values
   * @return this
   */
  public JwtOptions setAudience(String value) {
    audience.set(value);
    return this;
  }

  private final Option<Duration> leeway =
      group.option("leeway", Form.TIME).atLeast(0).atMost(600_000).initially(Duration.ZERO);

  /** {@return how far the issuer's clock and this one may differ} */
  public Duration leeway() {
    return leeway.get();
  }

  /**
   * Sets how far the issuer's clock and this one may differ. A token is accepted so much earlier
   * than its {@code nbf}, and expires so much later than its {@code exp}.
   *
   * @param value zero by default, at most 10 minutes
   * @return this
   */
  public JwtOptions setLeeway(Duration value) {
    leeway.set(value);
    return this;
  }

  private final Option<String> userClaim = group.option("userClaim", Form.TEXT).initially("sub");

  /** {@return the claim that is the user} */
  public String userClaim() {
    return userClaim.get();
  }

  /**
   * Sets the claim that is the user.
   *
   * @param value {@code sub} by default
   * @return this
   */
  public JwtOptions setUserClaim(String value) {
    userClaim.set(value);
    return this;
  }

  private final Option<Set<String>> attributeClaims =
      group
          .option("attributeClaims", Form.set("claims", name -> name, name -> name))
          .initially(Set.of());

  /** {@return the claims that become attributes of the client} */
  public Set<String> attributeClaims() {
    return attributeClaims.get();
  }

  /**
   * Sets the claims that become {@linkplain io.millrace.Client#attributes() attributes} of the
   * client, for an authorizer. They are kept as long as the connection lasts.
   *
   * @param values none by default
   * @return this
   */
  public JwtOptions setAttributeClaims(String... values) {
    attributeClaims.set(Set.of(values));
    return this;
  }

  private final Option<String> cookie = group.option("cookie", Form.TEXT);

  /** {@return the cookie that may contain a token; empty by default} */
  public Optional<String> cookie() {
    return cookie.value();
  }

  /**
   * Sets a cookie that may contain the token, if a request has no other.
   *
   * @param name the cookie's name
   * @return this
   */
  public JwtOptions setCookie(String name) {
    cookie.set(name);
    return this;
  }

  private final Option<Boolean> required = group.option("required", Form.FLAG).initially(false);

  /** {@return whether a request without a token is refused} */
  public boolean required() {
    return required.get();
  }

  /**
   * Sets whether a request without a token is refused. Otherwise it is from an anonymous client.
   *
   * @param value false by default
   * @return this
   */
  public JwtOptions setRequired(boolean value) {
    required.set(value);
    return this;
  }
}
