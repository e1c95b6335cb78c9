package io.millrace.auth;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A key that verifies the signatures of tokens.
 *
 * @param algorithm the only algorithm that it is for
 * @param text the secret, or the PEM of a public key or certificate
 * @param id the {@code kid} of its tokens, if they have one
 */
public record JwtKey(String algorithm, String text, Optional<String> id) {

  /** Algorithms with public keys. */
  static final Set<String> PUBLIC =
      Set.of(
          "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA");

  /** Algorithms with secrets, and how many bytes these must have (RFC 7518, section 3.2). */
  private static final Map<String, Integer> SECRET = Map.of("HS256", 32, "HS384", 48, "HS512", 64);

  private static final String PEM = "-----BEGIN";

  /**
   * Makes a key.
   *
   * @param algorithm the algorithm: whether the text is a secret or a public key follows from it
   * @param text the secret or the PEM
   * @param id the {@code kid} of its tokens, if they have one
   * @throws IllegalArgumentException if the algorithm is not known, a secret is too short or is the
   *     PEM of a key, or a key is private
   */
  public JwtKey {
    if (!isAlgorithm(algorithm)) {
      throw new IllegalArgumentException("There is no algorithm " + algorithm + " for signatures.");
    }
    Integer least = SECRET.get(algorithm);
    if (least == null) {
      if (text.contains("PRIVATE KEY")) {
        throw new IllegalArgumentException("This is a private key. Give the public one.");
      }
      text = text.strip() + "\n";
    } else if (text.contains(PEM)) {
      throw new IllegalArgumentException("A public key is no secret: use addPublicKey.");
    } else if (text.getBytes(StandardCharsets.UTF_8).length < least) {
      throw new IllegalArgumentException(
          "A secret for " + algorithm + " must have at least " + least + " bytes.");
    }
  }

  static JwtKey secret(String algorithm, String secret, Optional<String> id) {
    if (!SECRET.containsKey(algorithm)) {
      throw new IllegalArgumentException("A secret is for HS256, HS384 or HS512.");
    }
    return new JwtKey(algorithm, secret, id);
  }

  static JwtKey publicKey(String algorithm, String pem, Optional<String> id) {
    if (!PUBLIC.contains(algorithm)) {
      throw new IllegalArgumentException("A public key is for one of " + PUBLIC + ".");
    }
    return new JwtKey(algorithm, pem, id);
  }

  static boolean isAlgorithm(String name) {
    return PUBLIC.contains(name) || SECRET.containsKey(name);
  }

  boolean isSecret() {
    return SECRET.containsKey(algorithm);
  }

  /** {@return the algorithm; never the key} */
  @Override
  public String toString() {
    return "JwtKey[" + algorithm + "]";
  }
}
