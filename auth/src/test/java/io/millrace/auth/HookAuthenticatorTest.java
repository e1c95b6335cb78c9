package io.millrace.auth;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.Client;
import io.millrace.MillraceException;
import io.millrace.MillraceException.Code;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests an application that is asked who clients are, and what becomes of clients if it fails. */
class HookAuthenticatorTest {

  private final TestServer application = new TestServer(HookAuthenticatorTest::answer);
  private final AtomicReference<HookAuthenticator> hook = new AtomicReference<>();
  private LiveServer server =
      serving(new HookOptions().setTimeout(Duration.ofSeconds(30)).setCacheTime(Duration.ZERO));

  private LiveServer serving(HookOptions options) {
    return new LiveServer(
        vertx -> {
          hook.set(new HookAuthenticator(vertx, application.url(), options));
          return hook.get();
        });
  }

  private void serveWith(HookOptions options) {
    server.close();
    server = serving(options);
  }

  @AfterEach
  void close() {
    server.close();
    application.close();
  }

  /** The user's name is the session, or the token. */
  private static void answer(HttpServerRequest request) {
    String cookie = request.getHeader("Cookie");
    String user =
        cookie == null
            ? request.getHeader("Authorization").substring("Bearer ".length())
            : cookie.substring("session=".length());
    request.response().end(new JsonObject().put("user", user).encode());
  }

  private int status(String channel, String session) {
    return server.get("/live?channels=" + channel, "Cookie", "session=" + session).statusCode();
  }

  private static MillraceException refusal(Future<Client> answer) {
    return (MillraceException)
        answer.transform(result -> Future.<Throwable>succeededFuture(result.cause())).await();
  }

  @Test
  void theApplicationSaysWhoComes() {
    assertThat(status("user.ann", "ann")).isEqualTo(200);
    assertThat(status("user.ann", "bob")).isEqualTo(403);
    assertThat(server.read("user.ann", "ann").statusCode()).isEqualTo(200);
    assertThat(server.get("/live?channels=news", "Cookie", "session=ann").statusCode())
        .isEqualTo(200);
    HttpServerRequest seen = application.requests.get(0);
    assertThat(seen.method().name()).isEqualTo("GET");
    assertThat(seen.uri()).isEqualTo("/it");
    assertThat(seen.getHeader("Accept")).isEqualTo("application/json");
  }

  @Test
  void itIsNotAskedAboutARequestWithoutCredentials() {
    assertThat(server.get("/live?channels=news").statusCode()).isEqualTo(200);
    assertThat(application.requests).isEmpty();
    serveWith(new HookOptions().setRequired(true));
    assertThat(server.get("/live?channels=news").statusCode()).isEqualTo(401);
    assertThat(application.requests).isEmpty();
  }

