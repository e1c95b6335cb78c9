package io.millrace.benchmarks;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Signs tokens, each of another user, and hands them to readers. */
final class TokenIssuer {

  private static final int COORDINATE_BYTES = 32;
  private static final int MINUTES = 600;

  private final String algorithm;
  private final JWTAuth signer;
  private final Optional<JsonObject> jwk;
  private List<String> tokens = List.of();
  private int issued;
  private int next;

  private TokenIssuer(String algorithm, JWTAuth signer, Optional<JsonObject> jwk) {
    this.algorithm = algorithm;
    this.signer = signer;
    this.jwk = jwk;
  }

  /** Makes one with a new key for RS256 or ES256, or with the secret for HS256. */
  static TokenIssuer of(Vertx vertx, String algorithm) throws GeneralSecurityException {
    if (algorithm.equals("HS256")) {
      return new TokenIssuer(
          algorithm, signer(vertx, algorithm, MillraceJwtPeer.SECRET), Optional.empty());
    }
    KeyPairGenerator generator =
        KeyPairGenerator.getInstance(algorithm.startsWith("RS") ? "RSA" : "EC");
    if (algorithm.equals("ES256")) {
      generator.initialize(new ECGenParameterSpec("secp256r1"));
    } else {
      generator.initialize(2048);
    }
    KeyPair pair = generator.generateKeyPair();
    String pem =
        "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
            .formatted(
                Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(pair.getPrivate().getEncoded()));
    return new TokenIssuer(
        algorithm,
        signer(vertx, algorithm, pem),
        Optional.of(jwk(pair).put("kid", algorithm).put("alg", algorithm).put("use", "sig")));
  }

  private static JWTAuth signer(Vertx vertx, String algorithm, String key) {
    return JWTAuth.create(
        vertx,
        new JWTAuthOptions()
            .addPubSecKey(new PubSecKeyOptions().setAlgorithm(algorithm).setBuffer(key)));
  }

  private static JsonObject jwk(KeyPair pair) {
    if (pair.getPublic() instanceof RSAPublicKey rsa) {
      return new JsonObject()
          .put("kty", "RSA")
          .put("n", number(rsa.getModulus(), rsa.getModulus().bitLength() / 8))
          .put("e", number(rsa.getPublicExponent(), 3));
    }
    ECPublicKey ec = (ECPublicKey) pair.getPublic();
    return new JsonObject()
        .put("kty", "EC")
        .put("crv", "P-256")
        .put("x", number(ec.getW().getAffineX(), COORDINATE_BYTES))
        .put("y", number(ec.getW().getAffineY(), COORDINATE_BYTES));
  }

  private static String number(BigInteger number, int length) {
    byte[] bytes = number.toByteArray(); // Perhaps with a zero for the sign, or too short.
    byte[] plain = new byte[length];
    int count = Math.min(bytes.length, length);
    System.arraycopy(bytes, bytes.length - count, plain, length - count, count);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(plain);
  }

  /** Returns the JWK set of several issuers. */
  static String jwks(List<TokenIssuer> issuers) {
    List<JsonObject> keys = issuers.stream().flatMap(issuer -> issuer.jwk.stream()).toList();
    return new JsonObject().put("keys", new JsonArray(keys)).encode();
  }

  /** Signs new tokens, of the size that those of an identity provider have. */
  List<String> sign(int count) {
    JWTOptions options =
        new JWTOptions()
            .setAlgorithm(algorithm)
            .setHeader(new JsonObject().put("kid", algorithm))
            .setExpiresInMinutes(MINUTES);
    String[] signed = new String[count];
    Arrays.setAll(
        signed,
        i ->
            signer.generateToken(
                new JsonObject()
                    .put("iss", "https://id.example.com/")
                    .put("aud", "live")
                    .put("sub", "user-%08d".formatted(++issued))
                    .put("scope", "openid profile email")
                    .put("sid", "3f0f8a52-8c40-4e8f-9d1f-3f5c5f0d8c11"),
                options));
    return List.of(signed);
  }

  /** Chooses the tokens that readers get, in turn. */
  void hand(List<String> some) {
    tokens = new ArrayList<>(some);
    next = 0;
  }

  /** Returns the token of the next reader. */
  String next() {
    return tokens.get(next++ % tokens.size());
  }
}
