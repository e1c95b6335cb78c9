package io.millrace.core.http;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Authorizer;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.core.Server;
import io.millrace.core.log.Allowance;
import io.millrace.core.log.Footprint;
import io.millrace.core.reader.ReaderLoop;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that all readers and their subscriptions take a bounded part of the heap, whatever they
 * subscribe to.
 */
class ReaderBytesTest {

  private static final String JSON = "Content-Type: application/json";

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options =
      new MillraceOptions().addSubscribable("open.**").setCommandsPerSecond(0).setMaxChannels(1000);
  private final List<Socket> sockets = new ArrayList<>();

  /** Decisions on {@code slow.…} that the test has not made yet. */
  private final List<Promise<Boolean>> decisions = new CopyOnWriteArrayList<>();

  private Server server;

  private void listen() {
    server = new Server(vertx, options).listen();
  }

  private void listenAndAsk() {
    Authorizer authorizer =
        (request, action, target) -> {
          String name = target.toString();
          if (!name.startsWith("slow")) {
            return Future.succeededFuture(!name.startsWith("never"));
          }
          Promise<Boolean> decision = Promise.promise();
          decisions.add(decision);
          return decision.future();
        };
    server = new Server(vertx, options, Optional.of(authorizer)).listen();
  }

  private long taken() {
    return server.node.counts().readerBytes();
  }

  private int readers() {
    return server.node.counts().readers();
  }

  /** Returns a list of names of 200 characters, all different. */
  private static String names(int count, int from) {
    return IntStream.range(from, from + count)
        .mapToObj(i -> "n".repeat(190) + i)
        .collect(Collectors.joining(","));
  }

  private static String subscribe(int id, String names, String more) {
    String list =
        List.of(names.split(",", -1)).stream()
            .map(name -> '"' + name + '"')
            .collect(Collectors.joining(","));
    return "{\"type\":\"subscribe\",\"id\":" + id + ",\"channels\":[" + list + "]" + more + "}";
  }

  private static String unsubscribe(int id, String name) {
    return "{\"type\":\"unsubscribe\",\"id\":" + id + ",\"channels\":[\"" + name + "\"]}";
  }

  private JsonObject send(int connection, String json) {
    Server.await(server.send(connection, json));
    TestOutlet outlet = server.outlets.get(connection);
    int id = new JsonObject(json).getInteger("id");
    List<JsonObject> answers = new ArrayList<>();
    eventually(
        () -> {
          answers.clear();
          outlet.frames().stream()
              .filter(frame -> frame.getInteger("id", -1) == id)
              .filter(frame -> !frame.getString("type").equals("message"))
              .forEach(answers::add);
          assertThat(answers).isNotEmpty();
        });
    return answers.get(0);
  }

  private static void refused(JsonObject answer) {
    assertThat(answer.getString("type")).isEqualTo("error");
    assertThat(answer.getString("code")).isEqualTo("unavailable");
    assertThat(answer.getString("message")).contains("try again later");
  }

  private void stay(String query, String... headers) throws IOException {
    int before = readers();
    sockets.add(vertx.closing(server.open("GET", "/stay?" + query, "", headers)));
    attached(before + 1);
  }

  private void stayFor(String names) throws IOException {
    int before = readers();
    sockets.add(vertx.closing(server.open("POST", "/stay", post(names), JSON)));
    attached(before + 1);
  }

  /** What a reader takes is settled shortly after it counts, when the event loop has finished. */
  private void attached(int readers) {
    eventually(() -> assertThat(readers()).isEqualTo(readers));
    assertThat(server.get("/nothing").status()).isEqualTo(404);
  }

  private Server.Answer ask(String names) {
    return server.request("POST", "/stay", post(names), JSON);
  }

  /** Leaves only this much room. */
  private long leave(long bytes) {
    Allowance room = server.log().readers();
    long filled = options.readerBytes() - room.taken() - bytes;
    room.take(filled);
    return filled;
  }

