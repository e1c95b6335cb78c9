package io.millrace.auth;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Client;
import io.millrace.MillraceException;
import io.millrace.tck.TestKey;
import io.millrace.testing.LogWatch;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PfxOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests keys that an issuer publishes. */
class JwksTest {

  private final TestIssuer first = TestIssuer.of("ES256", "first");
  private final TestIssuer second = TestIssuer.of("ES256", "second");
  private final Vertx vertx = Vertx.vertx();
  private final TestServer server = new TestServer(TestServer.jwks(first));

  @AfterEach
  void close() {
    server.close();
    vertx.close().await();
  }

  private JwtAuthenticator authenticator() {
    return new JwtAuthenticator(vertx, options());
  }

  private JwtOptions options() {
    return new JwtOptions()
        .setJwks(server.url())
        .setJwksPause(Duration.ofMillis(10))
        .setJwksTimeout(Duration.ofSeconds(30));
  }

  private static MillraceException refusal(Future<Client> answer) {
    return (MillraceException)
        answer.transform(result -> Future.<Throwable>succeededFuture(result.cause())).await();
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "PS384", "ES256", "ES384", "ES512", "EdDSA"})
  void aPublishedKeyOfEachKindVerifies(String algorithm) {
    TestIssuer issuer = TestIssuer.of(algorithm, "k");
    JsonObject bare = issuer.jwk();
    if (!algorithm.equals("PS384")) {
      bare.remove("alg"); // It follows from the key.
    }
    server.answers.set(TestServer.json(new JsonObject().put("keys", new JsonArray().add(bare))));
    assertThat(authenticator().authenticate(issuer.token("ann")).await().user()).contains("ann");
  }

  @Test
  void theFirstTokenWaitsForTheKeysAndLaterOnesDoNot() {
    JwtAuthenticator authenticator = authenticator();
    authenticator.authenticate(first.token("ann")).await();
    int fetched = server.requests.size();
    for (int i = 0; i < 100; i++) {
      assertThat(authenticator.authenticate(first.token("user" + i)).succeeded()).isTrue();
    }
    assertThat(server.requests).hasSize(fetched);
  }

  @Test
  void aNewKeyIsFoundWhenATokenNamesItAndAnOldOneIsForgotten() {
    JwtAuthenticator authenticator = authenticator();
    String old = first.token("ann");
    authenticator.authenticate(old).await();

    server.answers.set(TestServer.jwks(second));
    assertThat(authenticator.authenticate(second.token("bob")).await().user()).contains("bob");
    MillraceException refused = refusal(authenticator.authenticate(old));
    assertThat(refused.code()).isEqualTo(MillraceException.Code.UNAUTHORIZED);
    assertThat(refused).hasMessageContaining("not known");
  }

  @Test
  void keysAreFetchedAgainFromTimeToTime() {
    String old = first.token("ann");
    JwtAuthenticator authenticator =
        new JwtAuthenticator(vertx, options().setJwksRefresh(Duration.ofSeconds(1)));
    authenticator.authenticate(old).await();
    server.answers.set(TestServer.jwks(second));
    await().until(() -> authenticator.authenticate(second.token("bob")).succeeded());
    assertThat(refusal(authenticator.authenticate(old)).code())
        .isEqualTo(MillraceException.Code.UNAUTHORIZED);
  }

  @Test
  void howeverManyKeysAreNamedTheIssuerIsAskedRarely() {
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      JsonObject header = new JsonObject().put("alg", "ES256").put("kid", "unknown" + i);
      tokens.add(first.token(header, TestIssuer.claims("eve")));
    }
    String good = second.token("bob");
    JwtAuthenticator authenticator =
        new JwtAuthenticator(vertx, options().setJwksPause(Duration.ofSeconds(3)));
    authenticator.authenticate(first.token("ann")).await();
    int before = server.requests.size();
    server.answers.set(TestServer.jwks(first, second));
    List<Future<Client>> answers =
        new ArrayList<>(tokens.stream().map(authenticator::authenticate).toList());
    Future<Client> bob = authenticator.authenticate(good);
    for (Future<Client> answer : answers) {
      assertThat(refusal(answer).code()).isEqualTo(MillraceException.Code.UNAUTHORIZED);
    }
    // Whoever named a good key among all these is let in, by the same fetch.
    assertThat(bob.await().user()).contains("bob");
    assertThat(server.requests.size() - before).isOne();
  }

  @Test
  void whileTheIssuerIsDownItsKeysCountAndOthersAreTriedLater() {
    JwtAuthenticator authenticator = authenticator();
    authenticator.authenticate(first.token("ann")).await();
    server.close();

    assertThat(authenticator.authenticate(first.token("bob")).succeeded()).isTrue();
    MillraceException refused = refusal(authenticator.authenticate(second.token("bob")));
    assertThat(refused.code()).isEqualTo(MillraceException.Code.UNAVAILABLE);
    assertThat(refused.retryable()).isTrue();
    refusal(authenticator.authenticate(second.token("bob")));
    assertThat(authenticator.authenticate(first.token("cid")).succeeded()).isTrue();
  }

  @Test
  void anAnswerWithoutKeysMeansTryAgain() {
    List<Consumer<HttpServerRequest>> bad =
        List.of(
            TestServer.status(500),
            request -> request.response().setStatusCode(302).putHeader("Location", "/").end(),
            request -> request.response().end("<html>"),
            request -> request.response().end("[]"),
            request -> request.response().end("{\"keys\":7}"),
            request -> request.response().end("x".repeat(300 << 10)),
            request -> request.connection().close());
    for (Consumer<HttpServerRequest> answer : bad) {
      server.answers.set(answer);
      JwtAuthenticator authenticator = authenticator();
      assertThat(refusal(authenticator.authenticate(first.token("ann"))).code())
          .isEqualTo(MillraceException.Code.UNAVAILABLE);
      server.answers.set(TestServer.jwks(first));
      assertThat(authenticator.authenticate(first.token("ann")).await().user()).contains("ann");
    }
  }

  @Test
  void aServerThatDoesNotAnswerMakesNobodyWaitForLong() {
    server.answers.set(TestServer.nothing());
    JwtOptions options = options().setJwksTimeout(Duration.ofMillis(200));
    assertThat(
            refusal(new JwtAuthenticator(vertx, options).authenticate(first.token("ann"))).code())
        .isEqualTo(MillraceException.Code.UNAVAILABLE);
  }

  @Test
  void keysComeOverTlsFromAServerThatIsTrustedAlone() {
    PfxOptions key = TestKey.forLocalhost();
    String token = first.token("ann");
    try (TestServer tls =
            new TestServer(
                TestServer.jwks(first),
                new HttpServerOptions().setSsl(true).setKeyCertOptions(key));
        LogWatch log = new LogWatch()) {
      JwtOptions options = options().setJwks(tls.url());
      assertThat(refusal(new JwtAuthenticator(vertx, options).authenticate(token)).code())
          .isEqualTo(MillraceException.Code.UNAVAILABLE);
      assertThat(log.lines())
          .anyMatch(line -> line.contains("JWK set") && line.contains("certification path"));
      options.setHttp(new HttpClientOptions().setTrustOptions(key));
      assertThat(new JwtAuthenticator(vertx, options).authenticate(token).await().user())
          .contains("ann");
    }
  }

  /** A secret that is published is none, and Vert.x without a key accepts what is not signed. */
  @Test
  void onlyPublicKeysForSignaturesAreTaken() {
    JsonObject secret =
        new JsonObject()
            .put("kty", "oct")
            .put("kid", "h")
            .put("alg", "HS256")
            .put("k", TestIssuer.SECRET);
    JsonObject encryption = second.jwk().put("use", "enc");
    JsonObject broken = second.jwk().put("kid", "broken").put("x", "AAAA");
    server.answers.set(
        TestServer.json(
            new JsonObject()
                .put(
                    "keys",
                    new JsonArray()
                        .add(secret)
                        .add(encryption)
                        .add(broken)
                        .addNull()
                        .add(7)
                        .add(first.jwk()))));
    JwtAuthenticator authenticator = authenticator();
    authenticator.authenticate(first.token("ann")).await();
    for (String token :
        List.of(
            TestIssuer.of("HS256", "h").token("eve"),
            second.token("eve"),
            second.token(
                new JsonObject().put("alg", "ES256").put("kid", "broken"),
                TestIssuer.claims("eve")))) {
      assertThat(refusal(authenticator.authenticate(token)).code())
          .isEqualTo(MillraceException.Code.UNAUTHORIZED);
    }
  }
}
