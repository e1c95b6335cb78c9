package io.millrace.core.http;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Authorizer;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.core.Server;
import io.millrace.core.testing.Heap;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options =
      new MillraceOptions()
          .addPublishable("**")
          .addSubscribable("open.**")
          .setPublishesPerSecond(0)
          .setCommandsPerSecond(0);
  private Server server;
  private int connection;
  private TestOutlet outlet;

  private void connect(String query) throws IOException {
    connect(query, Optional.empty());
  }

  private void connect(String query, Optional<Authorizer> authorizer) throws IOException {
    server = new Server(vertx, options, authorizer).listen();
    connection = server.connect(query);
    outlet = server.outlets.get(connection);
  }

  /** Sends a frame, waits until the next may be sent, and returns the last frame that arrived. */
  private JsonObject send(String json) {
    Server.await(server.send(connection, json));
    List<JsonObject> frames = outlet.frames();
    return frames.get(frames.size() - 1);
  }

  private void append(String channel) {
    server.append(channel, Message.json(1));
  }

  private void story(String... expected) {
    eventually(() -> assertThat(outlet.story()).containsExactly(expected));
  }

  private static void error(JsonObject frame, Object id, String code) {
    assertThat(frame.getString("type")).isEqualTo("error");
    assertThat(frame.getString("code")).isEqualTo(code);
    assertThat(frame.getString("message")).isNotEmpty();
    assertThat(frame.getValue("id")).isEqualTo(id);
  }

  @Test
  void whatAClientTakesUpAndLeavesLingersNoMoreThanItMayHold() throws IOException {
    options.setMaxChannels(5).setCommandsPerSecond(0);
    connect("");
    server.broker.selective = true;
    for (int i = 0; i < 50; i++) {
      String channels = ",\"channels\":[\"fresh" + i + "\"]}";
      send("{\"type\":\"subscribe\",\"id\":1" + channels);
      send("{\"type\":\"unsubscribe\",\"id\":2" + channels);
    }
    assertThat(server.node.counts().brokerSubscriptions()).isEqualTo(5);
  }

  @Test
  void aFrameIsNotHeldOnceItIsCarriedOut() throws IOException {
    connect("?channels=a");
    List<Integer> connections = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      connections.add(server.connect("?channels=a"));
    }
    String ping = "{\"type\":\"ping\",\"more\":\"" + "x".repeat(200_000) + "\"}";
    long growth =
        Heap.growth(
            () -> {
              connections.forEach(to -> Server.await(server.send(to, ping)));
              // An event loop may hold what it did last.
              connections.forEach(to -> Server.await(server.onLoop(to, Future::succeededFuture)));
              return server;
            });
    // A fifth of what they would hold; what other tests leave behind is in it, too.
    assertThat(growth).isLessThan(connections.size() * 40_000L);
  }

  @Test
  void subscribesContinuesAndUnsubscribes() throws IOException {
    connect("");
    append("a");
    append("b");
    String cursor = server.log().cursor(0).toString();
    send("{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"a\"],\"cursor\":\"" + cursor + "\"}");
    story("welcome", "ok", "1");
    send("{\"type\":\"subscribe\",\"id\":\"two\",\"channels\":[\"b\",\"open.*\"],\"last\":5}");
    story("welcome", "ok", "1", "r2", "ok");
    send("{\"type\":\"unsubscribe\",\"id\":-3,\"channels\":[\"a\",\"never\"]}");
    append("a");
    append("open.x");
    story("welcome", "ok", "1", "r2", "ok", "ok", "4");
    assertThat(outlet.frames("ok").stream().map(ok -> ok.getValue("id")))
        .containsExactly(1, "two", -3);
    assertThat(server.node.counts().subscriptions()).isEqualTo(2);
  }

  @Test
  void subscribingAgainDoesNothingAndWithOtherEventsReplacesThem() throws IOException {
    connect("?channels=a");
    append("a");
    send("{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"a\"],\"last\":5}");
    story("welcome", "1", "ok");
    send("{\"type\":\"subscribe\",\"id\":2,\"channels\":[\"a\"],\"events\":[\"x\"]}");
    append("a");
    server.append("a", Message.json("x", 1));
    story("welcome", "1", "ok", "ok", "3");
    assertThat(server.node.counts().subscriptions()).isEqualTo(1);
  }

  @Test
  void whatIsRefusedChangesNothing() throws IOException {
    options.setMaxChannels(2);
    connect("?channels=a");
    JsonObject answer =
        send("{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"a\",\"b.*\"],\"events\":[\"x\"]}");
    error(answer, 1, "forbidden");
    send("{\"type\":\"subscribe\",\"id\":2,\"channels\":[\"b\"]}");
    eventually(() -> assertThat(outlet.frames("ok")).hasSize(1));
    answer =
        send("{\"type\":\"subscribe\",\"id\":3,\"channels\":[\"a\",\"c\"],\"events\":[\"x\"]}");
    error(answer, 3, "bad-request");
    append("a");
    eventually(() -> assertThat(outlet.sequences()).containsExactly(1L));
    assertThat(server.node.counts().subscriptions()).isEqualTo(2);
  }

  @Test
  void aPingIsAnsweredByAHeartbeat() throws IOException {
    connect("?channels=a");
    append("b");
    eventually(() -> assertThat(TestOutlet.seq(send("{\"type\":\"ping\"}"))).isEqualTo(1));
    assertThat(outlet.frames("heartbeat")).isNotEmpty();
  }

  @Test
  void severalCommandsInOneFrameAreCarriedOutInOrder() throws IOException {
    connect("");
    send(
        "[{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"a\"]},"
            + "{\"type\":\"publish\",\"id\":2,\"channel\":\"a\",\"data\":1},"
            + "{\"type\":\"nonsense\",\"id\":3},"
            + "{\"type\":\"unsubscribe\",\"id\":4,\"channels\":[\"a\"]},"
            + "{\"type\":\"ping\"}]");
    eventually(() -> assertThat(outlet.frames("heartbeat")).hasSize(1));
    assertThat(
            outlet.frames().stream()
                .filter(frame -> frame.containsKey("id"))
                .map(frame -> frame.getInteger("id")))
        .containsExactly(1, 2, 3, 4);
    assertThat(outlet.frames("ok").get(1).getString("published")).endsWith("-1");
    assertThat(send("[]").getString("type")).isEqualTo("heartbeat");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "1", "null", "\"a\"", "{", "[1]", "[[]]", "{}{}", "{\"a\":NaN}", "\u0000"})
  void whatIsNoObjectIsAnErrorWithoutAnId(String json) throws IOException {
    connect("?channels=a");
    error(send(json), null, "bad-request");
    assertThat(send("{\"type\":\"ping\"}").getString("type")).isEqualTo("heartbeat");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"id\":1}",
        "{\"type\":1}",
        "{\"type\":null}",
        "{\"type\":\"subscribe\"}",
        "{\"type\":\"subscribe\",\"id\":null}",
        "{\"type\":\"subscribe\",\"id\":1.5}",
        "{\"type\":\"subscribe\",\"id\":1e2}",
        "{\"type\":\"subscribe\",\"id\":true}",
        "{\"type\":\"subscribe\",\"id\":[1]}",
        "{\"type\":\"subscribe\",\"id\":{}}",
        "{\"type\":\"subscribe\",\"id\":12345678901234567890}",
        "{\"type\":\"subscribe\",\"id\":\"12345678901234567890123456789012345678901234567890123456789012345\"}"
      })
  void withoutAProperTypeAndIdACommandIsAnErrorWithoutAnId(String json) throws IOException {
    connect("?channels=a");
    error(send(json), null, "bad-request");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nonsense|",
        "auth| ,\"token\":\"x\"",
        "subscribe|",
        "subscribe| ,\"channels\":[]",
        "subscribe| ,\"channels\":\"a\"",
        "subscribe| ,\"channels\":[1]",
        "subscribe| ,\"channels\":[null]",
        "subscribe| ,\"channels\":[\"\"]",
        "subscribe| ,\"channels\":[\"a b\"]",
        "subscribe| ,\"channels\":[\"a.**.b\"]",
        "subscribe| ,\"channels\":[\"b\"],\"last\":-1",
        "subscribe| ,\"channels\":[\"b\"],\"last\":1001",
        "subscribe| ,\"channels\":[\"b\"],\"last\":\"1\"",
        "subscribe| ,\"channels\":[\"b\"],\"last\":1.0",
        "subscribe| ,\"channels\":[\"b\"],\"last\":99999999999999999999",
        "subscribe| ,\"channels\":[\"b\"],\"events\":\"x\"",
        "subscribe| ,\"channels\":[\"b\"],\"events\":[\"open\"]",
        "subscribe| ,\"channels\":[\"b\"],\"events\":[\"\"]",
        "subscribe| ,\"channels\":[\"b\"],\"cursor\":1",
        "unsubscribe|",
        "unsubscribe| ,\"channels\":[]",
        "unsubscribe| ,\"channels\":[\"a b\"]",
        "publish|",
        "publish| ,\"channel\":\"a\"",
        "publish| ,\"channel\":\"a.*\",\"data\":1",
        "publish| ,\"channel\":\"a\",\"data\":1,\"base64\":\"AA==\"",
        "publish| ,\"channel\":\"a\",\"base64\":\"A\"",
        "publish| ,\"channel\":\"a\",\"data\":1,\"event\":\"millrace.x\"",
        "publish| ,\"channel\":\"a\",\"data\":1,\"key\":\"?\"",
        "publish| ,\"channel\":\"a\",\"data\":1,\"priority\":\"urgent\"",
      })
  void badInputIsAnErrorWithTheCommandsId(String type, String rest) throws IOException {
    connect("?channels=a");
    String command = "{\"type\":\"" + type + "\",\"id\":7" + (rest == null ? "" : rest) + "}";
    error(send(command), 7, "bad-request");
    assertThat(send("{\"type\":\"ping\"}").getString("type")).isEqualTo("heartbeat");
    assertThat(server.node.counts().subscriptions()).isEqualTo(1);
    assertThat(server.log().head()).isZero();
  }

  @Test
  void anIdMayBeAStringWithAnyCharacter() throws IOException {
    connect("");
    send("{\"type\":\"subscribe\",\"id\":\"\\u0000\\\"한\",\"channels\":[\"a\"]}");
    eventually(() -> assertThat(outlet.frames("ok")).hasSize(1));
    assertThat(outlet.frames("ok").get(0).getString("id")).isEqualTo("\u0000\"한");
  }

  @Test
  void publishingIsAnsweredWithTheNameOrWithWhatFailed() throws IOException {
    connect("?channels=a");
    send("{\"type\":\"publish\",\"id\":1,\"channel\":\"a\",\"data\":{\"n\":1.0},\"event\":\"x\"}");
    eventually(() -> assertThat(outlet.frames("ok")).hasSize(1));
    assertThat(outlet.frames("ok").get(0).getString("published")).endsWith("-1");
    server.broker.publishing = it -> Future.succeededFuture(Publication.unnamed());
    send("{\"type\":\"publish\",\"id\":2,\"channel\":\"a\",\"base64\":\"AAEC\"}");
    eventually(() -> assertThat(outlet.frames("ok")).hasSize(2));
    server.broker.publishing =
        it ->
            Future.failedFuture(
                new MillraceException(MillraceException.Code.UNAVAILABLE, "No link."));
    error(send("{\"type\":\"publish\",\"id\":3,\"channel\":\"a\",\"data\":1}"), 3, "unavailable");
    server.broker.publishing = it -> Future.failedFuture(new IllegalStateException("secret"));
    JsonObject failed = send("{\"type\":\"publish\",\"id\":4,\"channel\":\"a\",\"data\":1}");
    error(failed, 4, "internal");
    assertThat(failed.encode()).doesNotContain("secret");
  }

  @Test
  void whatABrokerNeverAnswersIsBoundedAndTheConnectionGoesOn() throws IOException {
    options
        .setBodyBytes(0)
        .setMaxClientMessageBytes(50_000)
        .setPublishTimeout(Duration.ofMillis(50));
    connect("?channels=a");
    List<Promise<Publication>> taken = new CopyOnWriteArrayList<>();
    server.broker.publishing =
        message -> {
          Promise<Publication> promise = Promise.promise();
          taken.add(promise);
          return promise.future();
        };
    String publish =
        "{\"type\":\"publish\",\"id\":1,\"channel\":\"a\",\"data\":\"" + "x".repeat(40_000) + "\"}";
    for (int i = 0; i < 10; i++) {
      send(publish);
    }
    // The clients have been told that it takes too long, but the broker still has their messages.
    eventually(() -> assertThat(outlet.frames("error")).hasSize(10));
    assertThat(taken).hasSize(2);
    assertThat(outlet.frames("error").stream().map(error -> error.getString("code")))
        .containsOnly("timeout", "unavailable");
    append("a");
    eventually(() -> assertThat(outlet.sequences()).hasSize(1));
    taken.forEach(promise -> promise.complete(Publication.unnamed()));
    assertThat(server.publishing().unanswered().taken()).isZero();
    server.broker.publishing = message -> Future.succeededFuture(Publication.unnamed());
    send(publish);
    eventually(() -> assertThat(outlet.frames("ok")).hasSize(1));
  }

  @Test
  void publishingIsForbiddenWhereItIsNotSwitchedOn() throws IOException {
    options.addPublishable("**");
    connect(
        "",
        Optional.of(
            (request, action, target) ->
                Future.succeededFuture(action == Authorizer.Action.SUBSCRIBE)));
    error(send("{\"type\":\"publish\",\"id\":1,\"channel\":\"a\",\"data\":1}"), 1, "forbidden");
  }

  @Test
  void soManyMessagesInASecondAndNoMoreArePublished() throws IOException {
    options.setPublishesPerSecond(3);
    connect("");
    for (int i = 1; i <= 3; i++) {
      send("{\"type\":\"publish\",\"id\":" + i + ",\"channel\":\"a\",\"data\":1}");
    }
    eventually(() -> assertThat(outlet.frames("ok")).hasSize(3));
    error(send("{\"type\":\"publish\",\"id\":4,\"channel\":\"a\",\"data\":1}"), 4, "rate-limited");
    eventually(
        () ->
            assertThat(
                    send("{\"type\":\"publish\",\"id\":5,\"channel\":\"a\",\"data\":1}")
                        .getString("type"))
                .isEqualTo("ok"));
  }

  @Test
  void tooManyCommandsInASecondAreSlowedDownAndNotRefused() throws IOException {
    options.setCommandsPerSecond(5);
    connect("");
    long begun = System.nanoTime();
    String ping = "{\"type\":\"ping\"}";
    send("[" + String.join(",", java.util.Collections.nCopies(10, ping)) + "]");
    assertThat(System.nanoTime() - begun).isGreaterThan(900_000_000L);
    assertThat(outlet.frames("heartbeat")).hasSize(10);
  }

  static Stream<List<String>> costly() {
    String subscribe = "{\"type\":\"subscribe\",\"id\":1,\"last\":%d,\"channels\":[%s]}";
    String unsubscribe = "{\"type\":\"unsubscribe\",\"id\":2,\"channels\":[%s]}";
    return Stream.of(
        List.of(String.format(subscribe, 0, list("n", "", 100))),
        List.of(String.format(unsubscribe, list("n", "", 100))),
        List.of(String.format(subscribe, 0, list("open.p", ".*", 10))),
        List.of(String.format(unsubscribe, list("open.p", ".*", 10))),
        List.of(String.format(subscribe, 1000, list("n", "", 1))),
        Collections.nCopies(2, "[" + " ".repeat(200_000) + "]"),
        Collections.nCopies(2, "{\"type\":\"ping\"}" + " ".repeat(200_000)),
        Collections.nCopies(11, "[]"),
        Collections.nCopies(11, "no JSON"),
        Collections.nCopies(11, "{}"));
  }

  private static String list(String before, String after, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> '"' + before + i + after + '"')
        .collect(Collectors.joining(","));
  }

  @ParameterizedTest
  @MethodSource("costly")
  void whatACommandDoesIsWhatItCosts(List<String> frames) throws IOException {
    options.setCommandsPerSecond(5);
    connect("");
    long begun = System.nanoTime();
    frames.forEach(this::send);
    send("{\"type\":\"ping\"}");
    assertThat(System.nanoTime() - begun).isGreaterThan(900_000_000L);
  }

  @Test
  void manyPendingPublishesStopTheReadingUntilOneIsConfirmed() throws IOException {
    connect("");
    List<Promise<Publication>> pending = new CopyOnWriteArrayList<>();
    server.broker.publishing =
        message -> {
          Promise<Publication> promise = Promise.promise();
          pending.add(promise);
          return promise.future();
        };
    String publish = "{\"type\":\"publish\",\"id\":%d,\"channel\":\"a\",\"data\":1}";
    for (int i = 0; i < 15; i++) {
      Server.await(server.send(connection, String.format(publish, i)));
    }
    String three =
        String.join(
            ",",
            String.format(publish, 15),
            String.format(publish, 16),
            String.format(publish, 17));
    Future<Void> next = server.send(connection, "[" + three + "]");
    eventually(() -> assertThat(pending).hasSize(16));
    server.onLoop(connection, Future::<Void>succeededFuture);
    assertThat(pending).hasSize(16);
    assertThat(next.isComplete()).isFalse();
    for (int i = 0; i < 2; i++) {
      pending.get(7 + i).complete(Publication.unnamed());
      int taken = 17 + i;
      eventually(() -> assertThat(pending).hasSize(taken));
      assertThat(next.isComplete()).isFalse();
    }
    pending.get(0).complete(Publication.unnamed());
    Server.await(next);
    assertThat(outlet.frames("ok").get(0).getInteger("id")).isEqualTo(7);
    pending.forEach(it -> it.tryComplete(Publication.unnamed()));
    eventually(() -> assertThat(outlet.frames("ok")).hasSize(18));
  }

  @Test
  void anOutletThatThrowsEndsItsReaderAndWedgesNothing() throws IOException {
    connect("?channels=a");
    outlet.onWrite =
        written -> {
          throw new IllegalStateException("on purpose");
        };
    Server.await(server.send(connection, "[{\"type\":\"ping\"},{\"type\":\"ping\"}]"));
    eventually(() -> assertThat(server.node.counts().readers()).isZero());
    assertThat(outlet.endings).hasSize(1);
    Server.await(server.send(connection, "{\"type\":\"ping\"}"));
  }

  @Test
  void anAuthorizerThatAnswersLateFromAnotherThreadIsWaitedForInOrder() throws IOException {
    List<Promise<Boolean>> decisions = new CopyOnWriteArrayList<>();
    options.setDecisionLifetime(Duration.ZERO);
    connect(
        "",
        Optional.of(
            (request, action, target) -> {
              Promise<Boolean> decision = Promise.promise();
              decisions.add(decision);
              return decision.future();
            }));
    JsonArray commands = new JsonArray();
    commands.add(
        new JsonObject().put("type", "subscribe").put("id", 1).put("channels", List.of("a")));
    for (int id = 2; id < 40; id++) {
      commands.add(
          new JsonObject()
              .put("type", "publish")
              .put("id", id)
              .put("channel", "a")
              .put("data", id));
    }
    Future<Void> done = server.send(connection, commands.encode());
    for (int i = 0; i < commands.size(); i++) {
      int index = i;
      eventually(() -> assertThat(decisions).hasSize(index + 1));
      Thread answering = new Thread(() -> decisions.get(index).complete(true));
      answering.start();
    }
    Server.await(done);
    eventually(() -> assertThat(outlet.frames("message")).hasSize(38));
    assertThat(outlet.frames("message").stream().map(it -> it.getInteger("data"))).isSorted();
    eventually(() -> assertThat(outlet.frames("ok")).hasSize(39));
    assertThat(server.broker.publishers)
        .as("commands are carried out on the reader's event loop")
        .allMatch(thread -> thread.getName().contains("eventloop"));
  }

  @Test
  void aConnectionThatDiesWhileASubscriptionIsPendingLeavesNothing() throws IOException {
    Promise<Boolean> decision = Promise.promise();
    connect("", Optional.of((request, action, target) -> decision.future()));
    Future<Void> pending =
        server.send(connection, "{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"a\"]}");
    server.onLoop(
        connection,
        () -> {
          outlet.close();
          return Future.succeededFuture();
        });
    eventually(() -> assertThat(server.node.counts().readers()).isZero());
    decision.complete(true);
    Server.await(pending);
    assertThat(server.node.counts().subscriptions()).isZero();
    Server.await(server.send(connection, "{\"type\":\"ping\"}"));
    story("welcome");
  }

  @Test
  void aSubscribeWithLastOverTooWideAPatternIsAnErrorAndHoldsNothing() throws IOException {
    connect("?channels=a");
    for (int i = 0; i < 101; i++) {
      append("open." + i);
    }
    error(
        send("{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"open.*\"],\"last\":1}"),
        1,
        "bad-request");
    assertThat(server.node.counts().subscriptions()).isEqualTo(1);
  }
}
