package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Entry;
import io.vertx.core.json.JsonObject;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignInTest {

  private final Visitor ada = new Visitor();
  private final Visitor other = new Visitor();
  private DemoServer server;

  @BeforeEach
  void start() {
    server = BrowserTest.start(0);
  }

  @AfterEach
  void stop() {
    server.close().await();
  }

  /** Somebody with a browser that keeps cookies. */
  private final class Visitor {

    private final HttpClient client =
        HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

    private HttpRequest.Builder request(String path) {
      return HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body, String... headers) throws Exception {
      HttpRequest.Builder request = request(path).POST(HttpRequest.BodyPublishers.ofString(body));
      request.header("Content-Type", "application/json");
      for (int i = 0; i < headers.length; i += 2) {
        request.setHeader(headers[i], headers[i + 1]);
      }
      return send(request);
    }

    HttpResponse<String> signIn(String name) throws Exception {
      return post("/sign-in", new JsonObject().put("name", name).encode());
    }

    /** Signs in through a proxy. */
    HttpResponse<String> signInFrom(String name, String forwarded) throws Exception {
      return send(signInRequest(name, forwarded));
    }

    HttpRequest.Builder signInRequest(String name, String forwarded) {
      String body = new JsonObject().put("name", name).encode();
      return request("/sign-in")
          .POST(HttpRequest.BodyPublishers.ofString(body))
          .header("Content-Type", "application/json")
          .header("X-Forwarded-For", forwarded);
    }

    void signOut() throws Exception {
      assertThat(post("/sign-out", "{}").statusCode()).isEqualTo(204);
    }

    String me() throws Exception {
      return send(request("/me")).body();
    }

    void publish(String words) throws Exception {
      JsonObject message =
          new JsonObject()
              .put("channel", "chat.lobby")
              .put("data", new JsonObject().put("name", "Bo").put("text", words))
              .put("from", "Bo");
      assertThat(post("/live/publish", message.encode()).statusCode()).isEqualTo(200);
    }
  }

  private static JsonObject problem(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
    return new JsonObject(answer.body());
  }

  private List<String> senders() {
    List<Entry> entries = server.millrace().channel("chat.lobby").history(100).await();
    return entries.stream().map(entry -> entry.message().from().orElse("-")).toList();
  }

  @Test
  void aNameIsEnough() throws Exception {
    HttpResponse<String> answer = ada.signIn(" Ada ");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"name\":\"Ada\"}");
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
        .contains("HTTPOnly", "SameSite=Lax", "Path=/")
        .doesNotContain("Secure");
    assertThat(ada.me()).isEqualTo("{\"name\":\"Ada\"}");
    assertThat(other.me()).isEqualTo("{}");
  }

  @Test
  void aNameBelongsToOneVisitorUntilItIsGivenBack() throws Exception {
    ada.signIn("Ada");
    assertThat(problem(other.signIn("ADA"), 409).getString("detail")).contains("ADA", "another");
    assertThat(other.me()).isEqualTo("{}");
    assertThat(ada.signIn("ada").body()).isEqualTo("{\"name\":\"Ada\"}");

    ada.signIn("Adele");
    assertThat(ada.me()).isEqualTo("{\"name\":\"Adele\"}");
    assertThat(other.signIn("ADA").body()).isEqualTo("{\"name\":\"ADA\"}");

    other.signOut();
    assertThat(other.me()).isEqualTo("{}");
    assertThat(ada.signIn("Ada").body()).isEqualTo("{\"name\":\"Ada\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{}", "[]", "x", "{\"name\":1}", "{\"name\":null}", "{\"name\":\"\\u200b\"}"})
  void whatNamesNobodyIsABadRequest(String body) throws Exception {
    assertThat(problem(ada.post("/sign-in", body), 400).getString("detail")).contains("1 to 40");
    assertThat(ada.me()).isEqualTo("{}");
  }

  @Test
  void aNameIsNotTooLong() throws Exception {
    problem(ada.signIn("x".repeat(41)), 400);
    assertThat(ada.signIn("x".repeat(40)).statusCode()).isEqualTo(200);
    assertThat(other.signIn("x".repeat(2000)).statusCode()).isEqualTo(413);
  }

  @Test
  void oneAddressDoesNotTakeAllNames() throws Exception {
    server.close().await();
    List<String> proxies = List.of("127.0.0.1", "::1", "192.0.2.80");
    server =
        DemoServer.start(new DemoOptions(0, 1, List.of(), proxies, BrokerChoice.MEMORY)).await();
    ada.signInFrom("Ada", "2001:db8::1");
    HttpClient crowd = HttpClient.newHttpClient(); // It keeps no cookies.
    for (int i = 1; i < Names.MAX_AT_ADDRESS; i++) {
      HttpRequest.Builder request = other.signInRequest("name " + i, "203.0.113.9, 2001:db8::2");
      assertThat(crowd.send(request.build(), BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
    HttpResponse<String> refused = other.signInFrom("Bo", "2001:db8::3, 192.0.2.80");
    assertThat(problem(refused, 429).getString("detail")).contains("your address");
    assertThat(refused.headers().firstValue("Retry-After")).contains("60");
    assertThat(other.signInFrom("Bo", "192.0.2.1").statusCode()).isEqualTo(200);
    assertThat(ada.signInFrom("Adele", "2001:db8::1").statusCode()).as("instead").isEqualTo(200);
    assertThat(new Visitor().signInFrom("Cy", "2001:db8::4").statusCode()).isEqualTo(429);
    ada.signOut();
    assertThat(new Visitor().signInFrom("Cy", "2001:db8::4").statusCode()).isEqualTo(200);
  }

  @Test
  void whatVisitorsSayOfTheirAddressIsNotBelieved() throws Exception {
    HttpClient crowd = HttpClient.newHttpClient();
    int status = 200;
    for (int i = 0; i <= Names.MAX_AT_ADDRESS; i++) {
      assertThat(status).isEqualTo(200);
      HttpRequest.Builder request = other.signInRequest("name " + i, "192.0.2." + i);
      status = crowd.send(request.build(), BodyHandlers.ofString()).statusCode();
    }
    assertThat(status).isEqualTo(429);
  }

  @Test
  void onlyPagesOfThisServerSignAnybodyInOrOut() throws Exception {
    String name = "{\"name\":\"Ada\"}";
    problem(ada.post("/sign-in", name, "Origin", "https://evil.example"), 403);
    problem(ada.post("/sign-in", name, "Content-Type", "text/plain"), 415);
    ada.signIn("Ada");
    problem(ada.post("/sign-out", "{}", "Origin", "https://evil.example"), 403);
    assertThat(ada.me()).isEqualTo(name);
  }

  /** Also a visitor who sends a cookie that this server has not given. */
  @Test
  void whoDoesNotSignInHasNoSession() throws Exception {
    for (String path : List.of("/", "/chat", "/me", "/live/poll?channels=chat.lobby")) {
      HttpRequest.Builder request = other.request(path);
      assertThat(other.send(request).headers().firstValue("Set-Cookie")).as(path).isEmpty();
      request.header("Cookie", "vertx-web.session=" + "0".repeat(32));
      assertThat(other.send(request).headers().firstValue("Set-Cookie")).as(path).isEmpty();
    }
    other.signOut();
  }

  @Test
  void messagesSayWhoHasSentThemAndNobodySpeaksAsAnother() throws Exception {
    ada.signIn("Ada");
    ada.publish("as Ada");
    other.publish("as nobody");
    ada.signOut();
    ada.publish("as nobody again");
    assertThat(senders()).containsExactly("Ada", "-", "-");
  }
}
