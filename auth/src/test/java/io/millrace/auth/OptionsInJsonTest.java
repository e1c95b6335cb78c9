package io.millrace.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests options that come from JSON. That each is read and written is tested for all modules. */
class OptionsInJsonTest {

  private static final TestIssuer ISSUER = TestIssuer.of("ES256", "k");

  @ParameterizedTest
  @ValueSource(strings = {"HS256", "RS256", "ES256"})
  void keysOfAnAlgorithmVerifyItsTokens(String algorithm) {
    TestIssuer issuer = TestIssuer.of(algorithm, "k");
    Vertx vertx = Vertx.vertx();
    try {
      JwtOptions read = new JwtOptions(new JsonObject(issuer.accepted().toJson().encode()));
      JwtAuthenticator authenticator = new JwtAuthenticator(vertx, read);
      assertThat(authenticator.authenticate(issuer.token("ann")).await().user()).contains("ann");
    } finally {
      vertx.close().await();
    }
  }

  @Test
  void whatIsNotKnownIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JwtOptions(new JsonObject().put("audiense", "live")))
        .withMessageContaining("JwtOptions has no option audiense");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HookOptions(new JsonObject().put("url", "http://localhost/")))
        .withMessageContaining("HookOptions has no option url");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JwtOptions(keys(secret().put("kid", "k"))))
        .withMessageContaining("no option kid");
  }

  static Stream<JsonObject> badKeys() {
    return Stream.of(
        keys(TestIssuer.SECRET),
        keys(secret().put("algorithm", "RS256")),
        keys(secret().put("algorithm", "none")),
        keys(secret().put("secret", 7)),
        keys(secret().put("publicKey", ISSUER.pem())),
        keys(secret().putNull("algorithm")),
        keys(new JsonObject().put("algorithm", "HS256").put("publicKey", TestIssuer.SECRET)),
        keys(new JsonObject().put("algorithm", "HS256").put("secret", ISSUER.pem())),
        keys(new JsonObject().put("algorithm", "HS256").put("secret", "ssssssss")),
        keys(new JsonObject().put("algorithm", "HS256")),
        new JsonObject().put("keys", TestIssuer.SECRET),
        new JsonObject().put("keys", secret()));
  }

  @ParameterizedTest
  @MethodSource("badKeys")
  void whatIsNoKeyIsRefusedAndNotShown(JsonObject json) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JwtOptions(json))
        .satisfies(
            refused -> assertThat(refused.getMessage()).contains("key").doesNotContain("ssss"));
  }

  private static JsonObject secret() {
    return new JsonObject().put("algorithm", "HS256").put("secret", TestIssuer.SECRET);
  }

  private static JsonObject keys(Object key) {
    return new JsonObject().put("keys", new JsonArray().add(key));
  }

  @Test
  void secretsAreInJsonAndNowhereElse() {
    JwtOptions options = new JwtOptions().addSecret("HS256", TestIssuer.SECRET);
    assertThat(options.toJson().encode()).contains(TestIssuer.SECRET);
    assertThat(options.keys().toString()).contains("HS256").doesNotContain(TestIssuer.SECRET);
  }

  /** Otherwise foreign pages might use the cookies of a client. */
  @Test
  void headersAreTheSameInAnyCase() {
    Vertx vertx = Vertx.vertx();
    try {
      JsonObject json = new JsonObject().put("headers", new JsonArray().add("X-Key").add("COOKIE"));
      HookOptions options = new HookOptions(json);
      assertThat(options.headers()).containsExactly("x-key", "cookie");
      assertThat(new HookAuthenticator(vertx, "http://localhost/", options).usesCookies()).isTrue();
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> new HookOptions(new JsonObject().put("headers", new JsonArray().add("Host"))))
          .withMessageContaining("headers");
    } finally {
      vertx.close().await();
    }
  }
}
