package io.millrace.auth;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.Authenticator;
import io.millrace.testing.LogWatch;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests how tokens come to a node, and that they stay there. */
class TokensOnTheWireTest {

  private final TestIssuer issuer = TestIssuer.of("ES256", "k");
  private final TestServer keys = new TestServer(TestServer.jwks(issuer));
  private final LogWatch log = new LogWatch();
  private final LiveServer server = new LiveServer(this::authenticator);

  private Authenticator authenticator(Vertx vertx) {
    return new JwtAuthenticator(vertx, new JwtOptions().setJwks(keys.url()).setCookie("token"));
  }

  @AfterEach
  void close() {
    server.close();
    keys.close();
    log.close();
  }

  /** A WebSocket and its frames. */
  private static final class Socket {
    final ClientWebSocket socket;
    final List<JsonObject> frames = new CopyOnWriteArrayList<>();

    Socket(ClientWebSocket socket) {
      this.socket = socket;
      socket.textMessageHandler(text -> frames.add(new JsonObject(text)));
    }

    JsonObject frame(String type) {
      await().until(() -> frames.stream().anyMatch(each -> type.equals(each.getString("type"))));
      return frames.stream()
          .filter(each -> type.equals(each.getString("type")))
          .findFirst()
          .orElseThrow();
    }
  }

  private Socket socket(String query, String... protocols) {
    Socket socket = new Socket(server.vertx.createWebSocketClient().webSocket());
    socket
        .socket
        .connect(
            new WebSocketConnectOptions()
                .setPort(server.port)
                .setHost("localhost")
                .setURI("/live" + query)
                .setSubProtocols(List.of(protocols)))
        .await();
    return socket;
  }

