package io.millrace.transport.websocket;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Authorizer;
import io.millrace.Client;
import io.millrace.Millrace;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.AllowForwardHeaders;
import io.vertx.ext.web.Router;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An open WebSocket does not keep its HTTP request, which is larger than everything else. */
class RetentionTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicReference<WeakReference<HttpServerRequest>> request = new AtomicReference<>();
  private AllowForwardHeaders forward = AllowForwardHeaders.NONE;
  private Millrace millrace;

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(60, TimeUnit.SECONDS);
  }

  @Test
  void aPlainOneLetsItsRequestGo() throws Exception {
    try (RawClient client = open(Millrace.builder(vertx), "?channels=a", "")) {
      awaitGone();
      assertStillAlive(client);
    }
  }

  @Test
  void oneWithCommandsLetsItsRequestGo() throws Exception {
    try (RawClient client =
        open(Millrace.builder(vertx), "", "Sec-WebSocket-Protocol: millrace.v1\r\n")) {
      assertThat(client.readFrame().text()).contains("welcome");
      client.send(ClientFrame.text("{\"type\":\"subscribe\",\"id\":\"1\",\"channels\":[\"a\"]}"));
      assertThat(client.readFrame().text()).contains("ok");
      awaitGone();
      assertStillAlive(client);
    }
  }

  @Test
  void oneThatIsAuthenticatedAndAuthorizedLetsItsRequestGo() throws Exception {
    List<String> asked = new CopyOnWriteArrayList<>();
    Authorizer authorizer =
        (client, action, target) -> {
          asked.add(client.user().orElseThrow() + " " + target);
          return Future.succeededFuture(true);
        };
    try (RawClient client =
        open(
            Millrace.builder(vertx)
                .authenticator(request -> Future.succeededFuture(Client.of("ann")))
                .authorizer(authorizer),
            "",
            "Sec-WebSocket-Protocol: millrace.v1\r\n")) {
      assertThat(client.readFrame().text()).contains("welcome");
      awaitGone();
      client.send(ClientFrame.text("{\"type\":\"subscribe\",\"id\":\"1\",\"channels\":[\"a\"]}"));
      assertThat(client.readFrame().text()).contains("ok");
      assertThat(asked).containsExactly("ann a");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a:70000", ",", ""})
  void oneWhoseProxySaysNonsenseOfItsAddressIsCountedAndGoes(String forwarded) throws Exception {
    forward = AllowForwardHeaders.X_FORWARD;
    try (RawClient client =
        open(
            Millrace.builder(vertx),
            "?channels=a",
            "Sec-WebSocket-Protocol: millrace.v1\r\nX-Forwarded-For: " + forwarded + "\r\n")) {
      assertThat(client.readFrame().text()).contains("welcome");
      assertThat(millrace.counts().readers()).isEqualTo(1);
    }
    await().untilAsserted(() -> assertThat(millrace.counts().readers()).isZero());
  }

  private RawClient open(Millrace.Builder builder, String query, String header) throws Exception {
    millrace = builder.build();
    Router router = Router.router(vertx).allowForward(forward);
    router
        .route()
        .handler(
            context -> {
              request.set(new WeakReference<>(context.request()));
              context.next();
            });
    router.route("/live*").subRouter(millrace.router());
    int port =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .await(60, TimeUnit.SECONDS)
            .actualPort();
    RawClient client = RawClient.connect(port);
    client.send(
        Buffer.buffer(
            RawClient.HANDSHAKE
                .replace("/ws", "/live/websocket" + query)
                .replace("\r\n\r\n", "\r\n" + header + "\r\n")));
    client.expectOpened();
    return client;
  }

  private void awaitGone() {
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(request.get().get()).isNull();
            });
  }

  private static void assertStillAlive(RawClient client) throws Exception {
    client.send(ClientFrame.ping("there?"));
    assertThat(client.readFrame().opcode()).isEqualTo(Opcode.PONG);
  }
}
