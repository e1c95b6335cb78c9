package io.millrace.auth;

import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Issues tokens, with nothing but the JDK. Each has one key for one algorithm. */
final class TestIssuer {

  static final String SECRET = "s".repeat(64);

  private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

  private final String algorithm;
  private final String keyId;
  private final Key signer;
  private final byte[] publicKey;
  private final JsonObject jwk;

  private TestIssuer(String algorithm, String keyId, Key signer, byte[] publicKey, JsonObject jwk) {
    this.algorithm = algorithm;
    this.keyId = keyId;
    this.signer = signer;
    this.publicKey = publicKey;
    this.jwk = jwk;
  }

  /** With a new key, or with {@link #SECRET} for HS. */
  static TestIssuer of(String algorithm, String keyId) {
    try {
      if (algorithm.startsWith("HS")) {
        byte[] secret = SECRET.getBytes(StandardCharsets.UTF_8);
        return new TestIssuer(
            algorithm, keyId, new SecretKeySpec(secret, "HMAC"), secret, new JsonObject());
      }
      KeyPair pair = pair(algorithm);
      JsonObject jwk = jwk(pair).put("kid", keyId).put("alg", algorithm).put("use", "sig");
      return new TestIssuer(
          algorithm, keyId, pair.getPrivate(), pair.getPublic().getEncoded(), jwk);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static KeyPair pair(String algorithm) throws GeneralSecurityException {
    KeyPairGenerator generator =
        switch (algorithm.substring(0, 2)) {
          case "ES" -> KeyPairGenerator.getInstance("EC");
          case "Ed" -> KeyPairGenerator.getInstance("Ed25519");
          default -> KeyPairGenerator.getInstance("RSA");
        };
    switch (algorithm) {
      case "ES256" -> generator.initialize(new ECGenParameterSpec("secp256r1"));
      case "ES384" -> generator.initialize(new ECGenParameterSpec("secp384r1"));
      case "ES512" -> generator.initialize(new ECGenParameterSpec("secp521r1"));
      default -> {}
    }
    return generator.generateKeyPair();
  }

  private static JsonObject jwk(KeyPair pair) {
    if (pair.getPublic() instanceof RSAPublicKey rsa) {
      return new JsonObject()
          .put("kty", "RSA")
          .put("n", number(rsa.getModulus(), 0))
          .put("e", number(rsa.getPublicExponent(), 0));
    }
    if (pair.getPublic() instanceof ECPublicKey ec) {
      int bits = ec.getParams().getCurve().getField().getFieldSize();
      return new JsonObject()
          .put("kty", "EC")
          .put("crv", "P-" + bits)
          .put("x", number(ec.getW().getAffineX(), (bits + 7) / 8))
          .put("y", number(ec.getW().getAffineY(), (bits + 7) / 8));
    }
    byte[] encoded = pair.getPublic().getEncoded();
    return new JsonObject()
        .put("kty", "OKP")
        .put("crv", "Ed25519")
        .put("x", text(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)));
  }

  private static String number(BigInteger number, int length) {
    byte[] bytes = number.toByteArray();
    int from = bytes[0] == 0 ? 1 : 0;
    int size = Math.max(length, bytes.length - from);
    byte[] plain = new byte[size];
    System.arraycopy(bytes, from, plain, size - (bytes.length - from), bytes.length - from);
    return text(plain);
  }

  private static String text(byte[] bytes) {
    return BASE64URL.encodeToString(bytes);
  }

  static String text(JsonObject json) {
    return text(json.toBuffer().getBytes());
  }

  String algorithm() {
    return algorithm;
  }

  /** The public key, as a JWK set has it. */
  JsonObject jwk() {
    return jwk.copy();
  }

  String pem() {
    return pem(publicKey);
  }

  static String pem(byte[] publicKey) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(publicKey)
        + "\n-----END PUBLIC KEY-----\n";
  }

  /** Options that accept what this one issues. */
  JwtOptions accepted() {
    return algorithm.startsWith("HS")
        ? new JwtOptions().addSecret(algorithm, SECRET)
        : new JwtOptions().addPublicKey(algorithm, pem());
  }

  /** Claims of a token for a user, good for an hour. */
  static JsonObject claims(String user) {
    long now = Instant.now().getEpochSecond();
    return new JsonObject().put("sub", user).put("iat", now).put("exp", now + 3600);
  }

  String token(String user) {
    return token(claims(user));
  }

  String token(JsonObject claims) {
    return token(new JsonObject().put("alg", algorithm).put("kid", keyId), claims);
  }

  /** A token with any header, which is signed as if it said what it must. */
  String token(JsonObject header, JsonObject claims) {
    return signed(text(header) + "." + text(claims));
  }

  /** Signs the first two parts of a token. */
  String signed(String parts) {
    try {
      return parts + "." + text(sign(parts.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] sign(byte[] content) throws GeneralSecurityException {
    String bits = algorithm.substring(2);
    if (algorithm.startsWith("HS")) {
      Mac mac = Mac.getInstance("HmacSHA" + bits);
      mac.init(signer);
      return mac.doFinal(content);
    }
    Signature signature =
        switch (algorithm.substring(0, 2)) {
          case "RS" -> Signature.getInstance("SHA" + bits + "withRSA");
          case "ES" -> Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
          case "PS" -> Signature.getInstance("RSASSA-PSS");
          default -> Signature.getInstance("EdDSA");
        };
    if (algorithm.startsWith("PS")) {
      signature.setParameter(
          new PSSParameterSpec(
              "SHA-" + bits,
              "MGF1",
              new MGF1ParameterSpec("SHA-" + bits),
              MessageDigest.getInstance("SHA-" + bits).getDigestLength(),
              1));
    }
    signature.initSign((PrivateKey) signer);
    signature.update(content);
    return signature.sign();
  }
}
