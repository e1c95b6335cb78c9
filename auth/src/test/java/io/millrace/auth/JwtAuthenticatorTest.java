package io.millrace.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.Client;
import io.millrace.MillraceException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which tokens are accepted, and what a client is after that. */
class JwtAuthenticatorTest {

  private static final Vertx VERTX = Vertx.vertx();
  private static final TestIssuer RSA = TestIssuer.of("RS256", "r");
  private static final TestIssuer HMAC = TestIssuer.of("HS256", "h");

  @AfterAll
  static void close() {
    VERTX.close().await();
  }

  private static JwtAuthenticator accepting(TestIssuer issuer) {
    return new JwtAuthenticator(VERTX, issuer.accepted());
  }

  /** Says why a token is refused. */
  private static String refusal(JwtAuthenticator authenticator, String token) {
    Future<Client> refused = authenticator.authenticate(token);
    assertThat(refused.failed()).isTrue();
    assertThat(refused.cause()).isInstanceOf(MillraceException.class);
    assertThat(refused.cause().getCause()).isNull();
    assertThat(((MillraceException) refused.cause()).code())
        .isEqualTo(MillraceException.Code.UNAUTHORIZED);
    for (String part : token.split("\\.", -1)) {
      if (part.length() > 10) {
        assertThat(refused.cause().getMessage()).doesNotContain(part);
      }
    }
    return refused.cause().getMessage();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
        "ES384", "ES512", "EdDSA"
      })
  void aTokenOfEachAlgorithmIsAcceptedAndOneOfAnotherKeyIsNot(String algorithm) {
    TestIssuer issuer = TestIssuer.of(algorithm, "k");
    JwtAuthenticator authenticator = accepting(issuer);
    Client client = authenticator.authenticate(issuer.token("ann")).await();
    assertThat(client.user()).contains("ann");

    String[] parts = issuer.token("ann").split("\\.", -1);
    String changed = parts[0] + "." + TestIssuer.text(TestIssuer.claims("eve")) + "." + parts[2];
    assertThat(refusal(authenticator, changed)).contains("signature is not valid");
    if (!algorithm.startsWith("HS")) {
      TestIssuer other = TestIssuer.of(algorithm, "k");
      assertThat(refusal(authenticator, other.token("ann"))).contains("signature is not valid");
    }
  }

  @Test
  void timesAndClaimsBecomeThoseOfTheClient() {
    JsonObject claims =
        new JsonObject()
            .put("sub", "ann")
            .put("iat", 1_700_000_000)
            .put("exp", 4_000_000_000.5)
            .put("roles", new JsonArray().add("admin"))
            .put("secret", "not asked for");
    Client client =
        new JwtAuthenticator(VERTX, RSA.accepted().setAttributeClaims("roles", "absent"))
            .authenticate(RSA.token(claims))
            .await();
    assertThat(client.expires()).contains(Instant.ofEpochMilli(4_000_000_000_500L));
    assertThat(client.issued()).isEqualTo(Instant.ofEpochSecond(1_700_000_000));
    assertThat(client.attributes()).isEqualTo(Map.of("roles", List.of("admin")));
  }

  /** Otherwise each attach would make it young again, and a revocation would not count. */
  @Test
  void aTokenWithoutTimeIsAsOldAsCanBe() {
    Client client =
        accepting(RSA).authenticate(RSA.token(new JsonObject().put("sub", "ann"))).await();
    assertThat(client.issued()).isEqualTo(Instant.EPOCH);
    assertThat(client.expires()).isEmpty();
  }

  @Test
  void anotherClaimCanBeTheUser() {
    JwtAuthenticator authenticator =
        new JwtAuthenticator(VERTX, RSA.accepted().setUserClaim("uid"));
    assertThat(
            authenticator.authenticate(RSA.token(new JsonObject().put("uid", 17))).await().user())
        .contains("17");
    assertThat(refusal(authenticator, RSA.token("ann"))).contains("no claim uid");
  }

  @Test
  void aTokenThatSaysItIsUnsignedIsRefused() {
    JsonObject none = new JsonObject().put("alg", "none");
    String unsigned = TestIssuer.text(none) + "." + TestIssuer.text(TestIssuer.claims("eve")) + ".";
    assertThat(refusal(accepting(RSA), unsigned)).contains("not a signed");
    assertThat(refusal(accepting(RSA), unsigned + "AAAA")).contains("algorithm is not accepted");
    assertThat(refusal(accepting(RSA), unsigned.substring(0, unsigned.length() - 1)))
        .contains("not a signed");
  }

  /** The public key is known to everyone. It must not become a secret. */
  @Test
  void aPublicKeyIsNeverUsedAsASecret() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JwtOptions().addSecret("HS256", RSA.pem()))
        .withMessageContaining("no secret");
    // Signed with a secret, and says so, or says that it is signed with the key of the server.
    JsonObject header = new JsonObject().put("alg", "RS256");
    assertThat(refusal(accepting(RSA), HMAC.token("eve"))).contains("key that signed");
    assertThat(refusal(accepting(RSA), HMAC.token(header, TestIssuer.claims("eve"))))
        .contains("signature is not valid");
    assertThat(refusal(accepting(HMAC), RSA.token("eve"))).contains("key that signed");
  }

  @Test
  void onlyTheAlgorithmsThatAreAllowedAreAccepted() {
    JwtAuthenticator authenticator =
        new JwtAuthenticator(
            VERTX, HMAC.accepted().addPublicKey("RS256", RSA.pem()).setAlgorithms("RS256"));
    assertThat(authenticator.authenticate(RSA.token("ann")).succeeded()).isTrue();
    assertThat(refusal(authenticator, HMAC.token("ann"))).contains("algorithm is not accepted");
  }

  @Test
  void timesAreChecked() {
    long now = Instant.now().getEpochSecond();
    JsonObject expired = TestIssuer.claims("ann").put("exp", now - 5);
    JsonObject early = TestIssuer.claims("ann").put("nbf", now + 5);
    JwtAuthenticator strict = accepting(RSA);
    assertThat(refusal(strict, RSA.token(expired))).contains("has expired");
    assertThat(refusal(strict, RSA.token(early))).contains("not valid yet");
    assertThat(refusal(strict, RSA.token(TestIssuer.claims("ann").put("nbf", "x"))))
        .contains("times cannot be read");

    JwtAuthenticator generous =
        new JwtAuthenticator(VERTX, RSA.accepted().setLeeway(Duration.ofMinutes(1)));
    assertThat(generous.authenticate(RSA.token(early)).succeeded()).isTrue();
    Client client = generous.authenticate(RSA.token(expired)).await();
    assertThat(client.expires()).contains(Instant.ofEpochSecond(now - 5 + 60));
  }

  @Test
  void aTokenThatIsRememberedExpiresToo() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    Clock clock =
        new Clock() {
          @Override
          public ZoneOffset getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            return now.get();
          }
        };
    JwtAuthenticator authenticator = new JwtAuthenticator(VERTX, RSA.accepted(), clock);
    String token = RSA.token("ann");
    Client first = authenticator.authenticate(token).await();
    assertThat(authenticator.authenticate(token).await()).isSameAs(first);
    now.set(now.get().plusSeconds(3601));
    assertThat(refusal(authenticator, token)).contains("has expired");
  }

  @Test
  void issuerAndAudienceAreChecked() {
    JwtAuthenticator authenticator =
        new JwtAuthenticator(VERTX, RSA.accepted().setIssuer("https://id/").setAudience("chat"));
    JsonObject claims = TestIssuer.claims("ann").put("iss", "https://id/");
    JsonObject good = claims.copy().put("aud", new JsonArray().add("a").add("chat"));
    assertThat(authenticator.authenticate(RSA.token(good)).succeeded()).isTrue();
    assertThat(authenticator.authenticate(RSA.token(claims.copy().put("aud", "chat"))).succeeded())
        .isTrue();
    assertThat(refusal(authenticator, RSA.token(claims))).contains("another audience");
    assertThat(refusal(authenticator, RSA.token(claims.copy().put("aud", "mail"))))
        .contains("another audience");
    assertThat(refusal(authenticator, RSA.token(good.copy().put("iss", "https://id.evil/"))))
        .contains("another issuer");
  }

  @Test
  void anExtensionThatIsNotKnownIsRefused() {
    JsonObject header =
        new JsonObject().put("alg", "RS256").put("crit", new JsonArray().add("b64"));
    assertThat(refusal(accepting(RSA), RSA.token(header, TestIssuer.claims("ann"))))
        .contains("header cannot be read");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "e30.e30.e30",
        "bm90IGpzb24.e30.e30",
        "é.é.é",
        "W10.e30.AA"
      })
  void garbageIsRefused(String token) {
    assertThat(refusal(accepting(RSA), token)).startsWith("The token");
  }

  @Test
  void claimsThatAreNoObjectAreRefused() {
    String header = TestIssuer.text(new JsonObject().put("alg", "RS256"));
    assertThat(refusal(accepting(RSA), RSA.signed(header + ".W10"))).contains("The token");
    assertThat(refusal(accepting(RSA), RSA.token(TestIssuer.claims("ann").put("exp", "soon"))))
        .contains("The token");
    assertThat(refusal(accepting(RSA), RSA.token(TestIssuer.claims("\u0000"))))
        .contains("sub is no user");
  }

  @Test
  void aHugeTokenIsRefusedUnread() {
    JsonObject claims = TestIssuer.claims("ann").put("x", "x".repeat(8 << 10));
    assertThat(refusal(accepting(RSA), RSA.token(claims))).contains("longer than 8192");
  }

  /** Each verification takes time on the event loop, and anybody can ask for it. */
  @ParameterizedTest
  @ValueSource(strings = {"RS256", "ES256", "EdDSA"})
  void aTokenCostsOneVerificationEvenIfItNamesNoKey(String algorithm) {
    TestIssuer first = TestIssuer.of(algorithm, "first");
    TestIssuer second = TestIssuer.of(algorithm, "second");
    JwtAuthenticator authenticator =
        new JwtAuthenticator(
            VERTX,
            new JwtOptions()
                .addPublicKey(algorithm, first.pem(), "first")
                .addPublicKey(algorithm, second.pem(), "second"));
    for (TestIssuer issuer : List.of(first, second)) {
      assertThat(authenticator.authenticate(issuer.token("ann")).succeeded()).isTrue();
      assertThat(refusal(authenticator, nameless(issuer))).contains("must say which key");
    }
    assertThat(refusal(authenticator, named(first, "second"))).contains("signature is not valid");
    assertThat(refusal(authenticator, named(first, "third"))).contains("key that signed");
  }

  private static String nameless(TestIssuer issuer) {
    return issuer.token(new JsonObject().put("alg", issuer.algorithm()), TestIssuer.claims("ann"));
  }

  private static String named(TestIssuer issuer, String key) {
    return issuer.token(
        new JsonObject().put("alg", issuer.algorithm()).put("kid", key), TestIssuer.claims("ann"));
  }

  @Test
  void aTokenThatNamesNoKeyIsVerifiedWithTheOneThatHasNoIdOrIsAlone() {
    TestIssuer other = TestIssuer.of("RS256", "other");
    JwtAuthenticator alone =
        new JwtAuthenticator(VERTX, new JwtOptions().addPublicKey("RS256", RSA.pem(), "r"));
    assertThat(alone.authenticate(nameless(RSA)).succeeded()).isTrue();
    JwtAuthenticator both =
        new JwtAuthenticator(VERTX, RSA.accepted().addPublicKey("RS256", other.pem(), "other"));
    assertThat(both.authenticate(nameless(RSA)).succeeded()).isTrue();
    assertThat(both.authenticate(named(RSA, "any")).succeeded()).isTrue();
    assertThat(both.authenticate(other.token("ann")).succeeded()).isTrue();
  }

  /** Two keys with one id could make a token cost two verifications. */
  @Test
  void ofTwoKeysWithTheSameIdTheFirstCounts() {
    TestIssuer other = TestIssuer.of("RS256", "r");
    JwtAuthenticator authenticator =
        new JwtAuthenticator(
            VERTX,
            new JwtOptions()
                .addPublicKey("RS256", RSA.pem(), "r")
                .addPublicKey("RS256", other.pem(), "r"));
    assertThat(authenticator.authenticate(RSA.token("ann")).succeeded()).isTrue();
    assertThat(refusal(authenticator, other.token("ann"))).contains("signature is not valid");
  }

  /** They are replaced one after the other, and few issuers name them. */
  @Test
  void secretsThatTokensDoNotNameAreTriedInTurn() {
    JwtAuthenticator authenticator =
        new JwtAuthenticator(
            VERTX,
            new JwtOptions()
                .addSecret("HS256", "o".repeat(32))
                .addSecret("HS256", TestIssuer.SECRET));
    assertThat(authenticator.authenticate(HMAC.token("ann")).succeeded()).isTrue();
    assertThat(authenticator.authenticate(nameless(HMAC)).succeeded()).isTrue();
    JwtAuthenticator named =
        new JwtAuthenticator(
            VERTX, new JwtOptions().addSecret("HS256", TestIssuer.SECRET, "another"));
    assertThat(refusal(named, HMAC.token("ann"))).contains("key that signed");
  }

  @Test
  void whatIsNoKeyIsRefusedAtTheStart() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JwtAuthenticator(VERTX, new JwtOptions()))
        .withMessageContaining("Add a secret");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JwtOptions().addSecret("HS256", "short"))
        .withMessageContaining("at least 32 bytes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JwtOptions().addSecret("none", "s".repeat(64)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JwtOptions().addPublicKey("HS256", RSA.pem()));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new JwtAuthenticator(VERTX, new JwtOptions().addPublicKey("ES256", RSA.pem())))
        .withMessageContaining("no PEM");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new JwtOptions()
                    .addPublicKey("RS256", RSA.pem().replace("PUBLIC KEY", "PRIVATE KEY")))
        .withMessageContaining("private key");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JwtOptions().setJwks("file:///etc/keys"));
    assertThatIllegalArgumentException().isThrownBy(() -> new JwtOptions().setAlgorithms("none"));
  }
}
