package io.millrace.auth;

import io.millrace.Client;
import io.millrace.MillraceException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** Makes a client of the claims of a token whose signature is good (RFC 7519, section 4.1). */
final class Claims {

  /** The end of the year 9999. */
  private static final long LAST_SECOND = 253_402_300_799L;

  private final JwtOptions options;
  private final Clock clock;

  Claims(JwtOptions options, Clock clock) {
    this.options = options;
    this.clock = clock;
  }

  /**
   * Returns whose token it is, until when.
   *
   * @throws MillraceException {@link MillraceException.Code#UNAUTHORIZED} if a claim forbids it
   */
  Client client(JsonObject claims) {
    if (options.issuer().filter(issuer -> !issuer.equals(claims.getValue("iss"))).isPresent()) {
      throw Refusals.unauthorized("The token is from another issuer.");
    }
    if (options.audience().filter(audience -> !isFor(audience, claims)).isPresent()) {
      throw Refusals.unauthorized("The token is for another audience.");
    }
    Instant now = clock.instant();
    Optional<Instant> notBefore = time(claims, "nbf");
    if (notBefore.filter(from -> now.isBefore(from.minus(options.leeway()))).isPresent()) {
      throw Refusals.unauthorized("The token is not valid yet.");
    }
    Optional<Instant> expiry = time(claims, "exp").map(at -> at.plus(options.leeway()));
    if (expiry.filter(at -> !now.isBefore(at)).isPresent()) {
      throw Refusals.unauthorized("The token has expired.");
    }
    // What is taken away later must take away a token without a time, too.
    Client client = user(claims).withIssued(time(claims, "iat").orElse(Instant.EPOCH));
    return withAttributes(expiry.map(client::withExpiry).orElse(client), claims);
  }

  private static boolean isFor(String audience, JsonObject claims) {
    Object meant = claims.getValue("aud");
    return audience.equals(meant) || (meant instanceof JsonArray all && all.contains(audience));
  }

  /** Seconds since 1970, perhaps with a fraction. */
  private static Optional<Instant> time(JsonObject claims, String name) {
    Object value = claims.getValue(name);
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof Number number)) {
      throw Refusals.unauthorized("The token's claim " + name + " is no time.");
    }
    double seconds = Math.max(0, Math.min(number.doubleValue(), LAST_SECOND));
    return Optional.of(Instant.ofEpochMilli((long) (seconds * 1000)));
  }

  private Client user(JsonObject claims) {
    Object user = claims.getValue(options.userClaim());
    if (user instanceof String || user instanceof Integer || user instanceof Long) {
      try {
        return Client.of(user.toString());
      } catch (MillraceException e) {
        throw Refusals.unauthorized("The token's claim " + options.userClaim() + " is no user.");
      }
    }
    throw Refusals.unauthorized("The token has no claim " + options.userClaim() + ".");
  }

  private Client withAttributes(Client client, JsonObject claims) {
    Client all = client;
    for (String name : options.attributeClaims()) {
      Object value = claims.getValue(name);
      if (value != null) {
        all = with(all, name, value);
      }
    }
    return all;
  }

  private static Client with(Client client, String name, Object value) {
    try {
      return client.withAttribute(name, value);
    } catch (IllegalArgumentException e) { // It contains null.
      throw Refusals.unauthorized("The token's claim " + name + " cannot be an attribute.");
    }
  }
}
