package io.millrace.core;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Authorizer;
import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Subscription;
import io.millrace.core.testing.ScriptedBroker;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Transport;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that whoever does not arrive leaves nothing, wherever it has turned round. */
class WayInTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  /** The broker's answers to what it is asked for channels named {@code slow…}. */
  private final Map<String, Promise<Void>> unanswered = new ConcurrentHashMap<>();

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final MillraceOptions options =
      new MillraceOptions()
          .setUnsubscribeLinger(Duration.ZERO)
          .setPublishTimeout(Duration.ofMinutes(5));
  private final Server server = new Server(vertx, new MillraceOptions());

  private final ScriptedBroker broker = new ScriptedBroker();

  private final Authorizer authorizer =
      (request, action, target) -> {
        asked.add(target.toString());
        return Future.succeededFuture(true);
      };

  private MillraceNode node;

  private Future<Void> confirm(ChannelPattern pattern) {
    return pattern.toString().startsWith("slow")
        ? unanswered.computeIfAbsent(pattern.toString(), asks -> Promise.promise()).future()
        : Future.succeededFuture();
  }

  private MillraceNode node() {
    broker.confirming = this::confirm;
    node =
        (MillraceNode)
            new NodeBuilder(vertx.get())
                .broker(broker)
                .options(options)
                .authorizer(authorizer)
                .transport(server.once)
                .transport(server.stay)
                .transport(server.duplex)
                .transport(server.later)
                .transport(transport("throws", true))
                .transport(transport("answers", false))
                .build();
    Router router = Router.router(vertx.get());
    router.route("/live*").subRouter(node.router());
    server.listen(router);
    Server.await(node.ready());
    return node;
  }

  /** A transport that attaches nothing. */
  private static Transport transport(String name, boolean throwing) {
    return new Server.TinyTransport(
        name,
        9,
        Set.of(Transport.Trait.STREAMING),
        (context, attachment) -> {
          if (throwing) {
            throw new IllegalStateException("on purpose");
          }
          context.response().setStatusCode(204).end();
        });
  }

  @AfterEach
  void close() {
    nothingIsLeft();
    Server.await(node.close());
  }

  private void nothingIsLeft() {
    eventually(
        () -> {
          assertThat(node.counts().readers()).as("readers").isZero();
          assertThat(node.counts().subscriptions()).as("subscriptions").isZero();
          assertThat(node.counts().timers()).as("timers").isZero();
        });
    // A broker that is closed is not asked to unsubscribe.
    if (node.isServing()) {
      eventually(
          () -> {
            assertThat(node.counts().brokerSubscriptions()).as("at the broker").isZero();
            assertThat(node.counts().readerBytes()).as("bytes").isZero();
          });
    }
  }

  private void waitsFor(String channel) {
    eventually(() -> assertThat(unanswered).containsKey(channel));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/once", "/stay", "/duplex", "/later"})
  void aClientThatLeavesWhileItWaitsAtTheBrokerMakesRoomAtOnce(String path) throws IOException {
    options.setMaxReaders(1);
    node();
    try (Socket socket = server.open("GET", path + "?channels=slow", "")) {
      waitsFor("slow");
      assertThat(server.get("/once?channels=a").status()).isEqualTo(503);
      socket.setSoLinger(true, 0);
    }
    eventually(() -> assertThat(server.get("/once?channels=a").status()).isEqualTo(200));
    assertThat(node.counts().brokerSubscriptions()).as("until the broker answers").isPositive();
    unanswered.get("slow").complete();
    nothingIsLeft();
    assertThat(server.outlets).isEmpty();
    assertThat(server.waiting).isEmpty();
  }

  @Test
  void aClientThatTheBrokerRefusesLeavesNothing() throws IOException {
    options.setMaxReaders(1);
    node();
    for (int i = 0; i < 3; i++) {
      String channel = "slow" + i;
      try (Socket socket = server.open("GET", "/stay?channels=a," + channel, "")) {
        waitsFor(channel);
        unanswered.get(channel).fail("on purpose");
        assertThat(socket.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 500");
      }
      nothingIsLeft();
    }
  }

  @Test
  void aClientThatWaitsAtTheBrokerWhenTheNodeClosesIsRefused() throws IOException {
    node();
    try (Socket socket = server.open("GET", "/stay?channels=slow", "")) {
      waitsFor("slow");
      Server.await(node.close());
      unanswered.get("slow").complete();
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 503").contains("retry-after");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSubscriberThatWaitsAtTheBrokerWhenTheNodeClosesIsRefused(boolean answered) {
    node();
    Future<Subscription> subscribed =
        node.subscribe(ChannelPattern.of("slow"), new Cursor("e", 1), entry -> {});
    waitsFor("slow");
    Server.await(node.close());
    assertThat(subscribed.isComplete()).isFalse();
    if (answered) {
      unanswered.get("slow").complete();
    } else {
      unanswered.get("slow").fail("on purpose");
    }
    eventually(() -> assertThat(subscribed.failed()).isTrue());
    if (answered) {
      assertThat(((MillraceException) subscribed.cause()).code())
          .isEqualTo(MillraceException.Code.UNAVAILABLE);
    }
  }

  @Test
  void aTransportThatThrowsLeavesNothing() {
    options.setMaxReaders(1);
    node();
    for (int i = 0; i < 3; i++) {
      assertThat(server.get("/throws?channels=a").status()).isEqualTo(500);
      nothingIsLeft();
    }
  }

  @Test
  void aTransportThatAnswersAndAttachesNothingLeavesNothing() throws IOException {
    options.setMaxReaders(1);
    node();
    for (int i = 0; i < 3; i++) {
      assertThat(server.get("/answers?channels=a").status()).isEqualTo(204);
      nothingIsLeft();
    }
    try (Socket socket = server.open("GET", "/later?channels=a", "")) {
      eventually(() -> assertThat(server.waiting).hasSize(1));
      assertThat(node.counts().subscriptions()).isEqualTo(1);
      server.contexts.get(0).response().end();
      assertThat(socket.getInputStream().readAllBytes()).asString().startsWith("HTTP/1.1 200");
    }
    nothingIsLeft();
    TestOutlet outlet = new TestOutlet();
    server.waiting.get(0).attach(Server.TinyTransport.FRAMING, outlet);
    assertThat(outlet.endings).hasSize(1);
    assertThat(outlet.writes).isEmpty();
    assertThat(server.get("/once?channels=a").status()).isEqualTo(200);
  }

  @Test
  void aHeadTakesNoPlaceHoweverLateItIsAnswered() throws IOException {
    options.setMaxReaders(1);
    node();
    try (Socket socket = server.open("HEAD", "/later?channels=slow&last=5", "")) {
      eventually(() -> assertThat(server.waiting).hasSize(1));
      assertThat(unanswered).isEmpty();
      assertThat(asked).containsExactly("slow");
      assertThat(server.get("/once?channels=a").status()).isEqualTo(200);
      TestOutlet outlet = new TestOutlet();
      server.waiting.get(0).attach(Server.TinyTransport.FRAMING, outlet);
      assertThat(outlet.endings).hasSize(1);
      assertThat(outlet.writes).isEmpty();
      assertThat(socket.isConnected()).isTrue();
    }
  }

  private static String subscribe(String channel) {
    return "{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"" + channel + "\"]}";
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aReaderThatEndsWhileItsCommandWaitsAtTheBrokerLeavesNothing(boolean answered)
      throws IOException {
    node();
    int connection = server.connect("?channels=a");
    Future<Void> carriedOut = server.send(connection, subscribe("slow"));
    waitsFor("slow");
    ended(connection);
    assertThat(node.counts().readers()).isZero();
    if (answered) {
      unanswered.get("slow").complete();
    } else {
      unanswered.get("slow").fail("on purpose");
    }
    Server.await(carriedOut);
    assertThat(server.outlets.get(connection).story()).containsExactly("welcome");
  }

  @Test
  void aCommandThatTheBrokerRefusesLeavesTheReaderAsItWas() throws IOException {
    node();
    int connection = server.connect("?channels=a");
    long before = node.counts().readerBytes();
    Future<Void> carriedOut = server.send(connection, subscribe("slow"));
    waitsFor("slow");
    unanswered.get("slow").fail("on purpose");
    Server.await(carriedOut);
    assertThat(server.outlets.get(connection).story()).containsExactly("welcome", "error");
    assertThat(node.counts().subscriptions()).isEqualTo(1);
    assertThat(node.counts().brokerSubscriptions()).isEqualTo(1);
    assertThat(node.counts().readerBytes()).isEqualTo(before);
    ended(connection);
  }

  @Test
  void aCommandForTooManyChannelsAsksNobody() throws IOException {
    options.setMaxChannels(1);
    node();
    int connection = server.connect("?channels=a");
    long before = node.counts().readerBytes();
    Server.await(server.send(connection, subscribe("b")));
    JsonObject error = server.outlets.get(connection).frames("error").get(0);
    assertThat(error.getString("code")).isEqualTo("bad-request");
    assertThat(asked).containsExactly("a");
    assertThat(node.counts().subscriptions()).isEqualTo(1);
    assertThat(node.counts().brokerSubscriptions()).isEqualTo(1);
    assertThat(node.counts().readerBytes()).isEqualTo(before);
    ended(connection);
  }

  private void ended(int connection) {
    var closed =
        server.onLoop(
            connection,
            () -> {
              server.outlets.get(connection).close();
              return Future.succeededFuture();
            });
    Server.await(closed);
  }
}
