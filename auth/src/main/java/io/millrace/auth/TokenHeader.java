package io.millrace.auth;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.Optional;

/**
 * What a token says about its signature (RFC 7515, section 4.1). Nobody has verified it yet.
 *
 * @param algorithm the algorithm
 * @param keyId the id of the key, if it has one
 */
record TokenHeader(String algorithm, Optional<String> keyId) {

  /** The longest token that is looked at. */
  static final int MOST_CHARACTERS = 8 << 10;

  /**
   * Reads the header of a token.
   *
   * @throws io.millrace.MillraceException {@link io.millrace.MillraceException.Code#UNAUTHORIZED}
   *     if it is no signed token
   */
  static TokenHeader of(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3 || parts[0].isEmpty() || parts[1].isEmpty() || parts[2].isEmpty()) {
      throw Refusals.unauthorized("The token is not a signed JSON Web Token.");
    }
    try {
      JsonObject header = new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(parts[0])));
      // It names extensions without which the token must not be accepted (section 4.1.11).
      if (header.getValue("crit") == null && header.getValue("alg") instanceof String algorithm) {
        return new TokenHeader(algorithm, Optional.ofNullable(header.getString("kid")));
      }
    } catch (IllegalArgumentException | DecodeException | ClassCastException e) {
      // Its message may contain the token.
    }
    throw Refusals.unauthorized("The token's header cannot be read.");
  }
}