  private static String subprotocol(String token) {
    return "millrace.bearer."
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(token.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aHeaderSaysWhoComes() {
    assertThat(server.read("user.ann", issuer.token("ann")).statusCode()).isEqualTo(200);
    assertThat(server.read("user.bob", issuer.token("ann")).statusCode()).isEqualTo(403);
    assertThat(server.get("/live?channels=news").statusCode()).isEqualTo(200);
    assertThat(server.get("/live?channels=user.ann").statusCode()).isEqualTo(403);
    assertThat(
            server
                .get("/live?channels=user.ann", "Cookie", "token=" + issuer.token("ann"))
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void aBadTokenIsAnsweredUnauthorizedEvenWhereNoneIsNeeded() {
    String expired =
        issuer.token(TestIssuer.claims("ann").put("exp", Instant.now().getEpochSecond() - 1));
    HttpResponse<String> answer = server.read("news", expired);
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
    assertThat(LiveServer.code(answer)).isEqualTo("unauthorized");
    assertThat(answer.body()).contains("expired").doesNotContain(expired);
  }

  @Test
  void aSubprotocolSaysWhoComesAndIsNotSentBack() {
    Socket socket = socket("?channels=user.ann", "millrace.v1", subprotocol(issuer.token("ann")));
    assertThat(socket.socket.subProtocol()).isEqualTo("millrace.v1");
    assertThat(socket.frame("welcome").getLong("expires"))
        .isGreaterThan(System.currentTimeMillis());
  }

  @Test
  void aSubprotocolWithABadTokenOpensNothing() {
    assertThatExceptionOfType(UpgradeRejectedException.class)
        .isThrownBy(() -> socket("?channels=news", "millrace.v1", subprotocol("a.b.c")))
        .satisfies(refused -> assertThat(refused.getStatus()).isEqualTo(401));
  }

  @Test
  void aTicketSaysOnceWhoComes() {
    HttpResponse<String> answer =
        server.post("/live/ticket", "Authorization", "Bearer " + issuer.token("ann"));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    String ticket = new JsonObject(answer.body()).getString("ticket");
    Socket socket = socket("?channels=user.ann&ticket=" + ticket, "millrace.v1");
    assertThat(socket.frame("welcome").getLong("expires"))
        .isGreaterThan(System.currentTimeMillis());
    assertThat(server.get("/live?channels=user.ann&ticket=" + ticket).statusCode()).isEqualTo(401);
  }

  @Test
  void aConnectionTakesANewTokenOfTheSameUser() {
    Socket socket = socket("?channels=user.ann", "millrace.v1", subprotocol(issuer.token("ann")));
    socket.frame("welcome");
    JsonObject later = TestIssuer.claims("ann").put("exp", Instant.now().getEpochSecond() + 7200);
    socket.socket.writeTextMessage(auth(1, issuer.token(later)));
    assertThat(socket.frame("ok").getLong("expires")).isEqualTo(later.getLong("exp") * 1000);

    socket.socket.writeTextMessage(auth(2, issuer.token("bob")));
    assertThat(socket.frame("error").getString("code")).isEqualTo("forbidden");
    socket.frames.clear();
    socket.socket.writeTextMessage(auth(3, "x.y.z"));
    assertThat(socket.frame("error").getString("code")).isEqualTo("unauthorized");
    socket.frames.clear();
    socket.socket.writeTextMessage(auth(4, "x".repeat(9000)));
    assertThat(socket.frame("error").getString("code")).isEqualTo("unauthorized");
  }

  private static String auth(int id, String token) {
    return new JsonObject().put("type", "auth").put("id", id).put("token", token).encode();
  }

  @Test
  void anUnreachableIssuerIsAnsweredUnavailable() {
    assertThat(server.read("user.ann", issuer.token("ann")).statusCode()).isEqualTo(200);
    keys.close();
    HttpResponse<String> answer =
        server.read("user.ann", TestIssuer.of("ES256", "other").token("ann"));
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    assertThat(server.read("user.ann", issuer.token("ann")).statusCode()).isEqualTo(200);
  }

  @Test
  void aHugeTokenIsRefused() {
    String token = issuer.token(TestIssuer.claims("ann").put("x", "x".repeat(20_000)));
    assertThat(server.read("user.ann", token).statusCode()).isEqualTo(401);
  }

  /** Whatever comes of a token, it is in no answer and in no line of the log. */
  @Test
  void noTokenIsLoggedOrSentBack() {
    log.lines().clear();
    TestIssuer other = TestIssuer.of("ES256", "other");
    JsonObject early = TestIssuer.claims("ann").put("nbf", Instant.now().getEpochSecond() + 60);
    JsonObject odd = TestIssuer.claims("ann").put("exp", new JsonArray());
    for (String token :
        List.of(
            issuer.token("ann"),
            issuer.token(early),
            issuer.token(odd),
            other.token("ann"),
            issuer.signed("bm90IGpzb24gYXQgYWxs.bm90IGpzb24gYXQgYWxs"),
            issuer.signed(issuer.token("ann").split("\\.", -1)[0] + ".bm90IGpzb24gYXQgYWxs"))) {
      assertNoTrace(token, server.read("user.ann", token));
    }
    keys.answers.set(request -> request.response().end("not JSON"));
    String unknown = TestIssuer.of("ES256", "third").token("ann");
    assertNoTrace(unknown, server.read("user.ann", unknown));
    assertThat(log.lines()).isNotEmpty();
  }

  private void assertNoTrace(String token, HttpResponse<String> answer) {
    for (String part : token.split("\\.", -1)) {
      // The time is spent on what is long enough to be a secret.
      if (part.length() > 20) {
        assertThat(answer.body()).doesNotContain(part);
        assertThat(answer.headers().map().toString()).doesNotContain(part);
        assertThat(log.lines()).noneMatch(line -> line.contains(part));
        String plain =
            Buffer.buffer(Base64.getUrlDecoder().decode(part)).toString(StandardCharsets.UTF_8);
        assertThat(log.lines()).noneMatch(line -> line.contains(plain));
      }
    }
  }

  @Test
  void anAnonymousClientGetsNoTicket() {
    assertThat(server.post("/live/ticket").statusCode()).isEqualTo(401);
  }
}
