package io.millrace.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Authenticator;
import io.millrace.Client;
import io.millrace.MillraceOptions;
import io.millrace.core.Server;
import io.millrace.core.reader.Rig;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.AllowForwardHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.SimpleAuthenticationHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotasTest {

  private static final String MESSAGE = "{\"channel\":\"a\",\"data\":1}";
  private static final String PUBLISH =
      "{\"type\":\"publish\",\"id\":1,\"channel\":\"a\",\"data\":1}";
  private static final String JSON = "Content-Type: application/json";

  private static final SimpleAuthenticationHandler BELIEVING =
      SimpleAuthenticationHandler.create()
          .authenticate(
              context ->
                  Future.succeededFuture(User.fromName(context.request().getHeader("X-User"))));

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options =
      new MillraceOptions()
          .addPublishable("**")
          .setPublishesPerSecond(2)
          .setPublishesPerSecondPerAddress(5);
  private Server server;

  /** A server that believes what a request says about its user and its address. */
  private void listen() {
    server = new Server(vertx, options);
    Router router = Router.router(vertx.get());
    router.allowForward(AllowForwardHeaders.X_FORWARD);
    router
        .route()
        .handler(
            context ->
                Optional.ofNullable(context.request().getHeader("X-User"))
                    .ifPresentOrElse(user -> BELIEVING.handle(context), context::next));
    router.route("/live*").subRouter(server.node.router());
    server.listen(router);
  }

  /**
   * Publishes until it is refused, and returns the refusal; it sends more messages than fit in a
   * second.
   */
  private Server.Answer refusal(String body, String... headers) {
    for (int i = 0; i < 100_000; i++) {
      Server.Answer answer = server.request("POST", "/publish", body, headers);
      if (answer.status() == 429) {
        return answer;
      }
    }
    throw new AssertionError("never refused");
  }

  @Test
  void whoPublishesTooOftenIsToldWhenToComeBack() {
    options.setPublishesPerSecondPerAddress(1);
    listen();
    Server.Answer answer = refusal(MESSAGE, JSON);
    assertThat(answer.json().getString("code")).isEqualTo("rate-limited");
    assertThat(answer.header("retry-after")).isEqualTo("1");
    assertThat(answer.json().getString("detail")).contains("address");
  }

  @Test
  void whatIsRefusedAnywayCountsToo() {
    options.setPublishesPerSecondPerAddress(1);
    listen();
    refusal("{\"channel\":\"not a name\"}", JSON);
    refusal("nothing", JSON);
  }

  private final AtomicInteger asked = new AtomicInteger();

  /** A server whose application finds out who sends a request, and knows no user who is bad. */
  private void listenAndAsk() {
    Authenticator authenticator =
        request -> {
          asked.incrementAndGet();
          String user = request.request().getHeader("X-User");
          return user.equals("bad")
              ? Future.failedFuture("unknown")
              : vertx.get().timer(1, TimeUnit.MILLISECONDS).map(Client.of(user));
        };
    server =
        new Server(
                vertx,
                options,
                new Deciders(Optional.of(authenticator), Optional.empty(), Optional.empty()))
            .listen();
  }

  private int publishAs(String user, String query) {
    return server.request("POST", "/publish" + query, MESSAGE, JSON, "X-User: " + user).status();
  }

  /** Floods as fast as it can, and returns for how many requests the application was asked. */
  private int flood(String user, int refusal) {
    int before = asked.get();
    for (int i = 0; i < 300; i++) {
      assertThat(publishAs(user, "")).isIn(200, refusal, 429);
    }
    return asked.get() - before;
  }

  @Test
  void aFloodOfPublishesAsksTheApplicationNoMoreOftenThanAFloodOfAttaches() {
    options.setAttachesPerSecond(3).setAttachesPerSecondPerAddress(5);
    listenAndAsk();
    long begun = System.nanoTime();
    int bad = flood("bad", 401);
    int ann = flood("ann", 429);
    double seconds = (System.nanoTime() - begun) / 1e9;
    // Of what ann publishes, two a second do not count for the address.
    assertThat((double) bad + ann).isLessThanOrEqualTo((5 + 2) * (seconds + 1));
  }

  @Test
  void usersBehindOneAddressHaveTheirOwnLimitsOnly() {
    options.setAttachesPerSecondPerAddress(5);
    listenAndAsk();
    for (int i = 0; i < 100; i++) {
      assertThat(publishAs("u" + i, "")).isEqualTo(200);
    }
  }

  @Test
  void aUserWithAnIdIsNotRefusedForAFlood() {
    options.setAttachesPerSecond(3).setAttachesPerSecondPerAddress(5);
    listenAndAsk();
    for (int i = 0; i < 5; i++) {
      flood("bad", 401);
      assertThat(publishAs("bob", "?client=client-of-bob")).isEqualTo(200);
      server.ahead.addAndGet(1_000);
    }
  }

  @Test
  void ofZeroIsNoLimit() {
    options.setPublishesPerSecond(0).setPublishesPerSecondPerAddress(0);
    listen();
    for (int i = 0; i < 200; i++) {
      assertThat(server.publish(MESSAGE).status()).isEqualTo(200);
      assertThat(server.request("POST", "/publish", MESSAGE, JSON, "X-User: ann").status())
          .isEqualTo(200);
    }
  }

  @Test
  void aUserIsLimitedWhateverTheAddressAndTheirAddressIsNot() {
    options.setPublishesPerSecond(1).setPublishesPerSecondPerAddress(0);
    listen();
    assertThat(refusal(MESSAGE, JSON, "X-User: ann").json().getString("detail"))
        .startsWith("You may publish 1 ");
    assertThat(server.request("POST", "/publish", MESSAGE, JSON, "X-User: bob").status())
        .isEqualTo(200);
    assertThat(server.publish(MESSAGE).status()).isEqualTo(200);
  }

  @Test
  void theWebSocketsOfAUserCountTogetherAndWithWhatComesOverHttp() throws IOException {
    options.setPublishesPerSecond(1).setPublishesPerSecondPerAddress(0);
    listen();
    for (int i = 0; i < 100; i++) {
      int one = server.connect("", "X-User: ann");
      int other = server.connect("", "X-User: ann");
      Server.await(server.send(one, PUBLISH));
      Server.await(server.send(other, PUBLISH));
      for (JsonObject refused : server.outlets.get(other).frames("error")) {
        assertThat(refused.getString("code")).isEqualTo("rate-limited");
        assertThat(refused.getString("message")).startsWith("You may publish 1 ");
        refusal(MESSAGE, JSON, "X-User: ann");
        return;
      }
    }
    throw new AssertionError("never refused");
  }

  @Test
  void theWebSocketsOfThoseWhoAreNoUserCountByThemselves() throws IOException {
    options.setPublishesPerSecond(1).setPublishesPerSecondPerAddress(1);
    listen();
    refusal(MESSAGE, JSON);
    for (int i = 0; i < 50; i++) {
      int one = server.connect("");
      Server.await(server.send(one, PUBLISH));
      assertThat(server.outlets.get(one).frames("ok")).hasSize(1);
    }
  }

  @Test
  void anAddressOfIpv6IsItsNetwork() {
    options.setPublishesPerSecondPerAddress(1);
    listen();
    for (int i = 0; i < 100_000; i++) {
      String from = "X-Forwarded-For: 2001:db8::" + Integer.toHexString(i & 0xffff);
      if (server.request("POST", "/publish", MESSAGE, JSON, from).status() == 429) {
        assertThat(
                server
                    .request("POST", "/publish", MESSAGE, JSON, "X-Forwarded-For: 2001:db8:0:1::")
                    .status())
            .isEqualTo(200);
        return;
      }
    }
    throw new AssertionError("never refused");
  }

  private static Client authenticated(RoutingContext context) {
    String user = context.request().getHeader("X-Token");
    return user == null ? Client.anonymous() : Client.of(user);
  }

  /** A server with an authenticator, which counts how often it is asked. */
  private void authenticate(AtomicInteger asked) {
    Authenticator authenticator =
        context -> {
          asked.incrementAndGet();
          return Future.succeededFuture(authenticated(context));
        };
    server =
        new Server(
                vertx,
                options,
                new Deciders(Optional.of(authenticator), Optional.empty(), Optional.empty()))
            .listen();
  }

  private static int refused(List<Server.Answer> answers) {
    return (int) answers.stream().filter(answer -> answer.status() == 429).count();
  }

  private List<Server.Answer> several(int count, String path, String... headers) {
    return Stream.generate(() -> server.get(path, headers)).limit(count).toList();
  }

  @Test
  void whoAttachesTooOftenIsRefusedBeforeAnybodyIsAskedWhoItIs() {
    AtomicInteger asked = new AtomicInteger();
    options.setAttachesPerSecondPerAddress(1);
    authenticate(asked);
    List<Server.Answer> answers = several(50, "/once?channels=a");
    assertThat(refused(answers)).isPositive().isEqualTo(50 - asked.get());
    Server.Answer answer =
        answers.stream().filter(it -> it.status() == 429).findAny().orElseThrow();
    assertThat(answer.json().getString("code")).isEqualTo("rate-limited");
    assertThat(answer.header("retry-after")).isEqualTo("1");
  }

  @Test
  void aUserAttachesSoOftenWhereverItComesFrom() {
    options.setAttachesPerSecond(1).setAttachesPerSecondPerAddress(0);
    authenticate(new AtomicInteger());
    assertThat(refused(several(50, "/once?channels=a", "X-Token: ann"))).isPositive();
    assertThat(refused(several(1, "/once?channels=a", "X-Token: bob"))).isZero();
    assertThat(refused(several(50, "/once?channels=a"))).isZero();
  }

  @Test
  @SuppressWarnings("try") // It is closed to see what that does.
  void aUserHasSoManyConnectionsAndGivesThemBack() throws IOException {
    options.setMaxReadersPerUser(2);
    authenticate(new AtomicInteger());
    try (Socket stays = server.open("GET", "/stay?channels=a", "", "X-Token: ann")) {
      try (Socket leaves = server.open("GET", "/stay?channels=a", "", "X-Token: ann")) {
        Rig.eventually(() -> assertThat(server.node.counts().readers()).isEqualTo(2));
        assertThat(refused(several(3, "/once?channels=a", "X-Token: ann"))).isEqualTo(3);
        assertThat(refused(several(3, "/once?channels=a", "X-Token: bob"))).isZero();
        assertThat(leaves.isClosed()).isFalse();
      }
      Rig.eventually(
          () -> assertThat(refused(several(1, "/once?channels=a", "X-Token: ann"))).isZero());
      assertThat(stays.isClosed()).isFalse();
    }
  }

  @Test
  void aConnectionThatGetsAUserLaterCountsForIt() throws IOException {
    options.setMaxReadersPerUser(1);
    Authenticator authenticator =
        new Authenticator() {
          @Override
          public Future<Client> authenticate(RoutingContext context) {
            return Future.succeededFuture(Client.anonymous());
          }

          @Override
          public Future<Client> authenticate(String token) {
            return Future.succeededFuture(Client.of(token));
          }
        };
    server =
        new Server(
                vertx,
                options,
                new Deciders(Optional.of(authenticator), Optional.empty(), Optional.empty()))
            .listen();
    int one = server.connect("?channels=a");
    int other = server.connect("?channels=a");
    String auth = "{\"type\":\"auth\",\"id\":1,\"token\":\"ann\"}";
    Server.await(server.send(one, auth));
    assertThat(server.outlets.get(one).frames("ok")).hasSize(1);
    Server.await(server.send(other, auth));
    assertThat(server.outlets.get(other).frames("error").get(0).getString("code"))
        .isEqualTo("rate-limited");
    Server.await(server.send(one, auth));
    assertThat(server.outlets.get(one).frames("ok")).hasSize(2);
  }

  @Test
  void aUserGetsSoManyTickets() {
    authenticate(new AtomicInteger());
    List<Server.Answer> answers =
        Stream.generate(() -> server.request("POST", "/ticket", "", "X-Token: ann"))
            .limit(100)
            .toList();
    assertThat(refused(answers)).isPositive().isLessThan(91);
    assertThat(server.request("POST", "/ticket", "", "X-Token: bob").status()).isEqualTo(200);
  }

  @Test
  void aFullNodeRefusesBeforeItReadsABody() throws IOException {
    options.setMaxReaders(1);
    listen();
    String head =
        """
        POST /live/once HTTP/1.1
        Host: localhost
        Content-Type: application/json
        Content-Length: 100

        """;
    try (Socket reader = server.open("GET", "/stay?channels=a", "");
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port)) {
      Rig.eventually(() -> assertThat(server.node.counts().readers()).isEqualTo(1));
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write(head.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 503");
      assertThat(reader.isClosed()).isFalse();
    }
  }

  /**
   * With the default limits: each has an id, or is a user whom the application takes time to find.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aThousandClientsBehindOneAddressWithinTheirOwnLimitsAreNotRefused(boolean users)
      throws Exception {
    MillraceOptions defaults = new MillraceOptions();
    options
        .setPublishesPerSecond(defaults.publishesPerSecond())
        .setPublishesPerSecondPerAddress(defaults.publishesPerSecondPerAddress());
    if (users) {
      listenAndAsk();
    } else {
      listen();
    }
    int reader =
        users ? server.connect("?channels=a", "X-User: reader") : server.connect("?channels=a");
    HttpClient http = vertx.get().createHttpClient(new PoolOptions().setHttp1MaxSize(50));
    for (int round = 1; round <= 3; round++) {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        String query = users ? "" : "client=client-" + i;
        String user = users ? "user-" + i : "";
        answers.add(ask(http, HttpMethod.GET, "/once?channels=a&" + query, user));
        answers.add(ask(http, HttpMethod.POST, "/publish?" + query, user));
      }
      for (Future<Integer> answer : answers) {
        assertThat(Server.await(answer)).isEqualTo(200);
      }
      int published = 1000 * round;
      Rig.eventually(() -> assertThat(server.outlets.get(reader).sequences()).hasSize(published));
    }
    Server.await(http.close());
  }

  /** One answer after the other on one connection: a thousand clients behind one address. */
  @Test
  void aThousandClientsBehindOneAddressAreNotRefusedForAFlooder() throws Exception {
    options.setPublishesPerSecond(10).setPublishesPerSecondPerAddress(100);
    listen();
    HttpClient http = vertx.get().createHttpClient(new PoolOptions().setHttp1MaxSize(8));
    for (int i = 0; i < 1000; i++) {
      assertThat(status(http, HttpMethod.GET, "/once?channels=a&client=honest-" + i))
          .isEqualTo(200);
    }
    List<Supplier<String>> floods =
        List.of(
            () -> "",
            () -> "client=flooder-1",
            () -> "client=made-up-" + ThreadLocalRandom.current().nextLong());
    for (int flood = 0; flood < floods.size(); flood++) {
      int refused = 0;
      for (int i = flood; i < 1000; i += floods.size()) {
        List<Future<Integer>> flooding = new ArrayList<>();
        for (int j = 0; j < 3; j++) {
          flooding.add(ask(http, HttpMethod.POST, "/publish?" + floods.get(flood).get()));
        }
        String honest = "client=honest-" + i;
        assertThat(status(http, HttpMethod.GET, "/once?channels=a&" + honest)).isEqualTo(200);
        assertThat(status(http, HttpMethod.POST, "/publish?" + honest)).isEqualTo(200);
        for (Future<Integer> each : flooding) {
          refused += Server.await(each) == 429 ? 1 : 0;
        }
      }
      assertThat(refused).as("the flooder").isPositive();
    }
    Server.await(http.close());
  }

  private int status(HttpClient http, HttpMethod method, String path) {
    return Server.await(ask(http, method, path));
  }

  private Future<Integer> ask(HttpClient http, HttpMethod method, String path) {
    return ask(http, method, path, "");
  }

  private Future<Integer> ask(HttpClient http, HttpMethod method, String path, String user) {
    return http.request(method, server.port, "127.0.0.1", server.mount + path)
        .compose(
            request -> {
              request.putHeader("Content-Type", "application/json");
              if (!user.isEmpty()) {
                request.putHeader("X-User", user);
              }
              return method.equals(HttpMethod.GET) ? request.send() : request.send(MESSAGE);
            })
        .map(HttpClientResponse::statusCode);
  }
}
