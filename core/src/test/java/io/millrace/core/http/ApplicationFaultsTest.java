package io.millrace.core.http;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Authorizer;
import io.millrace.Client;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.core.Server;
import io.millrace.core.testing.LoggedLines;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that a fault of an authorizer or a broker affects only one request, and that no wait is
 * endless.
 */
class ApplicationFaultsTest {

  private static final int LINGER_NONE = 0;

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options =
      new MillraceOptions().addPublishable("**").setPublishesPerSecond(0);

  /** The requests for {@code never…} that were not answered. */
  private final List<Promise<Boolean>> asked = new CopyOnWriteArrayList<>();

  private Server server() {
    Authorizer authorizer =
        (request, action, target) -> {
          if (!target.toString().startsWith("never")) {
            return Future.succeededFuture(true);
          }
          Promise<Boolean> decision = Promise.promise();
          asked.add(decision);
          return decision.future();
        };
    return server(Optional.of(authorizer));
  }

  private Server server(Optional<Authorizer> authorizer) {
    return new Server(vertx, options, authorizer).listen();
  }

  private static void problem(Server.Answer answer, int status, String code) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.json().getString("code")).isEqualTo(code);
  }

  private static JsonObject send(Server server, int connection, String json) {
    Server.await(server.send(connection, json));
    List<JsonObject> frames = server.outlets.get(connection).frames();
    return frames.get(frames.size() - 1);
  }

  private static void confirmed(Server server, int connection) {
    eventually(() -> assertThat(server.outlets.get(connection).frames("ok")).hasSize(1));
  }

  @Test
  void whomTheAuthorizerNeverAnswersIsRefusedInTimeAndGivesItsPlaceBack() {
    options.setMaxReaders(1).setAuthorizerTimeout(Duration.ofMillis(50));
    Server server = server();
    for (int i = 0; i < 3; i++) {
      Server.Answer answer = server.get("/once?channels=ok,never");
      problem(answer, 503, "unavailable");
      assertThat(answer.header("retry-after")).isNotEmpty();
      problem(server.publish("{\"channel\":\"never\",\"data\":1}"), 503, "unavailable");
    }
    asked.forEach(late -> late.complete(true));
    assertThat(server.get("/once?channels=ok").status()).isEqualTo(200);
    assertThat(server.log().head()).as("what was decided late").isZero();
    server.nothingRemains();
  }

  @Test
  void aLateDecisionOfACommandIsIgnoredAndTheNextIsCarriedOut() throws IOException {
    options.setAuthorizerTimeout(Duration.ofMillis(50));
    Server server = server();
    int connection = server.connect("?channels=ok");
    for (String type : List.of("subscribe", "publish")) {
      String fields = ",\"channels\":[\"never\"],\"channel\":\"never\",\"data\":1}";
      JsonObject answer = send(server, connection, "{\"type\":\"" + type + "\",\"id\":1" + fields);
      assertThat(answer.getString("code")).isEqualTo("unavailable");
    }
    asked.forEach(late -> late.complete(true));
    send(server, connection, "{\"type\":\"subscribe\",\"id\":2,\"channels\":[\"ok2\"]}");
    confirmed(server, connection);
    assertThat(server.node.counts().subscriptions()).isEqualTo(2);
    assertThat(server.log().head()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/once", "/stay", "/duplex", "/later"})
  void whoLeavesWhileTheAuthorizerIsSilentMakesRoomAtOnce(String path) throws IOException {
    options.setMaxReaders(5).setAuthorizerTimeout(Duration.ofDays(1));
    Server server = server();
    for (int i = 0; i < 5; i++) {
      int before = asked.size();
      // Some say that they leave, others do not; some have sent a body that nobody wants.
      String body = i % 2 == 0 ? "" : "x".repeat(200_000);
      try (Socket socket = server.open("GET", path + "?channels=never", body)) {
        eventually(() -> assertThat(asked).hasSize(before + 1));
        socket.setSoLinger(i < 3, LINGER_NONE);
      }
    }
    eventually(() -> assertThat(server.get("/once?channels=ok").status()).isEqualTo(200));
    asked.forEach(late -> late.complete(true));
    server.nothingRemains();
    server.broker.selective = true;
    assertThat(server.node.counts().brokerSubscriptions()).isZero();
  }

  @Test
  void whoLeavesOverHttp2MakesRoomToo() {
    options.setMaxReaders(1).setAuthorizerTimeout(Duration.ofDays(1));
    Server server = server();
    HttpClient client = vertx.client(HttpVersion.HTTP_2);
    HttpClientRequest request =
        Server.await(
            client.request(HttpMethod.GET, server.port, "localhost", "/live/once?channels=never"));
    request.send();
    eventually(() -> assertThat(asked).hasSize(1));
    problem(server.get("/once?channels=ok"), 503, "unavailable");
    request.reset();
    eventually(() -> assertThat(server.get("/once?channels=ok").status()).isEqualTo(200));
    Server.await(client.close());
  }

  @Test
  void anAuthenticatorThatAnswersTheRequestItselfAndAgreesLaterLeavesNothing() {
    Promise<Client> decision = Promise.promise();
    Server server =
        new Server(
                vertx,
                options,
                new Deciders(
                    Optional.of(
                        request -> {
                          request.response().setStatusCode(401).end();
                          return decision.future();
                        }),
                    Optional.empty(),
                    Optional.empty()))
            .listen();
    assertThat(server.get("/once?channels=a").status()).isEqualTo(401);
    assertThat(server.get("/negotiate").status()).isEqualTo(401);
    decision.complete(Client.of("ann"));
    server.nothingRemains();
  }

  /** Where many ask for much, all but the first wait for their turn. */
  @Test
  void whoLeavesOverHttp2BeforeItsTurnLeavesNothing() {
    Server server = server();
    HttpClient client = vertx.client(HttpVersion.HTTP_2);
    String target = "/live/once?channels=ok&last=1000&events=x";
    for (int i = 0; i < 50; i++) {
      HttpClientRequest request =
          Server.await(client.request(HttpMethod.GET, server.port, "localhost", target));
      request.send();
      request.reset();
    }
    assertThat(server.get("/once?channels=ok").status()).isEqualTo(200);
    server.nothingRemains();
    Server.await(client.close());
  }

  private static final Map<String, Function<Promise<Boolean>, Future<Boolean>>> FAULTS =
      Map.of(
          "null", promise -> null,
          "nothing", promise -> Future.succeededFuture(),
          "late-nothing", promise -> later(promise, null),
          "error", promise -> fail(new AssertionError("on purpose")),
          "deep", promise -> fail(new StackOverflowError("on purpose")),
          "class", promise -> fail(new NoClassDefFoundError("on purpose")),
          "exception", promise -> fail(new IllegalStateException("on purpose")),
          "failure", promise -> Future.failedFuture(new AssertionError("on purpose")));

  private static Future<Boolean> fail(Error error) {
    throw error;
  }

  private static Future<Boolean> fail(RuntimeException error) {
    throw error;
  }

  private static Future<Boolean> later(Promise<Boolean> promise, Boolean value) {
    vertx.get().setTimer(1, due -> promise.complete(value));
    return promise.future();
  }

  private Server faulty() {
    return server(
        Optional.of(
            (request, action, target) ->
                FAULTS
                    .getOrDefault(target.toString(), ok -> Future.succeededFuture(true))
                    .apply(Promise.promise())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "nothing",
        "late-nothing",
        "error",
        "deep",
        "class",
        "exception",
        "failure"
      })
  void whateverAnAuthorizerDoesWrongIsARefusalOfThatOne(String fault) throws IOException {
    options.setMaxReaders(2);
    Server server = faulty();
    String published = "\",\"data\":1}";
    for (int i = 0; i < 3; i++) {
      problem(server.get("/once?channels=ok," + fault), 403, "forbidden");
      problem(server.publish("{\"channel\":\"" + fault + published), 403, "forbidden");
    }
    int connection = server.connect("?channels=ok");
    for (String command :
        List.of(
            "{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"" + fault + "\",\"a\"]}",
            "{\"type\":\"publish\",\"id\":1,\"channel\":\"" + fault + published)) {
      assertThat(send(server, connection, command).getString("code")).isEqualTo("forbidden");
    }
    send(server, connection, "{\"type\":\"subscribe\",\"id\":2,\"channels\":[\"b\"]}");
    confirmed(server, connection);
    assertThat(server.node.counts().subscriptions()).isEqualTo(2);
  }

  @Test
  void whatAnAuthorizerDoesWrongIsLoggedOnceAMinute() {
    Server server = faulty();
    try (LoggedLines lines = new LoggedLines(Asking.class)) {
      for (int i = 0; i < 5; i++) {
        server.get("/once?channels=error");
        server.get("/once?channels=null");
      }
      assertThat(lines.warnings()).hasSize(1);
      assertThat(lines.warnings().get(0).getThrown()).isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void whateverABrokerDoesWrongIsAnErrorOfThatPublish() throws IOException {
    Server server = server(Optional.empty());
    int connection = server.connect("?channels=a");
    String publish = "{\"type\":\"publish\",\"id\":1,\"channel\":\"a\",\"data\":1}";
    String keyed = "{\"channel\":\"a\",\"data\":1,\"key\":\"k\"}";
    List<Function<Message, Future<Publication>>> faults =
        List.of(
            message -> {
              throw new AssertionError("on purpose");
            },
            message -> Future.failedFuture(new NoClassDefFoundError("on purpose")));
    for (Function<Message, Future<Publication>> fault : faults) {
      server.broker.publishing = fault;
      assertThat(send(server, connection, publish).getString("code")).isEqualTo("internal");
      problem(server.publish("{\"channel\":\"a\",\"data\":1}"), 500, "internal");
    }
    server.broker.publishing = message -> Future.succeededFuture(Publication.unnamed());
    assertThat(server.publish(keyed).status()).isEqualTo(200);
    send(server, connection, publish);
    eventually(
        () ->
            assertThat(
                    server.outlets.get(connection).frames("ok").stream()
                        .filter(ok -> ok.containsKey("published")))
                .hasSize(1));
  }

  @Test
  void aBrokerThatIsSlowLeavesNoStackTracesInTheLog() {
    options.setPublishTimeout(Duration.ofMillis(20));
    Server server = server(Optional.empty());
    server.broker.publishing = message -> Promise.<Publication>promise().future();
    try (LoggedLines lines = new LoggedLines(Problems.class)) {
      for (int i = 0; i < 5; i++) {
        problem(server.publish("{\"channel\":\"a\",\"data\":1}"), 504, "timeout");
      }
      server.broker.publishing =
          message ->
              Future.failedFuture(
                  new MillraceException(
                      MillraceException.Code.UNAVAILABLE, "No link.", new IOException("reset")));
      problem(server.publish("{\"channel\":\"a\",\"data\":1}"), 503, "unavailable");
      assertThat(lines.warnings()).hasSizeLessThan(2);
      assertThat(lines.all()).allMatch(line -> line.getThrown() == null);
    }
  }
}