  private static void refused(Server.Answer answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.json().getString("code")).isEqualTo("unavailable");
    assertThat(answer.header("retry-after")).isEqualTo("15");
  }

  @Test
  void whoComesToAFullNodeIsRefusedAndNobodyElseIsDisturbed() throws IOException {
    options.setReaderBytes(120_000);
    listen();
    stay("channels=a");
    int own = server.connect("?channels=b");
    stayFor(names(60, 0));
    refused(ask(names(60, 100)));
    assertThat(server.get("/once?channels=a").status()).isEqualTo(200);
    stay("channels=c");
    refused(server.get("/stay?channels=" + names(15, 100)));
    refused(server.get("/once?channels=" + names(15, 100), "X-Hold: 1000"));
    assertThat(readers()).isEqualTo(4);
    server.append("b", Message.json(1));
    eventually(() -> assertThat(server.outlets.get(own).sequences()).as("who is there").hasSize(1));
    sockets.get(1).close();
    eventually(() -> assertThat(readers()).isEqualTo(3));
    stayFor(names(60, 100));
  }

  private static String post(String names) {
    return subscribe(0, names, "").replace("\"type\":\"subscribe\",\"id\":0,", "");
  }

  @Test
  void aTransportRefusesInItsOwnWay() {
    options.setReaderBytes(1);
    listen();
    server.stay.refusing = true;
    assertThat(server.get("/stay?channels=a").body()).isEqualTo("come back");
  }

  @Test
  void aSubscribeIsRefusedAndItsConnectionGoesOn() throws IOException {
    options.setReaderBytes(80_000);
    listen();
    int own = server.connect("?channels=a");
    assertThat(send(own, subscribe(1, names(50, 0), "")).getString("type")).isEqualTo("ok");
    long before = taken();
    refused(send(own, subscribe(2, names(50, 50), "")));
    assertThat(taken()).isEqualTo(before);
    assertThat(server.node.counts().subscriptions()).isEqualTo(51);
    server.append("a", Message.json(1));
    eventually(() -> assertThat(server.outlets.get(own).sequences()).hasSize(1));
    assertThat(send(own, subscribe(3, "b", "")).getString("type")).isEqualTo("ok");
    long filled = leave(0);
    refused(send(own, subscribe(4, "c", "")));
    assertThat(send(own, subscribe(5, "b", "")).getString("type")).as("again").isEqualTo("ok");
    server.log().readers().add(-filled);
  }

  @Test
  void whatSeveralHaveIsCountedOnce() throws IOException {
    listen();
    String names = names(20, 0);
    for (int i = 0; i < ReaderLoop.SHARDS; i++) {
      stayFor(names);
    }
    long before = taken();
    stayFor(names);
    long alike = taken() - before;
    stayFor(names(20, 100));
    assertThat(taken() - before - 2 * alike).isGreaterThan(20 * 500);
  }

  @Test
  void filtersCountForAsLongAsSomebodyHasThem() throws IOException {
    options.setReaderBytes(300_000);
    listen();
    int own = server.connect("?channels=a");
    int id = 1;
    JsonObject answer = send(own, subscribe(id, "c" + id, events(id)));
    while (answer.getString("type").equals("ok")) {
      id++;
      answer = send(own, subscribe(id, "c" + id, events(id)));
    }
    refused(answer);
    // Each has 100 events of 64 characters that take two bytes each.
    assertThat(id).isBetween(10, 20);
    refused(send(own, subscribe(1000, "c1", events(1000))));
    for (int left = 1; left < id; left++) {
      assertThat(send(own, unsubscribe(2000 + left, "c" + left)).getString("type")).isEqualTo("ok");
    }
    assertThat(taken()).isLessThan(20_000);
    assertThat(send(own, subscribe(3000, "d", events(1))).getString("type")).isEqualTo("ok");
    long before = taken();
    for (int i = 0; i < 20; i++) {
      assertThat(send(own, subscribe(4000 + i, "d", events(i))).getString("type")).isEqualTo("ok");
    }
    assertThat(taken()).isEqualTo(before);
  }

  private static String events(int salt) {
    return IntStream.range(0, 100)
        .mapToObj(i -> '"' + "\u0416".repeat(58) + (100_000 + salt * 100 + i) + '"')
        .collect(Collectors.joining(",", ",\"events\":[", "]"));
  }

  @Test
  void whoLeavesWhatAllShareIsRefusedWhereItWouldTakeMore() throws IOException {
    options.setReaderBytes(1_000_000);
    listen();
    String names = names(50, 0);
    List<Integer> connections = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      connections.add(server.connect(""));
      assertThat(send(connections.get(i), subscribe(1, names, "")).getString("type"))
          .isEqualTo("ok");
    }
    long filled = leave(35_000);
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String name = names.split(",", -1)[i];
      answers.add(send(connections.get(i), unsubscribe(2, name)).getString("type"));
    }
    assertThat(taken()).isLessThan(1_000_000);
    assertThat(answers).contains("ok", "error");
    // A reader whose audience has no other can always take less.
    int alone = answers.indexOf("ok");
    for (int i = 10; i < 20; i++) {
      String name = names.split(",", -1)[i];
      assertThat(send(connections.get(alone), unsubscribe(i, name)).getString("type"))
          .isEqualTo("ok");
    }
    server.log().readers().add(-filled);
  }

  @Test
  void whatWaitsForTheAuthorizerIsCounted() throws IOException {
    options.setReaderBytes(100_000).setAuthorizerTimeout(Duration.ofMinutes(5));
    listenAndAsk();
    sockets.add(vertx.closing(server.open("POST", "/stay", post("slow.a," + names(60, 0)), JSON)));
    eventually(() -> assertThat(decisions).hasSize(1));
    refused(ask(names(60, 100)));
    decisions.get(0).complete(false);
    eventually(() -> assertThat(taken()).isZero());
    stayFor(names(60, 100));
  }

  @Test
  void aSubscribeThatWaitsIsCountedAndLeavesNothingIfItsConnectionGoes() throws IOException {
    options.setReaderBytes(100_000).setAuthorizerTimeout(Duration.ofMinutes(5));
    listenAndAsk();
    int own = server.connect("");
    var unused = server.send(own, subscribe(1, "slow.a," + names(50, 0), ""));
    eventually(() -> assertThat(decisions).hasSize(1));
    refused(ask(names(60, 100)));
    var ended =
        server.onLoop(
            own,
            () -> {
              server.outlets.get(own).close();
              return Future.succeededFuture();
            });
    Server.await(ended);
    assertThat(taken()).isPositive();
    decisions.get(0).complete(true);
    eventually(() -> assertThat(taken()).isZero());
  }

  @ParameterizedTest
  @CsvSource({
    "stay, channels=, 400",
    "stay, channels=a&events=open, 400",
    "stay, channels=never, 403",
    "once, channels=a, 200",
    "once, channels=a&cursor=x, 200",
    "once, channels=%zz, 400"
  })
  void whateverIsAnsweredLeavesNothing(String transport, String query, int status) {
    listenAndAsk();
    assertThat(server.get("/" + transport + "?" + query).status()).isEqualTo(status);
    eventually(() -> assertThat(taken()).isZero());
  }

  @Test
  void aHeadTakesNothing() {
    listen();
    assertThat(server.request("HEAD", "/stay?channels=a", "").status()).isEqualTo(200);
    eventually(() -> assertThat(taken()).isZero());
  }

  @Test
  void aHeadOfVerySmallPartsCounts() throws IOException {
    listen();
    stay("channels=a");
    long plain = taken();
    String[] headers = new String[400];
    for (int i = 0; i < headers.length; i++) {
      headers[i] = "h" + i + ": x";
    }
    stay("channels=a", headers);
    long many = taken() - plain;
    assertThat(many).isGreaterThan(plain + 400 * 100);
    stay("channels=a" + "&x".repeat(1000));
    assertThat(taken() - plain - many).isGreaterThan(plain + 1000 * 100);
  }

  @Test
  void aBodyThatAHandlerOfTheApplicationHasReadCounts() throws IOException {
    server = new Server(vertx, options);
    Router router = Router.router(vertx.get());
    router.route().handler(BodyHandler.create(false));
    router.route("/live*").subRouter(server.node.router());
    server.listen(router);
    String padded = post("a") + " ".repeat(100_000);
    sockets.add(vertx.closing(server.open("POST", "/stay", padded, JSON)));
    eventually(() -> assertThat(readers()).isEqualTo(1));
    assertThat(taken()).isGreaterThan(100_000);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aConnectionIsCountedWithoutItsRequest(boolean asking) throws IOException {
    if (asking) {
      listenAndAsk();
    } else {
      listen();
    }
    server.connect("?channels=a");
    assertThat(taken()).isLessThan(ConnectionFootprint.CONNECTION + ConnectionFootprint.REQUEST);
  }

  @Test
  void whereVertxCountsBytesItKeepsTheRequest() throws IOException {
    Vertx metered =
        Vertx.builder().with(new VertxOptions()).withMetrics(o -> new Metered()).build();
    vertx.closing(() -> metered.close().await());
    server = vertx.closing(new Server(metered, options, Deciders.NONE)).listen();
    server.connect("?channels=a");
    assertThat(taken()).isGreaterThan(ConnectionFootprint.CONNECTION + ConnectionFootprint.REQUEST);
  }

  private static final class Metered implements io.vertx.core.spi.metrics.VertxMetrics {}

  @Test
  void replaysThatWaitForWhoDoesNotReadAreCounted() throws IOException {
    options.setReaderBytes(400_000);
    listen();
    int own = server.connect("?channels=a");
    TestOutlet outlet = server.outlets.get(own);
    outlet.writable = false;
    for (int i = 0; i < 10; i++) {
      Server.await(server.send(own, subscribe(i, "open." + i + ".*", ",\"last\":1")));
    }
    assertThat(outlet.frames("error"))
        .extracting(error -> error.getString("code"))
        .contains("unavailable");
    assertThat(taken()).isBetween(200_000L, 400_000L);
    var drained =
        server.onLoop(
            own,
            () -> {
              outlet.drain();
              return Future.succeededFuture();
            });
    Server.await(drained);
    eventually(() -> assertThat(taken()).isLessThan(50_000));
  }

  @Test
  void whatTheNodeHasAtItsBrokerCountsUntilItIsGivenUp() throws IOException {
    options.setUnsubscribeLinger(Duration.ZERO);
    listen();
    server.broker.selective = true;
    int own = server.connect("");
    assertThat(send(own, subscribe(1, "open.**", "")).getString("type")).isEqualTo("ok");
    long before = taken();
    assertThat(send(own, subscribe(2, "open.a", "")).getString("type")).isEqualTo("ok");
    int broker = Footprint.brokerSubscription(io.millrace.ChannelPattern.of("open.a"));
    assertThat(taken() - before).isGreaterThan(broker + Footprint.SUBSCRIPTION);
    assertThat(send(own, unsubscribe(3, "open.a")).getString("type")).isEqualTo("ok");
    // What was unsubscribed is remembered, for a client that subscribes to it again.
    assertThat(taken() - before).isBetween(1L, (long) broker);
  }
}
