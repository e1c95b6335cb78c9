package io.millrace.core;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.broker.Control;
import io.millrace.core.testing.LoggedLines;
import io.millrace.core.testing.SharedBus;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests what nodes tell each other. */
class ControlTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private static final String KEY = ChannelPattern.CONTROL.toString();

  private final SharedBus bus = new SharedBus();
  private final List<MillraceNode> nodes = new ArrayList<>();
  private final List<JsonObject> heard = new CopyOnWriteArrayList<>();
  private final List<String> backs = new CopyOnWriteArrayList<>();

  private MillraceNode node(SharedBus.Member broker) {
    MillraceNode node =
        (MillraceNode)
            new NodeBuilder(vertx.get())
                .broker(broker)
                .transport(new Server(vertx, new MillraceOptions()).once)
                .build();
    nodes.add(node);
    return node;
  }

  private MillraceNode listener(SharedBus.Member broker) {
    MillraceNode node = node(broker);
    node.control().on("test", heard::add);
    node.control().onBack(() -> backs.add("back"));
    Server.await(node.ready());
    return node;
  }

  @AfterEach
  void close() {
    nodes.forEach(node -> Server.await(node.close()));
  }

  private static JsonObject number(int i) {
    return new JsonObject().put("number", i);
  }

  private List<Integer> numbers() {
    return heard.stream().map(body -> body.getInteger("number")).toList();
  }

  @Test
  void whatANodeSaysArrivesAtAllOthersAndNoReaderSeesIt() {
    MillraceNode teller = listener(bus.broker());
    List<String> read = new CopyOnWriteArrayList<>();
    MillraceNode hearer = listener(bus.broker());
    listener(bus.broker());
    Server.await(
        hearer.subscribe(ChannelPattern.of("**"), entry -> read.add(entry.message().toString())));
    for (int i = 0; i < 3; i++) {
      Server.await(teller.control().send("test", number(i)));
      Server.await(teller.control().send("unknown", number(i)));
    }
    eventually(() -> assertThat(numbers()).containsExactlyInAnyOrder(0, 0, 1, 1, 2, 2));
    assertThat(heard)
        .allMatch(body -> body.getString("node").equals(teller.control().node()))
        .noneMatch(body -> body.getString("node").equals(hearer.control().node()));
    assertThat(read).isEmpty();
    assertThat(hearer.counts().channels()).isZero();
    assertThat(hearer.counts().brokerSubscriptions()).isEqualTo(1);
  }

  @Test
  void whatIsNotOfANodeIsIgnoredAndLoggedOnce() {
    MillraceNode teller = node(bus.broker());
    listener(bus.broker());
    Server.await(teller.ready());
    String node = teller.control().node();
    try (LoggedLines lines = new LoggedLines(Control.class)) {
      for (String text :
          List.of(
              "",
              "[]",
              "null",
              "{}",
              "{\"node\":1}",
              "{\"node\":\"x\",\"kind\":\"test\"}",
              "{\"node\":\"" + node + "\",\"kind\":7}")) {
        bus.bring(KEY, Message.bytes(Buffer.buffer(text)));
      }
      bus.bring(KEY, Message.bytes(Buffer.buffer(new byte[100_000])));
      Server.await(teller.control().send("test", number(1)));
      eventually(() -> assertThat(numbers()).containsExactly(1));
      assertThat(lines.warnings()).hasSize(2);
    }
  }

  @Test
  void aHandlerThatFailsHearsTheNextMessage() {
    MillraceNode teller = node(bus.broker());
    MillraceNode hearer = node(bus.broker());
    hearer
        .control()
        .on(
            "test",
            body -> {
              heard.add(body);
              throw new IllegalStateException("It cannot be read.");
            });
    Server.await(teller.ready());
    Server.await(hearer.ready());
    Server.await(teller.control().send("test", number(1)));
    Server.await(teller.control().send("test", number(2)));
    eventually(() -> assertThat(numbers()).containsExactly(1, 2));
  }

  @Test
  void aFloodIsDroppedAndHarmsNothing() {
    MillraceNode hearer = listener(bus.broker());
    MillraceNode teller = node(bus.broker());
    Server.await(teller.ready());
    JsonObject large = number(0).put("text", "x".repeat(60_000));
    hearer
        .control()
        .on(
            "flood",
            body -> {
              // All of it arrives in this turn.
              for (int i = 0; i < 1_000; i++) {
                var unused = teller.control().send("test", large);
              }
            });
    Server.await(teller.control().send("flood", number(0)));
    eventually(() -> assertThat(heard).hasSizeBetween(10, 100));
    Server.await(teller.control().send("test", number(7)));
    eventually(() -> assertThat(numbers()).endsWith(7));
    assertThat(heard).hasSizeBetween(10, 100);
  }

  @Test
  void whatIsTooLargeIsNotSent() {
    MillraceNode teller = listener(bus.broker());
    assertThat(teller.control().maxBytes()).isEqualTo(64 << 10);
    assertThatThrownBy(
            () ->
                Server.await(
                    teller.control().send("test", new JsonObject().put("a", "x".repeat(64 << 10)))))
        .hasRootCauseInstanceOf(MillraceException.class);
    assertThat(bus.published).noneMatch(text -> text.contains("xxx"));
  }

  @Test
  void aNodeIsBackAfterItsStartAndAfterAnOutage() {
    MillraceNode teller = node(bus.broker());
    Server.await(teller.ready());
    SharedBus.Member broker = bus.broker();
    listener(broker);
    eventually(() -> assertThat(backs).hasSize(1));
    broker.cut();
    broker.mend();
    eventually(() -> assertThat(backs).hasSize(2));
    Server.await(teller.control().send("test", number(1)));
    eventually(() -> assertThat(numbers()).containsExactly(1));
  }

  @Test
  void aNodeWhoseSubscriptionIsRefusedServesAndTriesAgainAfterAnOutage() {
    MillraceNode teller = node(bus.broker());
    Server.await(teller.ready());
    SharedBus.Member broker = bus.broker();
    broker.refusing = ChannelPattern.CONTROL::equals;
    try (LoggedLines lines = new LoggedLines(Control.class)) {
      MillraceNode deaf = listener(broker);
      assertThat(deaf.isServing()).isTrue();
      eventually(() -> assertThat(lines.warnings()).hasSize(1));
    }
    Server.await(teller.control().send("test", number(1)));
    broker.refusing = pattern -> false;
    broker.cut();
    broker.mend();
    eventually(() -> assertThat(backs).hasSize(1));
    Server.await(teller.control().send("test", number(2)));
    eventually(() -> assertThat(numbers()).containsExactly(2));
  }

  @Test
  void noClientPublishesOrSubscribesToIt() throws IOException {
    Server server =
        new Server(vertx, new MillraceOptions().addPublishable("**").addSubscribable("**"))
            .listen();
    for (String query : List.of("$millrace", "%24millrace", "a,$millrace")) {
      assertThat(server.get("/once?channels=" + query).status()).isEqualTo(400);
    }
    assertThat(server.publish("{\"channel\":\"$millrace\",\"data\":{}}").status()).isEqualTo(400);
    int connection = server.connect("?envelope=1");
    Server.await(
        server.send(connection, "{\"type\":\"subscribe\",\"channels\":[\"$millrace\"],\"id\":1}"));
    Server.await(
        server.send(
            connection, "{\"type\":\"publish\",\"channel\":\"$millrace\",\"data\":1,\"id\":2}"));
    eventually(
        () ->
            assertThat(server.outlets.get(connection).frames("error"))
                .extracting(error -> error.getInteger("id") + error.getString("code"))
                .containsExactlyInAnyOrder("1bad-request", "2bad-request"));
  }
}
