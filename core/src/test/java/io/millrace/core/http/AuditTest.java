package io.millrace.core.http;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Auditor;
import io.millrace.Authenticator;
import io.millrace.Authorizer;
import io.millrace.BearerToken;
import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.Decision;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.PublishInterceptor;
import io.millrace.core.Server;
import io.millrace.core.testing.SharedBus;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Ending;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests that each decision about clients is an event, without anything that is secret. */
class AuditTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private static final String ANN = "Authorization: Bearer ann";
  private static final String HERE = " at 127.0.0.1: ";

  private final MillraceOptions options =
      new MillraceOptions().addPublishable("**").addPresent("**").setPublishesPerSecond(0);
  private final Set<String> closed = ConcurrentHashMap.newKeySet();
  private final List<Decision> decisions = new CopyOnWriteArrayList<>();
  private final Instant issued = Instant.now();
  private Optional<Authenticator> authenticator = Optional.of(new Tokens());
  private Optional<Authorizer> authorizer = Optional.of(this::authorize);
  private Optional<PublishInterceptor> interceptor = Optional.empty();
  private Optional<Instant> expiry = Optional.empty();
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
      if (token.equals("bad")) {
        return Future.failedFuture(new IllegalStateException("on purpose"));
      }
      Client client = Client.of(token).withIssued(issued).withAttribute("note", "an-attribute");
      return Future.succeededFuture(expiry.map(client::withExpiry).orElse(client));
    }

    @Override
    public boolean usesCookies() {
      return false;
    }
  }

  private Future<Boolean> authorize(
      Client client, Authorizer.Action action, ChannelPattern target) {
    return Future.succeededFuture(
        !closed.contains(target.toString()) && !closed.contains(action + " " + target));
  }

  private void listen() {
    listen(decisions::add);
  }

  private void listen(Auditor auditor) {
    server = new Server(vertx, options, deciders(auditor)).listen();
  }

  private Deciders deciders(Auditor auditor) {
    return new Deciders(
        authenticator, authorizer, interceptor, Optional.empty(), Optional.of(auditor));
  }

  /** Returns what was decided since it was last asked. */
  private List<String> decided() {
    List<String> all = decisions.stream().map(Decision::toString).toList();
    decisions.clear();
    return all;
  }

  private TestOutlet connect(String query, String... headers) throws IOException {
    return server.outlets.get(server.connect(query, headers));
  }

  private Server.Answer publish(String body, String... headers) {
    List<String> lines = new ArrayList<>(List.of(headers));
    lines.add("Content-Type: application/json");
    return server.request("POST", "/publish", body, lines.toArray(String[]::new));
  }

  @Test
  void eachChannelOfAnAttachIsADecision() {
    closed.add("b");
    closed.add("HISTORY a");
    listen();
    assertThat(server.get("/once?channels=a,b&last=3&presence=a", ANN).status()).isEqualTo(403);
    assertThat(decided())
        .containsExactly(
            "authenticate Client[ann]" + HERE + "allowed",
            "subscribe a Client[ann]" + HERE + "allowed",
            "subscribe b Client[ann]" + HERE + "forbidden",
            "history a Client[ann]" + HERE + "forbidden",
            "history b Client[ann]" + HERE + "forbidden",
            "presence a Client[ann]" + HERE + "allowed");
    server.get("/once?channels=a.*");
    Decision first = decisions.get(0);
    assertThat(first.at()).isBetween(issued, Instant.now());
    assertThat(first.client().user()).isEmpty();
    assertThat(first.isAllowed()).isTrue();
    assertThat(decided())
        .containsExactly(
            "authenticate Client[anonymous]" + HERE + "allowed",
            "subscribe a.* Client[anonymous]" + HERE + "allowed");
  }

  @Test
  void whoIsNotLetInIsADecisionToo() {
    listen();
    server.get("/once?channels=a", "Authorization: Bearer bad");
    expiry = Optional.of(Instant.now().minusSeconds(1));
    server.get("/negotiate", ANN);
    expiry = Optional.empty();
    server.node.disconnect("ann");
    server.get("/once?channels=a", ANN);
    assertThat(decided())
        .containsExactly(
            "authenticate Client[anonymous]" + HERE + "unauthorized",
            "authenticate Client[ann]" + HERE + "unauthorized",
            "disconnect Client[ann]: allowed",
            "authenticate Client[ann]" + HERE + "forbidden");
  }

  @Test
  void eachPublishIsOneDecisionWhoeverDecides() throws IOException {
    interceptor =
        Optional.of(
            (client, channel, message) ->
                channel.equals("odd")
                    ? Future.failedFuture(
                        new MillraceException(MillraceException.Code.CONFLICT, "Not now."))
                    : Future.succeededFuture(message));
    closed.add("b");
    listen();
    for (String channel : List.of("a", "b", "odd")) {
      publish("{\"channel\":\"" + channel + "\",\"data\":1}", ANN);
    }
    assertThat(decided().stream().filter(line -> !line.startsWith("authenticate")))
        .containsExactly(
            "publish a Client[ann]" + HERE + "allowed",
            "publish b Client[ann]" + HERE + "forbidden",
            "publish odd Client[ann]" + HERE + "conflict");
    connect("", ANN);
    decided();
    for (String channel : List.of("a", "a", "odd", "odd", "b")) { // The second is remembered.
      Server.await(
          server.send(
              0, "{\"type\":\"publish\",\"id\":1,\"channel\":\"" + channel + "\",\"data\":1}"));
    }
    assertThat(decided())
        .containsExactly(
            "publish a Client[ann]" + HERE + "allowed",
            "publish a Client[ann]" + HERE + "allowed",
            "publish odd Client[ann]" + HERE + "conflict",
            "publish odd Client[ann]" + HERE + "conflict",
            "publish b Client[ann]" + HERE + "forbidden");
  }

  @Test
  void aPublishWhosePermissionIsTakenAwayMeanwhileIsRefusedOnce() throws IOException {
    Promise<Message> seen = Promise.promise();
    interceptor = Optional.of((client, channel, message) -> seen.future());
    listen();
    connect("", ANN);
    Future<Void> sent =
        server.send(0, "{\"type\":\"publish\",\"id\":1,\"channel\":\"a\",\"data\":1}");
    Server.await(server.onLoop(0, () -> Future.succeededFuture())); // It has been asked.
    Server.await(server.node.revoke("ann", ChannelPattern.of("a")));
    decided();
    seen.complete(Message.json(1));
    Server.await(sent);
    assertThat(decided()).containsExactly("publish a Client[ann]" + HERE + "forbidden");
  }

  @Test
  void commandsAreDecidedOneByOne() throws IOException {
    listen();
    connect("?channels=a", ANN);
    decided();
    closed.add("b");
    Server.await(server.send(0, "{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"b\"]}"));
    Server.await(server.send(0, "{\"type\":\"auth\",\"id\":2,\"token\":\"bad\"}"));
    Server.await(server.send(0, "{\"type\":\"auth\",\"id\":3,\"token\":\"bob\"}"));
    Server.await(server.send(0, "{\"type\":\"auth\",\"id\":4,\"token\":\"ann\"}"));
    assertThat(decided())
        .containsExactly(
            "subscribe b Client[ann]" + HERE + "forbidden",
            "authenticate Client[ann]" + HERE + "unauthorized",
            "authenticate Client[ann]" + HERE + "forbidden",
            "authenticate Client[ann]" + HERE + "allowed",
            "subscribe a Client[ann]" + HERE + "allowed");
  }

  @Test
  void ticketsAreDecisions() {
    listen();
    String ticket = server.request("POST", "/ticket", "", ANN).json().getString("ticket");
    server.request("POST", "/ticket", "");
    server.get("/once?channels=a&ticket=" + ticket);
    server.get("/once?channels=a&ticket=" + ticket);
    List<String> lines = decided();
    assertThat(lines)
        .containsExactly(
            "authenticate Client[ann]" + HERE + "allowed",
            "ticket Client[ann]" + HERE + "allowed",
            "authenticate Client[anonymous]" + HERE + "allowed",
            "ticket Client[anonymous]" + HERE + "unauthorized",
            "authenticate Client[ann]" + HERE + "allowed",
            "subscribe a Client[ann]" + HERE + "allowed",
            "authenticate Client[anonymous]" + HERE + "unauthorized");
  }

  @Test
  void whatIsTakenAwayIsAnEventAndSoIsEachReaderThatEnds() throws IOException {
    listen();
    TestOutlet revoked = connect("?channels=a", ANN);
    TestOutlet asked = connect("?channels=b,c", ANN);
    TestOutlet disconnected = connect("?channels=c", ANN);
    decided();
    server.node.revoke("ann", ChannelPattern.of("a"));
    eventually(() -> assertThat(revoked.endings).containsExactly(Ending.REVOKED));
    assertThat(decided())
        .containsExactly(
            "revoke a Client[ann]: allowed", "revoke a Client[ann]" + HERE + "forbidden");
    closed.add("b");
    server.node.reauthorize("ann");
    eventually(() -> assertThat(asked.endings).containsExactly(Ending.REVOKED));
    eventually(() -> assertThat(decisions).hasSize(5));
    assertThat(decided())
        .startsWith("reauthorize Client[ann]: allowed")
        .containsOnlyOnce("subscribe b Client[ann]" + HERE + "forbidden")
        .containsOnlyOnce("reauthorize Client[ann]" + HERE + "forbidden");
    server.node.disconnect("ann");
    eventually(() -> assertThat(disconnected.endings).containsExactly(Ending.DISCONNECTED));
    assertThat(decided())
        .containsExactly(
            "disconnect Client[ann]: allowed", "disconnect Client[ann]" + HERE + "forbidden");
    assertThatThrownBy(() -> server.node.disconnect("")).isInstanceOf(MillraceException.class);
    assertThat(decisions).isEmpty();
  }

  @Test
  void onOtherNodesOnlyTheReadersThatEndAreEvents() throws IOException {
    SharedBus bus = new SharedBus();
    Deciders silent = deciders(ignored -> {});
    Server other = new Server(vertx, options, silent, bus.broker()).listen();
    server = new Server(vertx, options, deciders(decisions::add), bus.broker()).listen();
    Server.await(other.node.ready());
    Server.await(server.node.ready());
    TestOutlet outlet = connect("?channels=a", ANN);
    decided();
    Server.await(other.node.disconnect("ann"));
    eventually(() -> assertThat(outlet.endings).containsExactly(Ending.DISCONNECTED));
    assertThat(decided()).containsExactly("disconnect Client[ann]" + HERE + "forbidden");
  }

  @Test
  void whatIsNotDecidedInTimeIsRefused() {
    options.setAuthorizerTimeout(Duration.ofMillis(100));
    authorizer =
        Optional.of(
            (client, action, target) ->
                target.toString().equals("a")
                    ? Future.succeededFuture(true)
                    : Promise.<Boolean>promise().future());
    listen();
    assertThat(server.get("/once?channels=a,b", ANN).status()).isEqualTo(503);
    publish("{\"channel\":\"b\",\"data\":1}", ANN);
    assertThat(decided().stream().filter(line -> !line.startsWith("authenticate")))
        .containsExactly(
            "subscribe a Client[ann]" + HERE + "allowed",
            "subscribe b Client[ann]" + HERE + "unavailable",
            "publish b Client[ann]" + HERE + "unavailable");
    options.setAuthorizerTimeout(Duration.ofMinutes(10));
  }

  @Test
  void whatTheOptionsDecideAreDecisionsToo() {
    authenticator = Optional.empty();
    authorizer = Optional.empty();
    server =
        new Server(vertx, new MillraceOptions().addPublishable("open"), deciders(decisions::add))
            .listen();
    server.get("/once?channels=a&last=1");
    server.get("/once?channels=*");
    server.get("/presence?channel=a");
    publish("{\"channel\":\"open\",\"data\":1}");
    publish("{\"channel\":\"a\",\"data\":1}");
    assertThat(decided())
        .containsExactly(
            "subscribe a Client[anonymous]" + HERE + "allowed",
            "history a Client[anonymous]" + HERE + "allowed",
            "subscribe * Client[anonymous]" + HERE + "forbidden",
            "presence a Client[anonymous]" + HERE + "forbidden",
            "publish open Client[anonymous]" + HERE + "allowed",
            "publish a Client[anonymous]" + HERE + "forbidden");
  }

  @Test
  void theAddressIsThatOfTheClientBehindItsProxy() {
    options.addTrustedProxy("127.0.0.1");
    listen();
    server.get("/once?channels=a", ANN, "X-Forwarded-For: 192.0.2.7");
    assertThat(decisions)
        .hasSize(2)
        .allSatisfy(decision -> assertThat(decision.address()).contains("192.0.2.7"));
  }

  @Test
  void nothingSecretIsInADecision() throws IOException {
    listen();
    String ticket = server.request("POST", "/ticket", "", ANN).json().getString("ticket");
    server.get("/once?channels=a&ticket=" + ticket + "&made-up=a-secret");
    publish("{\"channel\":\"a\",\"data\":\"a-secret\",\"key\":\"a-secret\"}", ANN);
    server.get("/once?channels=a", "Authorization: Bearer bad", "Cookie: a=a-secret");
    connect("?channels=a", ANN);
    Server.await(server.send(0, "{\"type\":\"auth\",\"id\":2,\"token\":\"bad\"}"));
    assertThat(decisions).hasSizeGreaterThan(6);
    assertThat(String.join("\n", decided()))
        .doesNotContain("secret", "bad", "an-attribute", "?", ticket);
  }

  @Test
  void anAuditorThatThrowsHarmsNobody() throws IOException {
    listen(
        decision -> {
          throw new AssertionError("on purpose");
        });
    TestOutlet outlet = connect("?channels=a", ANN);
    assertThat(publish("{\"channel\":\"a\",\"data\":1}", ANN).status()).isEqualTo(200);
    assertThat(server.request("POST", "/ticket", "", ANN).status()).isEqualTo(200);
    assertThat(server.get("/once?channels=a", "Authorization: Bearer bad").status()).isEqualTo(401);
    eventually(() -> assertThat(outlet.frames("message")).hasSize(1));
    server.node.disconnect("ann");
    eventually(() -> assertThat(outlet.endings).containsExactly(Ending.DISCONNECTED));
    server.nothingRemains();
  }
}
