package io.millrace.core.http;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Authenticator;
import io.millrace.Authorizer;
import io.millrace.BearerToken;
import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.Member;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.Server;
import io.millrace.core.testing.SharedBus;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Ending;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests who may ask who is present, and what is answered, over real connections. */
class PresenceTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private static final String JSON = "Content-Type: application/json";

  private final SharedBus bus = new SharedBus();

  /** What nobody may do, as {@code user ACTION channel}. */
  private final Set<String> denied = ConcurrentHashMap.newKeySet();

  private final MillraceOptions options =
      new MillraceOptions().addPresent("room.**").setUnsubscribeLinger(Duration.ZERO);

  /** A token is a user's name, which is also what others are told. */
  private static final class Tokens implements Authenticator {
    @Override
    public Future<Client> authenticate(RoutingContext request) {
      return BearerToken.of(request)
          .map(this::authenticate)
          .orElse(Future.succeededFuture(Client.anonymous()));
    }

    @Override
    public Future<Client> authenticate(String token) {
      return Future.succeededFuture(
          Client.of(token).withAttribute("info", new JsonObject().put("name", token + "!")));
    }

    @Override
    public boolean usesCookies() {
      return false;
    }
  }

  private Server listen(Optional<Authorizer> authorizer, SharedBus.Member broker) {
    Deciders deciders = new Deciders(Optional.of(new Tokens()), authorizer, Optional.empty());
    Server server = new Server(vertx, options, deciders, broker).listen();
    Server.await(server.node.ready());
    return server;
  }

  private Server listen() {
    return listen(Optional.of(this::authorize), bus.broker());
  }

  private Future<Boolean> authorize(
      Client client, Authorizer.Action action, ChannelPattern target) {
    return Future.succeededFuture(
        !denied.contains(client.user().orElse("-") + " " + action + " " + target));
  }

  private static String as(String user) {
    return "Authorization: Bearer " + user;
  }

  /** A connection on which commands may be sent. */
  private record Tab(Server server, int number) {

    static Tab open(Server server, String user, String query) throws IOException {
      return new Tab(
          server, user.isEmpty() ? server.connect(query) : server.connect(query, as(user)));
    }

    TestOutlet outlet() {
      return server.outlets.get(number);
    }

    void close() {
      Server.await(
          server.onLoop(
              number,
              () -> {
                outlet().close();
                return Future.succeededFuture();
              }));
    }

    void send(String json) {
      Server.await(server.send(number, json));
    }

    List<JsonObject> told() {
      return outlet().frames("presence");
    }

    /** Who is present, as far as this client was told of a channel. */
    Set<String> state(String channel) {
      Set<String> users = new TreeSet<>();
      for (JsonObject frame : outlet().frames("presence")) {
        if (frame.getString("channel").equals(channel)) {
          if (frame.containsKey("members")) {
            users.clear();
          }
          users.addAll(listed(frame, "members"));
          users.addAll(listed(frame, "joined"));
          frame.getJsonArray("left", new JsonArray()).forEach(user -> users.remove((String) user));
          assertThat(users).hasSize(frame.getInteger("count"));
        }
      }
      return users;
    }

    private static List<String> listed(JsonObject frame, String field) {
      List<String> users = new ArrayList<>();
      for (Object member : frame.getJsonArray(field, new JsonArray())) {
        users.add(((JsonObject) member).getString("user"));
      }
      return users;
    }

    /** How often this client was told that somebody has come, or is there. */
    long joins(String user) {
      return outlet().frames("presence").stream()
          .filter(
              frame ->
                  listed(frame, "members").contains(user) || listed(frame, "joined").contains(user))
          .count();
    }
  }

  private static void isPresent(Server server, String... users) {
    eventually(
        () ->
            assertThat(Server.await(server.node.channel("room.a").members()).members())
                .extracting(Member::user)
                .containsExactlyInAnyOrder(users));
  }

  @Test
  void twoTabsOfOneUserCountOnceOnTwoNodesToo() throws IOException {
    Server here = listen();
    Server there = listen();
    Tab watcher = Tab.open(here, "eve", "?channels=room.a&presence=true");
    Tab first = Tab.open(here, "ann", "?channels=room.a");
    Tab second = Tab.open(here, "ann", "?channels=room.a,room.b");
    Tab third = Tab.open(there, "ann", "?channels=room.a");
    isPresent(here, "ann", "eve");
    isPresent(there, "ann", "eve");
    first.close();
    second.close();
    here.ahead.addAndGet(5_000);
    Tab.open(here, "bob", "?channels=room.a");
    eventually(() -> assertThat(watcher.state("room.a")).containsExactly("ann", "bob", "eve"));
    third.close();
    there.ahead.addAndGet(5_000);
    eventually(() -> assertThat(watcher.state("room.a")).containsExactly("bob", "eve"));
    assertThat(watcher.joins("ann")).isEqualTo(1);
  }

  @Test
  void anotherPageIsNoDeparture() throws IOException {
    Server server = listen();
    Tab watcher = Tab.open(server, "eve", "?channels=room.a&presence=true");
    Tab page = Tab.open(server, "ann", "?channels=room.a");
    eventually(() -> assertThat(watcher.state("room.a")).containsExactly("ann", "eve"));
    int told = watcher.told().size();
    for (int i = 0; i < 3; i++) {
      page.close();
      server.ahead.addAndGet(2_000);
      page = Tab.open(server, "ann", "?channels=room.a");
      server.ahead.addAndGet(2_000);
    }
    Tab.open(server, "bob", "?channels=room.a");
    isPresent(server, "ann", "bob", "eve");
    eventually(() -> assertThat(watcher.state("room.a")).contains("bob"));
    assertThat(watcher.told()).hasSize(told + 1);
  }

  @Test
  void theMembersOfADeadNodeAreGoneWithinItsLease() throws IOException {
    SharedBus.Member broker = bus.broker();
    Server dead = listen(Optional.empty(), broker);
    Server alive = listen();
    Tab watcher = Tab.open(alive, "eve", "?channels=room.a&presence=true");
    for (int i = 0; i < 100; i++) {
      Tab.open(dead, "u" + i, "?channels=room.a");
    }
    eventually(
        () ->
            assertThat(Server.await(alive.node.channel("room.a").members()).count())
                .isEqualTo(101));
    broker.kill();
    alive.ahead.addAndGet(31_000);
    isPresent(alive, "eve");
    eventually(() -> assertThat(watcher.state("room.a")).containsExactly("eve"));
  }

  @Test
  void aThousandWhoReconnectCauseFewFrames() throws IOException {
    Server server = listen();
    Tab watcher = Tab.open(server, "eve", "?channels=room.a&presence=true");
    long begun = System.nanoTime();
    for (int round = 0; round < 2; round++) {
      List<Tab> tabs = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        tabs.add(Tab.open(server, "u" + i, "?channels=room.a"));
      }
      eventually(
          () ->
              assertThat(Server.await(server.node.channel("room.a").members()).count())
                  .isEqualTo(1001));
      tabs.forEach(Tab::close);
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    assertThat((double) watcher.told().size()).isLessThanOrEqualTo(seconds + 2);
  }

  @ParameterizedTest
  @CsvSource({"once", "stay", "duplex"})
  void whoeverMayNotKnowLearnsNothing(String transport) throws IOException {
    Server server = listen();
    Tab.open(server, "ann", "?channels=room.a");
    isPresent(server, "ann");
    denied.add("eve PRESENCE room.a");
    denied.add("- PRESENCE room.a");
    denied.add("kim SUBSCRIBE room.a");
    String path = "/" + transport + "?channels=room.a,room.b&presence=";
    for (String wish : List.of("true", "members")) {
      assertThat(server.get(path + wish, as("eve")).status()).isEqualTo(403);
      assertThat(server.get(path + wish).status()).isEqualTo(403);
      assertThat(server.get(path + wish, as("kim")).status()).isEqualTo(403);
      String body = "{\"channels\":[\"room.a\"],\"presence\":\"" + wish + "\"}";
      assertThat(server.request("POST", "/" + transport, body, JSON, as("eve")).body())
          .contains("forbidden")
          .doesNotContain("ann");
    }
    assertThat(server.get("/presence?channel=room.a", as("eve")).body())
        .contains("forbidden")
        .doesNotContain("ann");
    assertThat(server.get("/presence?channel=room.a").status()).isEqualTo(403);
    assertThat(server.get("/presence?channel=other", as("ann")).status()).isEqualTo(403);
  }

  @Test
  void aCommandOfWhoeverMayNotKnowIsRefusedAndSubscribesNothing() throws IOException {
    Server server = listen();
    Tab.open(server, "ann", "?channels=room.a");
    isPresent(server, "ann");
    denied.add("eve PRESENCE room.a");
    Tab eve = Tab.open(server, "eve", "");
    eve.send("{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"room.a\"],\"presence\":true}");
    eve.send("{\"type\":\"subscribe\",\"id\":2,\"channels\":[\"room.a\"]}");
    eve.send("{\"type\":\"subscribe\",\"id\":3,\"channels\":[\"room.a\"],\"presence\":true}");
    eve.send("{\"type\":\"subscribe\",\"id\":4,\"channels\":[\"room.*\"],\"presence\":true}");
    eve.send("{\"type\":\"subscribe\",\"id\":5,\"channels\":[\"other\"],\"presence\":true}");
    eve.send("{\"type\":\"subscribe\",\"id\":6,\"channels\":[\"room.b\"],\"presence\":7}");
    eventually(() -> assertThat(eve.outlet().frames("error")).hasSize(5));
    assertThat(eve.outlet().frames("error"))
        .extracting(error -> error.getInteger("id") + error.getString("code"))
        .containsExactly("1forbidden", "3forbidden", "4bad-request", "5forbidden", "6bad-request");
    isPresent(server, "ann", "eve");
    assertThat(eve.told()).isEmpty();
    assertThat(eve.outlet().frames()).noneMatch(frame -> frame.encode().contains("\"ann\""));
  }

  @Test
  void aRequestMayAskForSomeOfItsChannelsOnly() throws IOException {
    Server server = listen();
    Tab.open(server, "ann", "?channels=room.a,room.b");
    isPresent(server, "ann");
    denied.add("eve PRESENCE room.a");
    String path = "/duplex?channels=room.a,room.b&presence=";
    assertThat(server.get(path + "room.a", as("eve")).status()).isEqualTo(403);
    assertThat(server.get(path + "room.a,room.b", as("eve")).status()).isEqualTo(403);
    assertThat(server.get(path + "room.c", as("eve")).status()).isEqualTo(400);
    Tab eve = Tab.open(server, "eve", "?channels=room.a,room.b&presence=room.b");
    eventually(() -> assertThat(eve.told()).isNotEmpty());
    assertThat(eve.outlet().frames())
        .noneMatch(frame -> "room.a".equals(frame.getString("channel")));
  }

  @Test
  void aListOfVeryManyChannelsIsRefusedBeforeItIsRead() throws IOException {
    Server server = listen();
    String body = "{\"channels\":[\"room.a\"],\"presence\":\"" + "abcde,".repeat(40_000) + "\"}";
    assertThat(server.request("POST", "/once", body, JSON, as("ann")).status()).isEqualTo(400);
  }

  @Test
  void withoutAnAuthorizerOnlyUsersMayKnow() throws IOException {
    Server server = listen(Optional.empty(), bus.broker());
    Tab.open(server, "ann", "?channels=room.a");
    isPresent(server, "ann");
    assertThat(server.get("/presence?channel=room.a").status()).isEqualTo(403);
    assertThat(server.get("/once?channels=room.a&presence=true").status()).isEqualTo(403);
    assertThat(server.get("/once?channels=other&presence=true", as("ann")).status()).isEqualTo(403);
    assertThat(server.get("/once?channels=room.*&presence=true", as("ann")).status())
        .isEqualTo(400);
    assertThat(server.get("/once?channels=room.a&presence=yes", as("ann")).status()).isEqualTo(400);
    assertThat(server.get("/presence", as("ann")).status()).isEqualTo(400);
    assertThat(server.get("/presence?channel=room.*", as("ann")).status()).isEqualTo(400);
    assertThat(server.request("POST", "/presence", "{}", JSON).status()).isEqualTo(405);
    assertThat(server.get("/presence?channel=room.a", as("bob")).body())
        .isEqualTo(
            "{\"channel\":\"room.a\",\"members\":[{\"user\":\"ann\",\"info\":{\"name\":\"ann!\"}}],\"count\":1}");
    assertThat(server.get("/presence?channel=room.none", as("bob")).body())
        .isEqualTo("{\"channel\":\"room.none\",\"members\":[],\"count\":0}");
    assertThatThrownBy(() -> Server.await(server.node.channel("other").members()))
        .hasRootCauseInstanceOf(MillraceException.class);
  }

  @Test
  void whoeverDoesNotAskIsToldNothingAndAnonymousClientsAreNoMembers() throws IOException {
    Server server = listen();
    Tab quiet = Tab.open(server, "ann", "?channels=room.a");
    Tab anonymous = Tab.open(server, "", "?channels=room.a");
    Tab asking = Tab.open(server, "bob", "?channels=room.a&presence=true");
    isPresent(server, "ann", "bob");
    eventually(() -> assertThat(asking.state("room.a")).containsExactly("ann", "bob"));
    assertThat(quiet.told()).isEmpty();
    assertThat(anonymous.told()).isEmpty();
  }

  @Test
  void aCommandAsksAndUnsubscribingEndsIt() throws IOException {
    Server server = listen();
    Tab ann = Tab.open(server, "ann", "?channels=room.b");
    ann.send("{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"room.a\"],\"presence\":true}");
    ann.send(
        "{\"type\":\"subscribe\",\"id\":2,\"channels\":[\"room.b\"],\"presence\":\"members\"}");
    Tab bob = Tab.open(server, "bob", "?channels=room.a");
    eventually(() -> assertThat(ann.state("room.a")).containsExactly("ann", "bob"));
    eventually(() -> assertThat(ann.state("room.b")).containsExactly("ann"));
    bob.send("{\"type\":\"unsubscribe\",\"id\":1,\"channels\":[\"room.a\"]}");
    server.ahead.addAndGet(4_000);
    eventually(() -> assertThat(ann.state("room.a")).containsExactly("ann"));
    ann.send("{\"type\":\"unsubscribe\",\"id\":3,\"channels\":[\"room.a\"]}");
    server.ahead.addAndGet(4_000);
    isPresent(server);
  }

  @Test
  void whoeverAsksIsRefusedIfThereIsNoRoomToTell() throws IOException {
    options.setReaderBytes(72_000);
    Server server = listen();
    String channels =
        IntStream.range(0, 40).mapToObj(i -> "room." + i).collect(Collectors.joining(","));
    assertThat(server.get("/stay?presence=true&channels=" + channels, as("ann")).status())
        .isEqualTo(503);
    String list = "[\"" + channels.replace(",", "\",\"") + "\"]";
    String subscribe = "{\"type\":\"subscribe\",\"id\":1,\"channels\":" + list;
    Tab eve = Tab.open(server, "eve", "");
    eve.send(subscribe + ",\"presence\":true}");
    assertThat(eve.outlet().frames("error").get(0).getString("code")).isEqualTo("unavailable");
    eve.send(subscribe + "}");
    eventually(() -> assertThat(eve.outlet().frames("ok")).hasSize(1));
    eve.send(subscribe + ",\"presence\":true}");
    assertThat(eve.outlet().frames("error")).hasSize(2);
    eve.close();
    server.ahead.addAndGet(10_000);
    eventually(() -> assertThat(server.node.counts().readerBytes()).isZero());
  }

  @Test
  void aTokenOnAConnectionMakesItsUserPresent() throws IOException {
    Server server = listen();
    Tab tab = Tab.open(server, "", "?channels=room.a");
    tab.send("{\"type\":\"auth\",\"id\":1,\"token\":\"ann\"}");
    isPresent(server, "ann");
    tab.close();
    server.ahead.addAndGet(4_000);
    isPresent(server);
  }

  @Test
  void whoeverMayNotKnowAnyLongerIsEnded() throws IOException {
    Server server = listen();
    Tab ann = Tab.open(server, "ann", "?channels=room.a&presence=true");
    Tab quiet = Tab.open(server, "ann", "?channels=room.a");
    denied.add("ann PRESENCE room.a");
    Server.await(server.node.reauthorize("ann"));
    eventually(() -> assertThat(ann.outlet().endings).containsExactly(Ending.REVOKED));
    assertThat(quiet.outlet().endings).isEmpty();
  }

  @Test
  void aBatchSaysWhoIsPresentAndItsClientIsPresentUntilTheNext() {
    Server server = listen();
    String query = "/once?channels=room.a&presence=true&client=client-1";
    Server.Answer first = server.get(query, as("ann"));
    assertThat(first.body()).contains("\"presence\":[{\"channel\":\"room.a\",\"members\":[]");
    isPresent(server, "ann");
    assertThat(server.get(query, as("bob")).body()).contains("\"user\":\"ann\"", "\"count\":1}]");
    isPresent(server, "ann", "bob");
    // It is held, and answered because somebody has come since.
    assertThat(server.get(query, as("ann"), "X-Hold: 20000").body()).contains("\"count\":2}]");
    server.ahead.addAndGet(60_000);
    isPresent(server);
  }

  @Test
  void aNodeThatClosesTakesItsMembersWithIt() throws IOException {
    Server here = listen();
    Server there = listen();
    Tab.open(here, "ann", "?channels=room.a");
    Tab.open(there, "bob", "?channels=room.a");
    isPresent(here, "ann", "bob");
    Server.await(there.node.close());
    here.ahead.addAndGet(4_000);
    isPresent(here, "ann");
  }

  @Test
  void withoutPatternsNothingIsKeptAndNothingSaid() throws IOException {
    Server server =
        new Server(
                vertx,
                new MillraceOptions().setUnsubscribeLinger(Duration.ZERO),
                new Deciders(Optional.of(new Tokens()), Optional.empty(), Optional.empty()),
                bus.broker())
            .listen();
    Server.await(server.node.ready());
    Tab.open(server, "ann", "?channels=room.a");
    assertThat(server.get("/once?channels=room.a&presence=true", as("bob")).status())
        .isEqualTo(403);
    Server.await(server.node.channel("room.a").publish(Message.json(1)));
    // Nodes may still ask each other what was taken away.
    assertThat(bus.published)
        .filteredOn(it -> !it.contains("revocations"))
        .containsExactly("room.a 1");
  }
}
