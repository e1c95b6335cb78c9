package io.millrace.core.http;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Authenticator;
import io.millrace.Authorizer;
import io.millrace.BearerToken;
import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.PublishInterceptor;
import io.millrace.core.Server;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Ending;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests who clients are, for how long, and what is taken away from them. */
class AuthenticationTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private static final String ANN = "Authorization: Bearer ann";

  private final MillraceOptions options = new MillraceOptions().addPublishable("**");
  private final AtomicInteger asked = new AtomicInteger();

  /** Channels that nobody may subscribe to any longer. */
  private final Set<String> closed = ConcurrentHashMap.newKeySet();

  private final List<String> decisions = new CopyOnWriteArrayList<>();
  private Function<String, Client> clients = Client::of;
  private Optional<PublishInterceptor> interceptor = Optional.empty();
  private Server server;

  /** A token is a user's name; {@code bad} is none. */
  private final class Tokens implements Authenticator {
    @Override
    public Future<Client> authenticate(RoutingContext request) {
      return BearerToken.of(request)
          .map(this::authenticate)
          .orElse(Future.succeededFuture(Client.anonymous()));
    }

    @Override
    public Future<Client> authenticate(String token) {
      asked.incrementAndGet();
      return token.equals("bad")
          ? Future.failedFuture(new IllegalStateException("a secret reason"))
          : Future.succeededFuture(clients.apply(token));
    }

    @Override
    public boolean usesCookies() {
      return false;
    }
  }

  private Future<Boolean> authorize(
      Client client, Authorizer.Action action, ChannelPattern target) {
    decisions.add(client.user().orElse("-") + " " + action + " " + target);
    return Future.succeededFuture(!closed.contains(target.toString()));
  }

  private void listen() {
    listen(new Tokens());
  }

  private void listen(Authenticator authenticator) {
    Deciders deciders =
        new Deciders(Optional.of(authenticator), Optional.of(this::authorize), interceptor);
    server = new Server(vertx, options, deciders).listen();
  }

  private TestOutlet connect(String query, String... headers) throws IOException {
    return server.outlets.get(server.connect(query, headers));
  }

  private static JsonObject problem(Server.Answer answer, int status, String code) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.json().getString("code")).isEqualTo(code);
    return answer.json();
  }

  private static void ended(TestOutlet outlet, Ending ending) {
    eventually(() -> assertThat(outlet.endings).containsExactly(ending));
  }

  private Server.Answer publish(String body, String... headers) {
    List<String> lines = new ArrayList<>(List.of(headers));
    lines.add("Content-Type: application/json");
    return server.request("POST", "/publish", body, lines.toArray(String[]::new));
  }

  @Test
  void aTokenThatDoesNotCountIsAnsweredWith401AndNoReason() {
    listen();
    for (String path : List.of("/once?channels=a", "/stay?channels=a", "/negotiate")) {
      Server.Answer answer = server.get(path, "Authorization: Bearer bad");
      assertThat(problem(answer, 401, "unauthorized").encode()).doesNotContain("secret", "bad ");
      assertThat(answer.header("www-authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    }
    Server.Answer refused = publish("{\"channel\":\"a\",\"data\":1}", "Authorization: Bearer bad");
    problem(refused, 401, "unauthorized");
    server.nothingRemains();
  }

  @Test
  void aRequestWithoutCredentialsThatNeedsThemIsChallenged() {
    listen(
        request ->
            Future.failedFuture(
                new MillraceException(MillraceException.Code.UNAUTHORIZED, "Sign in first.")));
    Server.Answer answer = server.get("/once?channels=a");
    assertThat(problem(answer, 401, "unauthorized").getString("detail"))
        .isEqualTo("Sign in first.");
    assertThat(answer.header("www-authenticate")).isEqualTo("Bearer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "nothing", "throws", "internal"})
  void whateverAnAuthenticatorDoesWrongIsARefusal(String fault) {
    listen(
        request ->
            switch (fault) {
              case "null" -> null;
              case "nothing" -> Future.succeededFuture();
              case "throws" -> throw new AssertionError("on purpose");
              default ->
                  Future.failedFuture(
                      new MillraceException(MillraceException.Code.INTERNAL, "on purpose"));
            });
    problem(server.get("/once?channels=a"), 401, "unauthorized");
    problem(server.get("/negotiate"), 401, "unauthorized");
    problem(publish("{\"channel\":\"a\",\"data\":1}"), 401, "unauthorized");
    server.nothingRemains();
  }

  @Test
  void anAuthenticatorThatNeverAnswersIsNotWaitedForLongAndHoldsNoMoreThanItsShare()
      throws IOException {
    options.setMaxReaders(3).setAuthorizerTimeout(Duration.ofMillis(200));
    listen(request -> Promise.<Client>promise().future());
    problem(server.get("/once?channels=a"), 503, "unavailable");
    problem(server.get("/negotiate"), 503, "unavailable");
    problem(publish("{\"channel\":\"a\",\"data\":1}"), 503, "unavailable");
    server.nothingRemains();
    options.setAuthorizerTimeout(Duration.ofMinutes(10));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/negotiate", "/once?channels=a"})
  void whoLeavesWhileTheAuthenticatorIsSilentMakesRoom(String path) throws IOException {
    options.setMaxReaders(2).setAuthorizerTimeout(Duration.ofDays(1));
    List<Promise<Client>> waiting = new CopyOnWriteArrayList<>();
    listen(
        request -> {
          Promise<Client> promise = Promise.promise();
          waiting.add(promise);
          return promise.future();
        });
    for (int i = 0; i < 3; i++) {
      int before = waiting.size();
      try (Socket one = server.open("GET", path, "");
          Socket other = server.open("GET", path, "")) {
        eventually(() -> assertThat(waiting).hasSize(before + 2));
        problem(server.get(path), 503, "unavailable");
        one.setSoLinger(true, 0);
        other.setSoLinger(true, 0);
      }
      eventually(() -> assertThat(server.node.counts().readerBytes()).isZero());
    }
    waiting.forEach(promise -> promise.complete(Client.of("ann")));
    server.nothingRemains();
  }

  @Test
  void aPublishWhoseSenderIsFoundOutLateArrives() throws IOException {
    Promise<Client> late = Promise.promise();
    options.setSenderStamped(true);
    listen(request -> late.future());
    try (Socket socket =
        server.open(
            "POST",
            "/publish",
            "{\"channel\":\"a\",\"data\":1}",
            "Content-Type: application/json")) {
      new Thread(() -> late.complete(Client.of("ann"))).start();
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 200")
          .contains("published");
    }
    assertThat(Server.await(server.node.channel("a").history(1)).get(0).message().from())
        .contains("ann");
  }

  @Test
  void aConnectionIsAuthenticatedOnce() throws IOException {
    listen();
    TestOutlet outlet = connect("", ANN);
    for (int i = 0; i < 3; i++) {
      Server.await(
          server.send(0, "{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"c" + i + "\"]}"));
    }
    eventually(() -> assertThat(outlet.frames("ok")).hasSize(3));
    assertThat(asked).hasValue(1);
    assertThat(decisions).contains("ann SUBSCRIBE c0", "ann SUBSCRIBE c1", "ann SUBSCRIBE c2");
  }

  @Test
  void aWebSocketsTokenMayComeInItsSubprotocol() throws IOException {
    listen();
    String token =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString("ann".getBytes(StandardCharsets.UTF_8));
    connect("?channels=a", "Sec-WebSocket-Protocol: millrace.v1, millrace.bearer." + token);
    assertThat(decisions).containsExactly("ann SUBSCRIBE a");
    problem(
        server.get("/once?channels=a", "Sec-WebSocket-Protocol: millrace.bearer.!"),
        401,
        "unauthorized");
    problem(
        server.get(
            "/once?channels=a",
            "Sec-WebSocket-Protocol: millrace.bearer." + token,
            "Authorization: Bearer bob"),
        401,
        "unauthorized");
  }

  @Test
  void whatIsOldIsAskedAboutToo() {
    listen();
    server.get("/once?channels=a&last=3", ANN);
    assertThat(decisions).containsExactlyInAnyOrder("ann SUBSCRIBE a", "ann HISTORY a");
    decisions.clear();
    server.get("/once?channels=a&last=3&cursor=x-1", ANN);
    assertThat(decisions).containsExactly("ann SUBSCRIBE a");
  }

  @Test
  void aTicketOpensAnAttachOnce() throws IOException {
    listen();
    Server.Answer answer = server.request("POST", "/ticket", "", ANN);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("cache-control")).isEqualTo("no-store");
    JsonObject ticket = answer.json();
    assertThat(ticket.getLong("expires") - ticket.getLong("now")).isBetween(29_000L, 30_000L);
    String query = "?channels=a&ticket=" + ticket.getString("ticket");
    connect(query);
    assertThat(decisions).containsExactly("ann SUBSCRIBE a");
    problem(server.get("/once" + query), 401, "unauthorized");
    problem(server.get("/once?channels=a&ticket=nonsense"), 401, "unauthorized");
  }

  @Test
  void aTicketOpensNothingButAnAttach() {
    listen();
    String query =
        "?ticket=" + server.request("POST", "/ticket", "", ANN).json().getString("ticket");
    problem(server.request("POST", "/ticket" + query, ""), 401, "unauthorized");
    options.setSenderStamped(true);
    server.request(
        "POST",
        "/publish" + query,
        "{\"channel\":\"a\",\"data\":1}",
        "Content-Type: application/json");
    assertThat(Server.await(server.node.channel("a").history(1)).get(0).message().from()).isEmpty();
    assertThat(server.get("/once" + query + "&channels=a").status()).isEqualTo(200);
  }

  @Test
  void subscribingAgainIsAskedAboutAgain() throws IOException {
    listen();
    TestOutlet outlet = connect("?channels=a", ANN);
    decisions.clear();
    String again = "{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"a\"],\"events\":[\"x\"]}";
    Server.await(server.send(0, again));
    assertThat(decisions).containsExactly("ann SUBSCRIBE a");
    closed.add("a");
    Server.await(server.send(0, again));
    assertThat(outlet.frames("error").get(0).getString("code")).isEqualTo("forbidden");
  }

  @Test
  void whoFindsNoRoomToWaitForTheAuthenticatorIsNotCounted() {
    options.setMaxReaders(2).setReaderBytes(1000);
    listen(request -> Promise.<Client>promise().future());
    for (int i = 0; i < 5; i++) {
      assertThat(problem(server.get("/negotiate"), 503, "unavailable").getString("detail"))
          .contains("fewer channels"); // There is room for another client, but no bytes.
    }
  }

  /** An answer says what was true when the question was asked. */
  @Test
  void whatIsTakenAwayWhileTheAuthenticatorThinksCounts() throws IOException {
    Promise<Client> answer = Promise.promise();
    listen(request -> answer.future());
    try (Socket socket = server.open("GET", "/once?channels=a", "")) {
      eventually(() -> assertThat(server.node.counts().readerBytes()).isPositive());
      server.node.disconnect("ann");
      answer.complete(Client.of("ann").withIssued(Instant.now().plusSeconds(5)));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 403");
    }
  }

  @Test
  void onlyAUserGetsATicketAndNoForeignPage() {
    listen();
    problem(server.request("POST", "/ticket", ""), 401, "unauthorized");
    problem(
        server.request("POST", "/ticket", "", ANN, "Origin: https://evil.example"),
        403,
        "forbidden");
    problem(server.get("/ticket", ANN), 405, "method-not-allowed");
    assertThat(server.request("POST", "/ticket", "x".repeat(1000), ANN).status()).isEqualTo(200);
  }

  @Test
  void whenCredentialsExpireIsSaid() throws IOException {
    Instant expiry =
        Instant.now().plusSeconds(60).truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
    clients = user -> Client.of(user).withExpiry(expiry);
    listen();
    JsonObject welcome = connect("?channels=a&client=my-own-id", ANN).frames().get(0);
    assertThat(welcome.getLong("expires")).isEqualTo(expiry.toEpochMilli());
    assertThat(welcome.getLong("now"))
        .isBetween(expiry.toEpochMilli() - 60_000, expiry.toEpochMilli());
    assertThat(welcome.getString("client")).isEqualTo("my-own-id");
    assertThat(server.get("/negotiate", ANN).json().getLong("expires"))
        .isEqualTo(expiry.toEpochMilli());
    assertThat(server.get("/negotiate").json().containsKey("expires")).isFalse();
    assertThat(connect("?channels=a").frames().get(0).getString("client")).hasSize(22);
    problem(server.get("/once?channels=a&client=short", ANN), 400, "bad-request");
  }

  @Test
  void credentialsThatHaveExpiredDoNotCount() {
    clients = user -> Client.of(user).withExpiry(Instant.now().minusMillis(1));
    listen();
    assertThat(
            problem(server.get("/once?channels=a", ANN), 401, "unauthorized").getString("detail"))
        .contains("expired");
  }

  @Test
  void whatIsReadEndsAfterTheCredentialsHaveExpired() throws IOException {
    options.setExpiryGrace(Duration.ofMillis(100));
    clients = user -> Client.of(user).withExpiry(Instant.now().plusMillis(1000));
    listen();
    TestOutlet outlet = connect("?channels=a", ANN);
    ended(outlet, Ending.EXPIRED);
    JsonObject goodbye = outlet.frames("goodbye").get(0);
    assertThat(goodbye.getString("reason")).isEqualTo("expired");
    assertThat(server.get("/stay?channels=a", ANN).body()).contains("\"expired\"");
    long begun = System.nanoTime();
    assertThat(server.get("/once?channels=a", ANN, "X-Hold: 60000").status()).isEqualTo(200);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(50));
  }

  @Test
  void aNewTokenLetsAConnectionStay() throws IOException {
    options.setExpiryGrace(Duration.ofMillis(100));
    Instant first = Instant.now().plusSeconds(2);
    clients = user -> Client.of(user).withExpiry(first);
    listen();
    TestOutlet outlet = connect("?channels=a", ANN);
    Instant longer = Instant.now().plusSeconds(600);
    clients = user -> Client.of(user).withExpiry(longer);
    Server.await(server.send(0, "{\"type\":\"auth\",\"id\":4,\"token\":\"ann\"}"));
    JsonObject ok = outlet.frames("ok").get(0);
    assertThat(ok.getInteger("id")).isEqualTo(4);
    assertThat(ok.getLong("expires")).isEqualTo(longer.toEpochMilli());
    assertThat(ok.getLong("now")).isLessThan(longer.toEpochMilli());
    clients = user -> Client.of(user).withExpiry(first.plusMillis(500));
    TestOutlet other = connect("?channels=a", ANN);
    ended(other, Ending.EXPIRED); // Later than the first would have ended.
    assertThat(outlet.endings).isEmpty();
  }

  @Test
  void aTokenThatDoesNotCountLeavesTheConnectionAsItIs() throws IOException {
    listen();
    TestOutlet outlet = connect("?channels=a", ANN);
    for (String token : List.of("bad", "bob", "")) {
      Server.await(server.send(0, "{\"type\":\"auth\",\"id\":4,\"token\":\"" + token + "\"}"));
    }
    Server.await(server.send(0, "{\"type\":\"auth\",\"id\":4}"));
    assertThat(outlet.frames("error").stream().map(frame -> frame.getString("code")))
        .containsExactly("unauthorized", "forbidden", "bad-request", "bad-request");
    assertThat(outlet.endings).isEmpty();
  }

  @Test
  void aNewTokenThatNoLongerOpensWhatIsReadEndsIt() throws IOException {
    listen();
    TestOutlet outlet = connect("?channels=a,b", ANN);
    closed.add("b");
    Server.await(server.send(0, "{\"type\":\"auth\",\"id\":4,\"token\":\"ann\"}"));
    ended(outlet, Ending.REVOKED);
  }

  @Test
  void whoPublishesIsStampedAndNobodySpeaksAsAnother() {
    options.setSenderStamped(true);
    listen();
    publish("{\"channel\":\"a\",\"data\":1,\"from\":\"bob\"}", ANN);
    publish("{\"channel\":\"a\",\"data\":2,\"from\":\"bob\"}");
    List<Optional<String>> from =
        Server.await(server.node.channel("a").history(9)).stream()
            .map(entry -> entry.message().from())
            .toList();
    assertThat(from).containsExactly(Optional.of("ann"), Optional.empty());
    assertThat(server.get("/once?channels=a&last=9").body()).contains("\"from\":\"ann\"");
  }

  @Test
  void anInterceptorMayChangeOrRefuseWhatIsPublished() {
    interceptor =
        Optional.of(
            (client, channel, message) ->
                switch (String.valueOf(message.json().orElse(""))) {
                  case "change" ->
                      Future.succeededFuture(Message.json(client.user().orElse("") + channel));
                  case "refuse" ->
                      Future.failedFuture(
                          new MillraceException(MillraceException.Code.CONFLICT, "Not now."));
                  case "throw" -> throw new IllegalStateException("on purpose");
                  case "null" -> null;
                  default -> Future.succeededFuture(message);
                });
    listen();
    assertThat(publish("{\"channel\":\"a\",\"data\":\"change\"}", ANN).status()).isEqualTo(200);
    problem(publish("{\"channel\":\"a\",\"data\":\"refuse\"}", ANN), 409, "conflict");
    problem(publish("{\"channel\":\"a\",\"data\":\"throw\"}", ANN), 403, "forbidden");
    problem(publish("{\"channel\":\"a\",\"data\":\"null\"}", ANN), 403, "forbidden");
    assertThat(publish("{\"channel\":\"a\",\"data\":\"as it is\"}", ANN).status()).isEqualTo(200);
    List<Object> held =
        Server.await(server.node.channel("a").history(9)).stream()
            .map(entry -> entry.message().json().orElseThrow())
            .toList();
    assertThat(held).containsExactly("anna", "as it is");
  }

  @Test
  void aDisconnectedUserIsGoneWithCredentialsThatWereIssuedBefore() throws IOException {
    Instant issued = Instant.now();
    clients = user -> Client.of(user).withIssued(issued);
    listen();
    TestOutlet ann = connect("?channels=a", ANN);
    TestOutlet bob = connect("?channels=a", "Authorization: Bearer bob");
    TestOutlet anonymous = connect("?channels=a");
    server.node.disconnect("ann");
    ended(ann, Ending.DISCONNECTED);
    problem(server.get("/once?channels=a", ANN), 403, "forbidden");
    problem(publish("{\"channel\":\"a\",\"data\":1}", ANN), 403, "forbidden");
    problem(server.request("POST", "/ticket", "", ANN), 403, "forbidden");
    assertThat(server.get("/once?channels=a", "Authorization: Bearer bob").status()).isEqualTo(200);
    clients = Client::of;
    assertThat(server.get("/once?channels=a", ANN).status()).isEqualTo(200);
    assertThat(bob.endings).isEmpty();
    assertThat(anonymous.endings).isEmpty();
  }

  @Test
  void aRevokedChannelIsClosedToItsUser() throws IOException {
    Instant issued = Instant.now();
    clients = user -> Client.of(user).withIssued(issued);
    listen();
    TestOutlet reads = connect("?channels=a.b,c", ANN);
    TestOutlet other = connect("?channels=c", ANN);
    server.node.revoke("ann", ChannelPattern.of("a.*"));
    ended(reads, Ending.REVOKED);
    problem(server.get("/once?channels=a.b", ANN), 403, "forbidden");
    problem(publish("{\"channel\":\"a.b\",\"data\":1}", ANN), 403, "forbidden");
    assertThat(server.get("/once?channels=c", ANN).status()).isEqualTo(200);
    Server.await(server.send(1, "{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"a.b\"]}"));
    Server.await(server.send(1, "{\"type\":\"publish\",\"id\":2,\"channel\":\"a.b\",\"data\":1}"));
    assertThat(other.frames("error").stream().map(frame -> frame.getString("code")))
        .containsExactly("forbidden", "forbidden");
    assertThat(other.endings).isEmpty();
  }

  @Test
  void reauthorizingEndsWhatIsNotPermittedAnyLonger() throws IOException {
    listen();
    TestOutlet loses = connect("?channels=a,b", ANN);
    TestOutlet keeps = connect("?channels=a", ANN);
    TestOutlet bob = connect("?channels=a,b", "Authorization: Bearer bob");
    closed.add("b");
    server.node.reauthorize("ann");
    ended(loses, Ending.REVOKED);
    assertThat(keeps.endings).isEmpty();
    assertThat(bob.endings).isEmpty();
  }

  @Test
  void aHeldRequestOfAUserWhoIsDisconnectedIsAnsweredAtOnce() throws IOException {
    Instant issued = Instant.now();
    clients = user -> Client.of(user).withIssued(issued);
    listen();
    try (Socket held = server.open("GET", "/once?channels=a", "", ANN, "X-Hold: 60000")) {
      eventually(() -> assertThat(server.node.counts().readers()).isEqualTo(1));
      server.node.disconnect("ann");
      assertThat(new String(held.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 200");
    }
  }

  /** The authorizer has agreed, but a slow broker has kept the reader from beginning. */
  @Test
  void whatIsRevokedDuringAnAttachIsNotRead() throws IOException {
    listen();
    server.broker.selective = true;
    try (Socket late = server.open("GET", "/later?channels=a", "", ANN)) {
      eventually(() -> assertThat(server.waiting).hasSize(1));
      server.node.revoke("ann", ChannelPattern.of("a"));
      TestOutlet outlet = new TestOutlet();
      server.waiting.get(0).attach(Server.TinyTransport.FRAMING, outlet);
      assertThat(outlet.endings).containsExactly(Ending.REVOKED);
      assertThat(outlet.writes).isEmpty();
      assertThat(late.isClosed()).isFalse();
    }
  }

  @Test
  void publishPermissionsAreRememberedForAWhileUntilSomethingChanges() throws IOException {
    options.setDecisionLifetime(Duration.ofMinutes(5)).setPublishesPerSecond(0);
    listen();
    TestOutlet outlet = connect("", ANN);
    String publish = "{\"type\":\"publish\",\"id\":1,\"channel\":\"a\",\"data\":1}";
    for (int i = 0; i < 5; i++) {
      Server.await(server.send(0, publish));
    }
    assertThat(decisions).containsExactly("ann PUBLISH a");
    closed.add("a");
    server.node.reauthorize("ann");
    Server.await(server.send(0, publish));
    eventually(() -> assertThat(outlet.frames("error")).hasSize(1));
    assertThat(outlet.frames("ok")).hasSize(5);
  }

  @Test
  void cookiesAndPagesOfEveryOriginDoNotGoTogether() {
    options.addAllowedOrigin("*");
    assertThatThrownBy(() -> listen(request -> Future.succeededFuture(Client.anonymous())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("addAllowedOrigin");
    listen(); // This one does not use cookies.
  }
}
