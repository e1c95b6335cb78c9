package io.millrace.core;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.Subscriber;
import io.millrace.Subscription;
import io.millrace.core.broker.Publishing;
import io.millrace.core.testing.EchoBroker;
import io.millrace.core.testing.RecordedLog;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.BrokerLog;
import io.millrace.spi.BrokerRecords;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests a node whose broker has a log of its own. */
class BackendNodeTest {

  /** A broker with a log that says when the node has caught up with it. */
  private static final class LoggingBroker extends EchoBroker {
    final RecordedLog records = new RecordedLog();

    /** Without what nodes tell one another. */
    final List<Message> published = new CopyOnWriteArrayList<>();

    final List<Promise<Void>> catchUps = new CopyOnWriteArrayList<>();

    LoggingBroker() {
      super("logging");
    }

    @Override
    public boolean shared() {
      return true;
    }

    @Override
    public Future<Publication> publish(String channel, Message message) {
      if (!channel.equals(ChannelPattern.CONTROL.toString())) {
        published.add(message);
      }
      return Future.succeededFuture(Publication.unnamed());
    }

    @Override
    public Optional<BrokerLog> log() {
      return Optional.of(
          new BrokerLog() {
            @Override
            public Future<Void> catchUp() {
              Promise<Void> promise = Promise.promise();
              catchUps.add(promise);
              return promise.future();
            }

            @Override
            public Future<BrokerRecords> read(long from, Duration lead) {
              return records.read(from, lead);
            }
          });
    }
  }

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final LoggingBroker broker = new LoggingBroker();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final Server server = new Server(vertx, new MillraceOptions());

  private final MillraceNode node =
      (MillraceNode)
          new NodeBuilder(vertx.get())
              .broker(broker)
              .transport(server.once)
              .transport(server.later)
              .build();

  private final Subscriber subscriber =
      new Subscriber() {
        @Override
        public void onMessage(Entry entry) {
          told.add(entry.cursor().toString());
        }

        @Override
        public void onGap(Gap gap) {
          told.add(gap.reason().toString());
        }
      };

