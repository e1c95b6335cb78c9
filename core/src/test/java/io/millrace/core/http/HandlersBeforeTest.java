package io.millrace.core.http;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.core.Server;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.TimeoutHandler;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests handlers that an application puts before Millrace's router. */
class HandlersBeforeTest {

  private static final String MESSAGE = "{\"channel\":\"pub.a\",\"data\":1}";

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options = new MillraceOptions().addPublishable("pub.**");
  private final Server server = new Server(vertx, options);

  private void behind(Handler<RoutingContext> before) {
    Router router = Router.router(vertx.get());
    router.route().handler(before);
    router.route("/live*").subRouter(server.node.router());
    server.listen(router);
  }

  /** The status of the answer to a publish. */
  private int publish(HttpVersion version) {
    HttpClient client = vertx.client(version);
    Future<Integer> status =
        client
            .request(HttpMethod.POST, server.port, "127.0.0.1", "/live/publish")
            .compose(request -> request.putHeader("Content-Type", "application/json").send(MESSAGE))
            .map(HttpClientResponse::statusCode);
    int answered = Server.await(status);
    Server.await(client.close());
    return answered;
  }

  @ParameterizedTest
  @EnumSource(HttpVersion.class)
  void aHandlerThatPausesAndWaitsLeavesTheBody(HttpVersion version) {
    behind(
        context -> {
          context.request().pause();
          context.vertx().setTimer(50, waited -> context.next());
        });
    assertThat(publish(version)).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource(HttpVersion.class)
  void aHandlerThatPausesWaitsAndResumesLeavesTheBody(HttpVersion version) {
    behind(
        context -> {
          context.request().pause();
          context
              .vertx()
              .setTimer(
                  50,
                  waited -> {
                    context.request().resume();
                    context.next();
                  });
        });
    assertThat(publish(version)).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource(HttpVersion.class)
  void aBodyThatWasReadAlreadyIsTaken(HttpVersion version) {
    behind(BodyHandler.create(false));
    assertThat(publish(version)).isEqualTo(200);
    assertThat(server.publish("x".repeat(options.maxClientMessageBytes() + 1)).status())
        .isEqualTo(413);
  }

  @ParameterizedTest
  @EnumSource(HttpVersion.class)
  void aHandlerThatWaitsWithoutPausingLosesTheBodyWhichIsAnError(HttpVersion version) {
    behind(context -> context.vertx().setTimer(50, waited -> context.next()));
    assertThat(publish(version)).isEqualTo(500);
    Server.Answer answer = server.publish(MESSAGE);
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.json().getString("code")).isEqualTo("internal");
    assertThat(server.log().head()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/stay?channels=a", "/duplex?channels=a"})
  void aTimeoutDoesNotCutWhatIsAttached(String path) throws IOException {
    behind(TimeoutHandler.create(100, 503));
    try (Socket socket = server.open("GET", path, "")) {
      eventually(() -> assertThat(server.node.counts().readers()).isEqualTo(1));
      long due = System.nanoTime() + 300_000_000;
      eventually(() -> assertThat(System.nanoTime()).isGreaterThan(due));
      assertThat(server.node.counts().readers()).isEqualTo(1);
      assertThat(socket.isConnected()).isTrue();
    }
    eventually(() -> assertThat(server.node.counts().readers()).isZero());
  }

  @Test
  void aTimeoutDoesNotAnswerALongPoll() throws IOException {
    behind(TimeoutHandler.create(100, 503));
    try (Socket socket = server.open("GET", "/once?channels=a", "", "X-Hold: 20000")) {
      eventually(() -> assertThat(server.node.counts().readers()).isEqualTo(1));
      long due = System.nanoTime() + 300_000_000;
      eventually(() -> assertThat(System.nanoTime()).isGreaterThan(due));
      server.append("a", Message.json("late"));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 200").contains("late");
    }
  }

  @Test
  void aTimeoutAnswersWhatIsNotAttached() {
    behind(TimeoutHandler.create(100, 503));
    server.broker.publishing = it -> Promise.<Publication>promise().future();
    assertThat(server.publish(MESSAGE).status()).isEqualTo(503);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "identity, gzip"})
  void aCodedBodyIsRefused(String coding) {
    server.listen();
    Server.Answer answer =
        server.request(
            "POST",
            "/publish",
            MESSAGE,
            "Content-Type: application/json",
            "Content-Encoding: " + coding);
    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.header("accept-encoding")).isEqualTo("identity");
  }

  @Test
  void aBodyWithoutACodingOrWithAByteOrderMarkIsTaken() {
    server.listen();
    assertThat(
            server
                .request(
                    "POST",
                    "/publish",
                    MESSAGE,
                    "Content-Type: application/json",
                    "Content-Encoding: Identity")
                .status())
        .isEqualTo(200);
    assertThat(server.publish("\uFEFF" + MESSAGE).status()).isEqualTo(200);
  }

  @Test
  void whatOtherNodesCouldNotReadIsRefused() {
    server.listen();
    String deep = "[".repeat(1001) + "]".repeat(1001);
    Server.Answer answer = server.publish("{\"channel\":\"pub.a\",\"data\":" + deep + "}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().getString("detail")).contains("1,000 levels");
  }
}
