package io.millrace.core.http;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Authenticator;
import io.millrace.Authorizer;
import io.millrace.BearerToken;
import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.MillraceOptions;
import io.millrace.core.Server;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that what is taken away counts when a message is about to be published. */
class PublishRightsTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private static final String MESSAGE = "\"channel\":\"a\",\"data\":1}";
  private static final String ANN = "Authorization: Bearer ann";

  /** What the application has not answered yet. */
  private final List<Promise<Boolean>> pending = new CopyOnWriteArrayList<>();

  private Server server;

  private static final class Tokens implements Authenticator {
    @Override
    public Future<Client> authenticate(RoutingContext request) {
      return Future.succeededFuture(
          BearerToken.of(request).map(Client::of).orElse(Client.anonymous()));
    }

    @Override
    public boolean usesCookies() {
      return false;
    }
  }

  private Future<Boolean> later() {
    Promise<Boolean> answer = Promise.promise();
    pending.add(answer);
    return answer.future();
  }

  private void listen(boolean authorizerThinks) {
    Authorizer authorizer =
        (client, action, channel) ->
            authorizerThinks && action == Authorizer.Action.PUBLISH
                ? later()
                : Future.succeededFuture(true);
    Deciders deciders =
        new Deciders(
            Optional.of(new Tokens()),
            Optional.of(authorizer),
            Optional.of(
                (client, channel, message) ->
                    authorizerThinks
                        ? Future.succeededFuture(message)
                        : later().map(answered -> message)));
    server = new Server(vertx, new MillraceOptions().addPublishable("**"), deciders).listen();
  }

  private void takeAway(String what) {
    Server.await(
        switch (what) {
          case "disconnect" -> server.node.disconnect("ann");
          case "revoke" -> server.node.revoke("ann", ChannelPattern.of("a"));
          default -> server.node.reauthorize("ann");
        });
  }

  private void answer() {
    eventually(() -> assertThat(pending).isNotEmpty());
    pending.remove(0).complete(true);
  }

  private void nothingIsPublished() {
    assertThat(Server.await(server.node.channel("a").history(9))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "disconnect, true, 403",
    "disconnect, false, 403",
    "revoke, true, 403",
    "revoke, false, 403",
    "reauthorize, true, 503",
    "reauthorize, false, 503"
  })
  void whatIsTakenAwayWhileTheApplicationThinksIsNotPublished(
      String what, boolean authorizerThinks, int status) throws IOException {
    listen(authorizerThinks);
    try (Socket socket =
        server.open("POST", "/publish", "{" + MESSAGE, "Content-Type: application/json", ANN)) {
      eventually(() -> assertThat(pending).hasSize(1));
      takeAway(what);
      answer();
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 " + status);
    }
    nothingIsPublished();
    try (Socket other =
        server.open("POST", "/publish", "{" + MESSAGE, "Content-Type: application/json")) {
      answer();
      assertThat(new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 200");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "disconnect, true",
    "disconnect, false",
    "revoke, true",
    "revoke, false",
    "reauthorize, true",
    "reauthorize, false"
  })
  void aCommandWhosePermissionIsTakenAwayMeanwhilePublishesNothing(
      String what, boolean authorizerThinks) throws IOException {
    listen(authorizerThinks);
    int own = server.connect("?channels=b", ANN);
    Future<Void> sent = server.send(own, "{\"type\":\"publish\",\"id\":1," + MESSAGE);
    eventually(() -> assertThat(pending).hasSize(1));
    takeAway(what);
    answer();
    Server.await(sent);
    nothingIsPublished();
    if (what.equals("disconnect")) {
      assertThat(server.outlets.get(own).endings).hasSize(1);
      return;
    }
    assertThat(server.outlets.get(own).frames("error").get(0).getString("code"))
        .isEqualTo(what.equals("revoke") ? "forbidden" : "unavailable");
  }

  @Test
  void whoeverIsDisconnectedWhileABodyArrivesPublishesNothing() throws IOException {
    listen(true);
    String head =
        "POST /live/publish HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + ANN
            + "\r\nConnection: close\r\nContent-Length: "
            + (MESSAGE.length() + 1)
            + "\r\n\r\n{";
    try (Socket socket = new Socket("localhost", server.port)) {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
      eventually(() -> assertThat(server.mount().bodies().room().held()).isPositive());
      takeAway("disconnect");
      socket.getOutputStream().write(MESSAGE.getBytes(StandardCharsets.UTF_8));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 403");
    }
    assertThat(pending).as("nobody is asked").isEmpty();
    nothingIsPublished();
  }
}