  @Test
  void trafficCannotBeHiddenWhereTheBrokerCountsIt() {
    NodeBuilder builder = new NodeBuilder(vertx.get());
    builder.broker(new LoggingBroker()).transport(server.once);
    assertThatThrownBy(() -> builder.options(new MillraceOptions().setTrafficHidden(true)).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("log of its own");
  }

  @AfterEach
  void close() {
    Server.await(node.close());
  }

  private static Message message() {
    return Message.json(1).withTime(Instant.EPOCH);
  }

  private void told(String... expected) {
    eventually(() -> assertThat(told).containsExactly(expected));
  }

  @Test
  void theLogIsNamedByTheBackendAndItsOffsetsAreTheCursors() {
    node.ingress().append(0, "a", message());
    Server.await(node.ingress().begin("e1"));
    Server.await(node.ready());
    assertThat(node.ingress().append(1, "a", message()).name()).contains("e1-2");
    Server.await(node.subscribe(ChannelPattern.of("a"), new Cursor("e1", 1), subscriber));
    told("e1-2");
    assertThatThrownBy(() -> node.ingress().begin("no-epoch"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatNodesTellEachOtherIsARecordButNoEntryOfTheLog() {
    Server.await(node.ingress().begin("e1"));
    Server.await(node.ready());
    List<String> heard = new CopyOnWriteArrayList<>();
    node.control().on("test", body -> heard.add(body.getString("text")));
    Server.await(node.subscribe(ChannelPattern.of("**"), subscriber));
    String body = "{\"node\":\"%s\",\"kind\":\"test\",\"text\":\"hi\"}";
    node.ingress()
        .append(
            4,
            ChannelPattern.CONTROL.toString(),
            Message.jsonText(Buffer.buffer(body.formatted(UUID.randomUUID()))));
    node.ingress().append(5, "a", message());
    told("e1-6");
    eventually(() -> assertThat(heard).containsExactly("hi"));
    assertThat(node.counts().channels()).isEqualTo(1);
  }

  @Test
  void aSubscriberIsToldWhenTheLogIsAnotherOneAndGoesOnInThat() {
    Server.await(node.ingress().begin("e1"));
    node.ingress().append(7, "a", message());
    Subscription subscription = Server.await(node.channel("a").subscribe(subscriber));
    node.ingress().append(8, "a", message());
    told("e1-9");
    Server.await(node.ingress().begin("e2"));
    told("e1-9", "epoch");
    node.ingress().append(0, "a", message());
    told("e1-9", "epoch", "e2-1");
    assertThat(subscription.cursor()).isEqualTo(new Cursor("e2", 1));
  }

  @Test
  void whoeverWasAdmittedToOneLogIsNotAttachedToTheNext() throws IOException {
    Server.await(node.ingress().begin("e1"));
    Server.await(node.ready());
    node.ingress().append(7, "a", message());
    Router router = Router.router(vertx.get());
    router.route("/live*").subRouter(node.router());
    server.listen(router);
    try (Socket socket = server.open("GET", "/later?channels=a", "")) {
      eventually(() -> assertThat(server.waiting).hasSize(1));
      Server.await(node.ingress().begin("e2"));
      TestOutlet outlet = new TestOutlet();
      server.waiting.get(0).attach(Server.TinyTransport.FRAMING, outlet);
      assertThat(outlet.endings).hasSize(1);
      assertThat(outlet.endings.get(0).mayReconnect()).isTrue();
      assertThat(node.counts().readers()).isZero();
      assertThat(node.counts().subscriptions()).isZero();
      assertThat(socket.isConnected()).isTrue();
    }
  }

  @Test
  void aCursorBeyondTheHeadIsJudgedWhenTheNodeHasCaughtUp() {
    Server.await(node.ingress().begin("e1"));
    Future<Subscription> first =
        node.subscribe(ChannelPattern.of("a"), new Cursor("e1", 2), subscriber);
    Future<Subscription> second =
        node.subscribe(ChannelPattern.of("a"), new Cursor("e1", 3), entry -> {});
    eventually(() -> assertThat(broker.catchUps).hasSize(1));
    node.ingress().append(1, "a", message());
    assertThat(first.isComplete()).isFalse();
    broker.catchUps.get(0).complete();
    // The second one asked after that wait had begun.
    eventually(() -> assertThat(broker.catchUps).hasSize(2));
    broker.catchUps.get(1).complete();
    Server.await(first);
    Server.await(second);
    node.ingress().append(2, "a", message());
    told("e1-3");
  }

  @Test
  void aCursorBeyondTheHeadStillIsAGap() {
    Server.await(node.ingress().begin("e1"));
    Future<Subscription> lost =
        node.subscribe(ChannelPattern.of("a"), new Cursor("e1", 5), subscriber);
    eventually(() -> assertThat(broker.catchUps).hasSize(1));
    broker.catchUps.get(0).complete();
    Server.await(lost);
    told("unknown");
  }

  @Test
  void whereTheNodeCannotCatchUpNobodyIsAttached() {
    Server.await(node.ingress().begin("e1"));
    Future<Subscription> refused =
        node.subscribe(ChannelPattern.of("a"), new Cursor("e1", 5), subscriber);
    eventually(() -> assertThat(broker.catchUps).hasSize(1));
    broker.catchUps.get(0).fail("on purpose");
    eventually(() -> assertThat(refused.failed()).isTrue());
    assertThat(node.counts().subscriptions()).isZero();
  }

  @Test
  void theKeysOfOnePublisherDoNotMeetThoseOfAnother() {
    Server.await(node.ingress().begin("e1"));
    Server.await(node.ready());
    Publishing publishing = node.engine().publishing();
    Server.await(publishing.publish("user a", "a", message().withKey("k")));
    Server.await(publishing.publish("user b", "a", message().withKey("k")));
    Server.await(publishing.publish("a", message().withKey("k")));
    assertThat(broker.published)
        .extracting(published -> published.key().orElseThrow())
        .doesNotHaveDuplicates()
        .endsWith("k");
  }

  /**
   * If it was not known whether a message was taken, its repeat may come from another address, to
   * another node.
   */
  @Test
  void aRandomKeyIsTheSameFromEveryAddressButNotOfEveryUser() {
    Server.await(node.ingress().begin("e1"));
    Server.await(node.ready());
    String key = "k".repeat(22);
    for (String scope : List.of("address 192.0.2.1", "address 192.0.2.2", "user a", "user b")) {
      Future<Publication> published =
          node.engine().publishing().publish(scope, "a", message().withKey(key));
      eventually(() -> assertThat(published.isComplete()).isTrue());
    }
    assertThat(broker.published)
        .extracting(published -> published.key().orElseThrow())
        .hasSize(3)
        .doesNotHaveDuplicates()
        .doesNotContain(key);
  }

  @Test
  void nobodyIsGivenAgainWhatTheNextLogHeldBeforeTheBrokerWasBack() {
    Server.await(node.ingress().begin("e1"));
    Server.await(node.ready());
    node.ingress().append(0, "a", message());
    Server.await(node.subscribe(ChannelPattern.of("a"), subscriber));
    node.ingress().append(1, "a", message());
    told("e1-2");
    node.ingress().degraded();
    Server.await(node.ingress().begin("e2"));
    Future<Subscription> meanwhile = node.subscribe(ChannelPattern.of("a"), subscriber);
    for (int i = 0; i < 5; i++) {
      node.ingress().append(i, "a", message());
    }
    assertThat(node.isServing()).isFalse();
    assertThat(meanwhile.isComplete()).isFalse();
    node.ingress().restored();
    eventually(() -> assertThat(node.isServing()).isTrue());
    Server.await(meanwhile);
    told("e1-2", "epoch");
    node.ingress().append(5, "a", message());
    told("e1-2", "epoch", "e2-6", "e2-6");
    assertThat(node.engine().log().history("a", 10)).hasSize(6);
  }
}
