package io.millrace.auth;

import io.millrace.Authenticator;
import io.millrace.BearerToken;
import io.millrace.Client;
import io.millrace.MillraceException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Cookie;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Knows clients by JSON Web Tokens (RFC 7519) that an issuer has signed:
 *
 * <pre>{@code
 * new JwtAuthenticator(
 *     vertx,
 *     new JwtOptions()
 *         .setJwks("https://id.example.com/.well-known/jwks.json")
 *         .setIssuer("https://id.example.com/")
 *         .setAudience("chat"))
 * }</pre>
 *
 * <p>A token comes as {@link BearerToken} says, or in a {@linkplain JwtOptions#setCookie cookie}.
 * The claim {@code exp} is when the client needs a new one, and {@code iat} is what counts when
 * something is {@linkplain io.millrace.Millrace#revoke taken away}. A token without {@code iat} is
 * as old as can be.
 *
 * <p>While the issuer's keys cannot be fetched, those that were fetched before count; a token of
 * another key is answered {@link MillraceException.Code#UNAVAILABLE}. Safe on any thread.
 */
public final class JwtAuthenticator implements Authenticator {

  private static final Duration LONGEST_KNOWN = Duration.ofHours(1);

  private final JwtOptions options;
  private final KeySet own;
  private final Optional<Jwks> jwks;
  private final Clock clock;
  private final Claims claims;

  /**
   * Makes an authenticator, and begins to fetch the issuer's keys if it publishes them.
   *
   * @param vertx on which the keys are fetched
   * @param options which tokens are accepted; copied
   * @throws IllegalArgumentException if there is neither a key nor a URL of keys, or a key cannot
   *     be read
   */
  public JwtAuthenticator(Vertx vertx, JwtOptions options) {
    this(vertx, options, Clock.systemUTC());
  }

  JwtAuthenticator(Vertx vertx, JwtOptions options, Clock clock) {
    if (options.keys().isEmpty() && options.jwks().isEmpty()) {
      throw new IllegalArgumentException("Add a secret, a public key, or the URL of a JWK set.");
    }
    this.options = new JwtOptions(options);
    this.own = KeySet.of(vertx, options.keys());
    this.clock = clock;
    this.claims = new Claims(this.options, clock);
    this.jwks = options.jwks().map(url -> new Jwks(vertx, this.options, url, own));
  }

  @Override
  public Future<Client> authenticate(RoutingContext request) {
    return BearerToken.of(request)
        .or(() -> cookie(request))
        .map(this::authenticate)
        .orElseGet(() -> Refusals.withoutCredentials(options.required()));
  }

  private Optional<String> cookie(RoutingContext request) {
    return options
        .cookie()
        .map(name -> request.request().getCookie(name))
        .map(Cookie::getValue)
        .filter(token -> !token.isEmpty());
  }

  @Override
  public Future<Client> authenticate(String token) {
    if (token.length() > TokenHeader.MOST_CHARACTERS) {
      return Future.failedFuture(Refusals.tooLong());
    }
    KeySet keys = jwks.map(Jwks::keys).orElse(own);
    KnownClients.Key hash = KnownClients.key(List.of(token));
    Optional<Client> known = keys.known().get(hash, clock.instant());
    return known.isPresent()
        ? Future.succeededFuture(known.get())
        : verified(keys, token)
            .onSuccess(
                client -> keys.known().put(hash, client, clock.instant().plus(LONGEST_KNOWN)));
  }

  private Future<Client> verified(KeySet keys, String token) {
    try {
      TokenHeader header = TokenHeader.of(token);
      if (!accepts(header.algorithm())) {
        throw Refusals.unauthorized("The token's algorithm is not accepted.");
      }
      return keys.suits(header) || !mayBePublished(header)
          ? Future.succeededFuture(client(keys, header, token))
          : renewed().map(renewed -> client(renewed, header, token));
    } catch (MillraceException refused) {
      return Future.failedFuture(refused);
    }
  }

  private boolean accepts(String algorithm) {
    return options.algorithms().isEmpty()
        ? JwtKey.isAlgorithm(algorithm)
        : options.algorithms().contains(algorithm);
  }

  private boolean mayBePublished(TokenHeader header) {
    return jwks.isPresent() && JwtKey.PUBLIC.contains(header.algorithm());
  }

  private Future<KeySet> renewed() {
    return jwks.orElseThrow()
        .renewed()
        .recover(
            failure ->
                Future.failedFuture(
                    Refusals.unavailable(
                        "The keys for this token cannot be fetched now. Try again.")));
  }

  private Client client(KeySet keys, TokenHeader header, String token) {
    if (!keys.suits(header)) {
      throw Refusals.unauthorized("The key that signed the token is not known.");
    }
    JsonObject verified =
        keys.verified(header, token)
            .orElseThrow(() -> Refusals.unauthorized("The token's signature is not valid."));
    return claims.client(verified);
  }

  /** {@return whether tokens are taken from a cookie} */
  @Override
  public boolean usesCookies() {
    return options.cookie().isPresent();
  }

  /**
   * Stops to fetch keys. Not needed if Vert.x is closed.
   *
   * @return completes when the connections are closed
   */
  public Future<Void> close() {
    return jwks.map(Jwks::close).orElseGet(Future::succeededFuture);
  }
}
