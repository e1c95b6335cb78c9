package io.millrace.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.Authenticator;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.SessionHandler;
import io.vertx.ext.web.sstore.LocalSessionStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests clients that the application has signed in. */
class SessionAuthenticatorTest {

  private LiveServer server = serving(SessionAuthenticator.ofSubject());

  private static LiveServer serving(Authenticator authenticator) {
    return new LiveServer(vertx -> authenticator, SessionAuthenticatorTest::application);
  }

  private void serve(Authenticator authenticator) {
    server.close();
    server = serving(authenticator);
  }

  @AfterEach
  void close() {
    server.close();
  }

  /** An application with sessions, in which everyone may be who they like. */
  private static void application(Vertx vertx, Router router) {
    SessionHandler sessions = SessionHandler.create(LocalSessionStore.create(vertx));
    router.route().handler(sessions);
    router
        .get("/login")
        .handler(
            context -> {
              String name = context.request().getParam("name");
              context.session().put("name", name + "-of-session");
              JsonObject principal = new JsonObject().put("sub", name).put("nick", name + "-nick");
              sessions.setUser(context, User.create(principal)).onSuccess(set -> context.end());
            });
  }

  /** Signs in, and returns the session's cookie. */
  private String login(String name) {
    return server
        .get("/login?name=" + name)
        .headers()
        .firstValue("Set-Cookie")
        .orElseThrow()
        .split(";", 2)[0];
  }

  private int status(String channel, String cookie) {
    return server.get("/live?channels=" + channel, "Cookie", cookie).statusCode();
  }

  @Test
  void aUserOfTheSessionIsAUserOfMillrace() {
    String ann = login("ann");
    assertThat(status("user.ann", ann)).isEqualTo(200);
    assertThat(status("user.bob", ann)).isEqualTo(403);
    assertThat(server.get("/live?channels=user.ann").statusCode()).isEqualTo(403);
    assertThat(server.get("/live?channels=news").statusCode()).isEqualTo(200);
    assertThat(status("user.ann", "vertx-web.session=0123456789abcdef0123456789abcdef"))
        .isEqualTo(403);
  }

  @Test
  void aWebSocketHasTheUserOfItsSession() {
    open(login("ann")).join().abort();
    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(() -> open("a=b").join())
        .withCauseInstanceOf(WebSocketHandshakeException.class)
        .satisfies(
            e ->
                assertThat(((WebSocketHandshakeException) e.getCause()).getResponse().statusCode())
                    .isEqualTo(403));
  }

  private CompletableFuture<WebSocket> open(String cookie) {
    return HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .subprotocols("millrace.v1")
        .header("Cookie", cookie)
        .buildAsync(
            URI.create("ws://localhost:" + server.port + "/live?channels=user.ann"),
            new WebSocket.Listener() {});
  }

  @Test
  void theUserMayBeAnotherValue() {
    serve(SessionAuthenticator.ofPrincipal("nick"));
    assertThat(status("user.ann-nick", login("ann"))).isEqualTo(200);
    serve(SessionAuthenticator.ofSession("name"));
    assertThat(status("user.ann-of-session", login("ann"))).isEqualTo(200);
    serve(SessionAuthenticator.ofPrincipal("absent"));
    assertThat(status("news", login("ann"))).isEqualTo(200);
    assertThat(status("user.ann", login("ann"))).isEqualTo(403);
  }

  @Test
  void aClientWithoutAUserMayBeRefused() {
    serve(SessionAuthenticator.ofSubject().required());
    assertThat(server.get("/live?channels=news").statusCode()).isEqualTo(401);
    assertThat(status("news", login("ann"))).isEqualTo(200);
  }
}