  @Test
  void itSeesTheHeadersThatAreChosenAndNoOthers() {
    serveWith(new HookOptions().setHeaders("X-Key"));
    application.answers.set(TestServer.json(new JsonObject().put("user", "ann")));
    assertThat(
            server
                .get("/live?channels=user.ann", "X-Key", "1", "Cookie", "a=b", "X-Other", "2")
                .statusCode())
        .isEqualTo(200);
    assertThat(application.requests.get(0).headers().names())
        .contains("x-key")
        .doesNotContain("cookie", "Cookie", "X-Other", "x-other");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HookOptions().setHeaders("Cookie", "Host"));
  }

  @Test
  void whatItSaysBecomesTheClient() {
    Instant expires = Instant.ofEpochMilli(4_000_000_000_000L);
    application.answers.set(
        TestServer.json(
            new JsonObject()
                .put("user", "ann")
                .put("expires", expires.toEpochMilli())
                .put("attributes", new JsonObject().put("team", "red"))));
    Client client = hook.get().authenticate("t").await();
    assertThat(client.user()).contains("ann");
    assertThat(client.expires()).contains(expires);
    assertThat(client.attributes()).isEqualTo(Map.of("team", "red"));

    application.answers.set(TestServer.json(new JsonObject()));
    assertThat(hook.get().authenticate("t").await().user()).isEmpty();
  }

  @Test
  void itMayRefuse() {
    application.answers.set(TestServer.status(401));
    assertThat(refusal(hook.get().authenticate("t")).code()).isEqualTo(Code.UNAUTHORIZED);
    assertThat(status("news", "ann")).isEqualTo(401);
    application.answers.set(TestServer.status(403));
    assertThat(refusal(hook.get().authenticate("t")).code()).isEqualTo(Code.FORBIDDEN);
    // However often it does that, it is asked.
    for (int i = 0; i < 20; i++) {
      refusal(hook.get().authenticate("t" + i));
    }
    application.answers.set(HookAuthenticatorTest::answer);
    assertThat(hook.get().authenticate("ann").await().user()).contains("ann");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>",
        "[]",
        "null",
        "{\"user\":7}",
        "{\"user\":{}}",
        "{\"user\":\"\"}",
        "{\"user\":\"a\",\"expires\":\"soon\"}",
        "{\"user\":\"a\",\"attributes\":{\"x\":null}}",
        "{\"user\":\"a\",\"attributes\":[]}"
      })
  void garbageMeansTryAgain(String body) {
    application.answers.set(request -> request.response().end(body));
    assertThat(refusal(hook.get().authenticate("t")).code()).isEqualTo(Code.UNAVAILABLE);
  }

  @Test
  void aRedirectIsNotFollowedAndAHugeAnswerNotRead() {
    application.answers.set(
        request ->
            request.response().setStatusCode(302).putHeader("Location", application.url()).end());
    assertThat(refusal(hook.get().authenticate("t")).code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(application.requests).hasSize(1);

    application.answers.set(
        request -> {
          request.response().setChunked(true);
          request.response().write("x".repeat(1 << 20));
        });
    assertThat(refusal(hook.get().authenticate("t")).code()).isEqualTo(Code.UNAVAILABLE);
    application.answers.set(request -> request.connection().close());
    assertThat(refusal(hook.get().authenticate("t")).code()).isEqualTo(Code.UNAVAILABLE);
  }

  @Test
  void anApplicationThatIsSlowOrDownMeansTryAgain() {
    serveWith(new HookOptions().setTimeout(Duration.ofMillis(200)));
    application.answers.set(TestServer.nothing());
    assertThat(status("news", "ann")).isEqualTo(503);
    application.close();
    assertThat(status("news", "ann")).isEqualTo(503);
    assertThat(server.get("/live?channels=news").statusCode()).isEqualTo(200);
  }

  @Test
  void anApplicationThatFailsIsLeftAloneAndThenTriedAgain() {
    serveWith(
        new HookOptions()
            .setTimeout(Duration.ofSeconds(30))
            .setMostFailures(3)
            .setRecovery(Duration.ofSeconds(2))
            .setCacheTime(Duration.ZERO));
    application.answers.set(TestServer.status(500));
    for (int i = 0; i < 50; i++) {
      assertThat(refusal(hook.get().authenticate("t" + i)).code()).isEqualTo(Code.UNAVAILABLE);
    }
    assertThat(application.requests).hasSizeLessThan(10);
    application.answers.set(HookAuthenticatorTest::answer);
    await()
        .until(
            () ->
                hook.get()
                    .authenticate("ann")
                    .transform(Future::succeededFuture)
                    .await()
                    .succeeded());
    assertThat(hook.get().authenticate("bob").await().user()).contains("bob");
  }

  @Test
  void aFloodIsBoundedAndWhoIsTooManyTriesAgain() {
    serveWith(
        new HookOptions()
            .setConcurrency(2)
            .setQueue(10)
            .setTimeout(Duration.ofSeconds(30))
            .setCacheTime(Duration.ZERO));
    List<HttpServerRequest> held = new CopyOnWriteArrayList<>();
    application.answers.set(held::add);
    List<Future<Client>> all = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      all.add(hook.get().authenticate("user" + i));
    }
    // Those that are too many are refused while the others still wait.
    await().until(() -> all.stream().filter(Future::isComplete).count() == 488);
    assertThat(held).hasSizeLessThanOrEqualTo(2);
    assertThat(all.stream().filter(Future::isComplete))
        .allSatisfy(each -> assertThat(refusal(each).code()).isEqualTo(Code.UNAVAILABLE));
    application.answers.set(HookAuthenticatorTest::answer);
    held.forEach(HookAuthenticatorTest::answer);
    await().until(() -> all.stream().filter(Future::succeeded).count() == 12);
    // None of this was a failure of the application.
    assertThat(hook.get().authenticate("ann").await().user()).contains("ann");
  }

  @Test
  void manyConnectionsOfOneClientAskOnce() {
    serveWith(
        new HookOptions().setTimeout(Duration.ofSeconds(30)).setCacheTime(Duration.ofMinutes(5)));
    List<Future<Client>> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(hook.get().authenticate("ann"));
    }
    Future.all(all).await();
    assertThat(hook.get().authenticate("ann").succeeded()).isTrue();
    assertThat(application.requests).hasSize(1);
    assertThat(status("user.ann", "ann")).isEqualTo(200);
    assertThat(application.requests).hasSize(2);
  }

  @Test
  void aTokenCannotBecomeAnotherHeader() {
    for (String token : List.of("a\r\nX-User: b", "a b", "é", "", "x".repeat(9000))) {
      assertThat(refusal(hook.get().authenticate(token)).code())
          .as(token)
          .isEqualTo(Code.UNAUTHORIZED);
    }
    assertThat(application.requests).isEmpty();
  }
}
