package io.millrace.auth;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keys that verify signatures. Each key serves one algorithm, so none is ever used for another (RFC
 * 8725, section 3.1). Of the public keys, one verifies a token and no other is tried, since that
 * takes time on an event loop which anybody can ask for. Other keys are another object, which
 * remembers nothing of what these have verified. Safe on any thread.
 */
final class KeySet {

  private static final int MOST_KEYS = 100;

  /** To verify a signature of ES256 takes longer than all else that a client costs to attach. */
  private static final int MOST_KNOWN = 10_000;

  /** Only what verifies a signature is taken from a JWK: no certificates, no private parts. */
  private static final List<String> PUBLIC_PARTS =
      List.of("kty", "kid", "use", "alg", "crv", "n", "e", "x", "y");

  private static final Map<String, String> OF_CURVES =
      Map.of(
          "P-256", "ES256",
          "P-384", "ES384",
          "P-521", "ES512",
          "Ed25519", "EdDSA",
          "Ed448", "EdDSA");

  /** One key. Vert.x accepts anything unsigned if it has no key, so each verifier has just one. */
  private record Key(String algorithm, Optional<String> id, JWTAuth verifier) {}

  private final List<Key> keys;
  private final KnownClients known = new KnownClients(MOST_KNOWN);

  /** Of keys with the same id, the first counts. */
  private KeySet(List<Key> keys) {
    Set<List<String>> ids = new HashSet<>();
    this.keys =
        keys.stream()
            .filter(key -> key.id.map(id -> ids.add(List.of(key.algorithm, id))).orElse(true))
            .toList();
  }

  /**
   * Makes keys of secrets and PEM.
   *
   * @throws IllegalArgumentException if one cannot be read
   */
  static KeySet of(Vertx vertx, List<JwtKey> keys) {
    return new KeySet(keys.stream().map(key -> key(vertx, key)).toList());
  }

  private static Key key(Vertx vertx, JwtKey key) {
    PubSecKeyOptions options =
        new PubSecKeyOptions().setAlgorithm(key.algorithm()).setBuffer(key.text());
    key.id().ifPresent(options::setId);
    try {
      return new Key(
          key.algorithm(), key.id(), verifier(vertx, new JWTAuthOptions().addPubSecKey(options)));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "This is no PEM of a public key for " + key.algorithm() + ".", e);
    }
  }

  /**
   * Makes keys of a JWK set (RFC 7517). Keys that are of another kind than a signature's, or that
   * cannot be read, are left out, as are secrets: nobody can publish one.
   *
   * @throws DecodeException if it is no JWK set
   */
  static KeySet of(Vertx vertx, JsonObject jwks) {
    if (!(jwks.getValue("keys") instanceof JsonArray array) || array.size() > MOST_KEYS) {
      throw new DecodeException("It is no JWK set of at most " + MOST_KEYS + " keys.");
    }
    List<Key> keys = new ArrayList<>();
    for (Object each : array) {
      if (each instanceof JsonObject jwk) {
        published(vertx, jwk).ifPresent(keys::add);
      }
    }
    return new KeySet(keys);
  }

  private static Optional<Key> published(Vertx vertx, JsonObject jwk) {
    JsonObject plain = new JsonObject();
    for (String part : PUBLIC_PARTS) {
      if (jwk.getValue(part) instanceof String text) {
        plain.put(part, text);
      }
    }
    return algorithm(plain)
        .filter(algorithm -> plain.getString("use", "sig").equals("sig"))
        .map(
            algorithm ->
                new Key(
                    algorithm,
                    Optional.ofNullable(plain.getString("kid")),
                    verifier(vertx, new JWTAuthOptions().addJwk(plain.put("alg", algorithm)))));
  }

  /** The algorithm of an elliptic curve's key follows from the curve. */
  private static Optional<String> algorithm(JsonObject jwk) {
    return Optional.ofNullable(
            switch (jwk.getString("kty", "")) {
              case "RSA" -> jwk.getString("alg", "RS256");
              case "EC", "OKP" -> OF_CURVES.get(jwk.getString("crv", ""));
              default -> null;
            })
        .filter(JwtKey.PUBLIC::contains);
  }

  private static JWTAuth verifier(Vertx vertx, JWTAuthOptions options) {
    // The claims are not its business.
    return JWTAuth.create(vertx, options.setJWTOptions(new JWTOptions().setIgnoreExpiration(true)));
  }

  /** Returns whether a key may have signed a token. */
  boolean suits(TokenHeader header) {
    return !suitable(header).isEmpty();
  }

  /** Returns the keys that a token names; if it names none of these, those that it may mean. */
  private List<Key> suitable(TokenHeader header) {
    List<Key> ofAlgorithm =
        keys.stream().filter(key -> key.algorithm.equals(header.algorithm())).toList();
    List<Key> named = ofAlgorithm.stream().filter(key -> key.id.equals(header.keyId())).toList();
    return named.isEmpty()
        ? ofAlgorithm.stream().filter(key -> key.id.isEmpty() || header.keyId().isEmpty()).toList()
        : named;
  }

  /** Returns the clients whose tokens these keys have verified. */
  KnownClients known() {
    return known;
  }

  /** Returns these keys and others. */
  KeySet with(KeySet others) {
    List<Key> all = new ArrayList<>(keys);
    all.addAll(others.keys);
    return new KeySet(all);
  }

  /**
   * Returns the claims of a token; empty if no key verifies its signature. Secrets are tried one
   * after the other, which takes microseconds.
   *
   * @throws io.millrace.MillraceException {@link io.millrace.MillraceException.Code#UNAUTHORIZED}
   *     if several public keys may have signed it
   */
  Optional<JsonObject> verified(TokenHeader header, String token) {
    List<Key> suitable = suitable(header);
    if (suitable.size() > 1 && JwtKey.PUBLIC.contains(header.algorithm())) {
      throw Refusals.unauthorized("The token must say which key has signed it (kid).");
    }
    return suitable.stream().flatMap(key -> verified(key.verifier, token).stream()).findFirst();
  }

  private static Optional<JsonObject> verified(JWTAuth verifier, String token) {
    try {
      Future<User> user = verifier.authenticate(new TokenCredentials(token)); // It never waits.
      return user.succeeded()
          ? Optional.ofNullable(user.result().attributes().getJsonObject("accessToken"))
          : Optional.empty();
    } catch (RuntimeException e) {
      // The signature is good, but a time is no number, and Vert.x looks at these.
      throw Refusals.unauthorized("The token's times cannot be read.");
    }
  }
}
