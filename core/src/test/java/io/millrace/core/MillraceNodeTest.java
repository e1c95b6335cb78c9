package io.millrace.core;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Channel;
import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.Subscriber;
import io.millrace.Subscription;
import io.millrace.core.testing.EchoBroker;
import io.millrace.core.testing.LoggedLines;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Ending;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MillraceNodeTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options = new MillraceOptions();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private Server server;

  private final Subscriber subscriber =
      new Subscriber() {
        @Override
        public void onMessage(Entry entry) {
          threads.add(Thread.currentThread());
          told.add(entry.channel() + " " + entry.cursor().seq());
        }

        @Override
        public void onGap(Gap gap) {
          told.add(gap.reason().toString());
        }

        @Override
        public void onEnd() {
          told.add("end");
        }
      };

  private MillraceNode node() {
    server = new Server(vertx, options);
    return (MillraceNode) server.node;
  }

  private void told(String... expected) {
    eventually(() -> assertThat(told).containsExactly(expected));
  }

  @Test
  void theApplicationPublishesAndSubscribes() {
    Millrace node = node();
    Channel channel = node.channel("a");
    assertThat(channel.name()).isEqualTo("a");
    Server.await(channel.publish(Message.json(1)));
    Subscription subscription = Server.await(channel.subscribe(subscriber));
    Subscription pattern =
        Server.await(node.subscribe(ChannelPattern.of("b.**"), entry -> told.add("pattern")));
    Publication publication = Server.await(channel.publish(Message.json(2)));
    assertThat(publication.name()).contains(subscription.cursor().epoch() + "-2");
    Server.await(node.channel("b.c").publish(Message.json(3)));
    eventually(() -> assertThat(told).containsExactlyInAnyOrder("a 2", "pattern"));
    assertThat(Server.await(channel.history(5))).hasSize(2);
    assertThat(Server.await(channel.history(1)).get(0).cursor().seq()).isEqualTo(2);
    assertThat(Server.await(channel.history(0))).isEmpty();
    assertThatThrownBy(() -> channel.history(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> node.channel("a.*")).isInstanceOf(MillraceException.class);
    assertThat(node.counts().readers()).isEqualTo(2);
    assertThat(node.counts().subscriptions()).isEqualTo(2);
    assertThat(node.counts().channels()).isEqualTo(2);
    Server.await(subscription.end());
    Server.await(pattern.end());
    assertThat(node.counts().readers()).isZero();
    assertThat(node.counts().subscriptions()).isZero();
  }

  @Test
  void aSubscriberContinuesAtACursorOrIsToldAGap() {
    Millrace node = node();
    Channel channel = node.channel("a");
    for (int i = 0; i < 3; i++) {
      Server.await(channel.publish(Message.json(i)));
    }
    Cursor cursor = Server.await(channel.history(3)).get(0).cursor();
    Server.await(channel.subscribe(cursor, subscriber));
    told("a 2", "a 3");
    told.clear();
    Server.await(node.subscribe(ChannelPattern.of("a"), new Cursor("other", 5), subscriber));
    told("epoch", "a 1", "a 2", "a 3");
  }

  @Test
  void aSubscriberIsCalledOnTheEventLoopOfItsContext() {
    MillraceNode node = node();
    Promise<Thread> loop = Promise.promise();
    Promise<Subscription> subscribed = Promise.promise();
    vertx
        .get()
        .runOnContext(
            now -> {
              loop.complete(Thread.currentThread());
              node.channel("a").subscribe(subscriber).onComplete(subscribed);
            });
    Server.await(subscribed.future());
    Server.await(node.channel("a").publish(Message.json(1)));
    told("a 1");
    assertThat(threads).containsExactly(Server.await(loop.future()));
  }

  @Test
  void aMessageGetsATimeUnlessItHasOne() {
    MillraceNode node = node();
    Instant time = Instant.ofEpochMilli(1234);
    Server.await(node.channel("a").publish(Message.json(1).withTime(time)));
    Instant before = Instant.ofEpochMilli(System.currentTimeMillis());
    Server.await(node.channel("a").publish(Message.json(2)));
    node.ingress().append("a", Message.json(3));
    List<Entry> entries = Server.await(node.channel("a").history(3));
    assertThat(entries.get(0).message().time()).contains(time);
    assertThat(entries.get(1).message().time().orElseThrow()).isBetween(before, Instant.now());
    assertThat(entries.get(2).message().time()).isPresent();
  }

  @Test
  void whatIsTooLargeOrForNoChannelIsNotAppended() {
    options.setMaxMessageBytes(10);
    MillraceNode node = node();
    Message large = Message.bytes(Buffer.buffer(new byte[11]));
    assertThat(node.channel("a").publish(large).cause())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.TOO_LARGE));
    assertThatThrownBy(() -> node.ingress().append("a", large))
        .isInstanceOf(MillraceException.class);
    assertThatThrownBy(() -> node.ingress().append("a.*", Message.json(1)))
        .isInstanceOf(MillraceException.class);
    assertThatThrownBy(() -> node.ingress().append("", Message.json(1)))
        .isInstanceOf(MillraceException.class);
    assertThat(node.engine().log().head()).isZero();
    assertThat(node.counts().heldBytes()).isZero();
    assertThat(node.counts().channels()).isZero();
  }

  @Test
  void closingTellsEveryReaderToComeBackThenClosesTheBroker() throws IOException {
    MillraceNode node = node();
    server.listen();
    int duplex = server.connect("?channels=a");
    Server.await(node.channel("a").subscribe(subscriber));
    try (Socket poll = server.open("GET", "/once?channels=a", "", "X-Hold: 20000")) {
      eventually(() -> assertThat(node.counts().readers()).isEqualTo(3));
      Future<Void> closed = node.close();
      assertThat(node.close()).isSameAs(closed);
      Server.await(closed);
      assertThat(poll.getInputStream().readAllBytes()).asString().contains("\"type\":\"end\"");
    }
    assertThat(server.broker.closed).isTrue();
    assertThat(told).containsExactly("end");
    List<Ending> endings = server.outlets.get(duplex).endings;
    assertThat(endings).hasSize(1);
    assertThat(endings.get(0).code()).isEqualTo(1001);
    assertThat(endings.get(0).after()).isLessThan(Duration.ofSeconds(3));
    assertThat(server.outlets.get(duplex).story()).endsWith("goodbye");
    assertThat(node.counts().readers()).isZero();
    assertThat(node.counts().timers()).isZero();
    assertThat(node.channel("a").subscribe(subscriber).failed()).isTrue();
    assertThat(node.channel("a").publish(Message.json(1)).failed()).isTrue();
  }

  @Test
  void switchingATransportOffEndsItsReadersAndNoOthers() throws IOException {
    MillraceNode node = node();
    server.listen();
    int duplex = server.connect("?channels=a");
    Server.await(node.channel("a").subscribe(subscriber));
    node.enableTransport("stay", false);
    node.enableTransport("duplex", false);
    node.enableTransport("duplex", false);
    eventually(
        () -> assertThat(server.outlets.get(duplex).endings).containsExactly(Ending.TRANSPORT_OFF));
    assertThat(node.counts().readers()).isEqualTo(1);
  }

  @Test
  void aNodeWhoseBrokerIsStillOpeningTakesNobodyYet() {
    server = new Server(vertx, options);
    EchoBroker slow = new EchoBroker("slow");
    Promise<Void> opened = Promise.promise();
    slow.opened = opened.future();
    MillraceNode node =
        (MillraceNode) new NodeBuilder(vertx.get()).broker(slow).transport(server.once).build();
    Future<Subscription> early = node.channel("a").subscribe(subscriber);
    assertThat(node.isServing()).isFalse();
    assertThat(node.channel("a").publish(Message.json(1)).failed()).isTrue();
    assertThat(early.isComplete()).isFalse();
    opened.complete();
    Server.await(early);
    Server.await(node.ready());
    Server.await(node.channel("a").publish(Message.json(1)));
    told("a 1");
    Server.await(node.close());
  }

  @Test
  void aNodeWhoseBrokerCannotBeOpenedNeverGetsReady() {
    server = new Server(vertx, options);
    for (boolean throwing : new boolean[] {true, false}) {
      EchoBroker broken =
          new EchoBroker("broken") {
            @Override
            public Future<Void> open(io.millrace.spi.Ingress ingress) {
              if (throwing) {
                throw new IllegalStateException("on purpose");
              }
              return Future.failedFuture("on purpose");
            }
          };
      MillraceNode node =
          (MillraceNode) new NodeBuilder(vertx.get()).broker(broken).transport(server.once).build();
      eventually(() -> assertThat(node.ready().failed()).isTrue());
      eventually(() -> assertThat(node.channel("a").subscribe(subscriber).failed()).isTrue());
      Server.await(node.close());
    }
  }

  @Test
  void aSubscriberThatTheBrokerRefusesIsNotAttached() {
    server = new Server(vertx, options);
    EchoBroker refusing =
        new EchoBroker("refusing") {
          @Override
          public Future<Void> subscribe(ChannelPattern pattern) {
            return Future.failedFuture("on purpose");
          }
        };
    refusing.selective = true;
    MillraceNode node =
        (MillraceNode) new NodeBuilder(vertx.get()).broker(refusing).transport(server.once).build();
    Future<Subscription> refused = node.channel("a").subscribe(subscriber);
    eventually(() -> assertThat(refused.failed()).isTrue());
    assertThat(node.counts().readers()).isZero();
    assertThat(node.counts().subscriptions()).isZero();
    assertThat(node.counts().brokerSubscriptions()).isZero();
    Server.await(node.close());
  }

  @Test
  void aNodeLogsALineWhenItStarts() {
    try (LoggedLines lines = new LoggedLines(MillraceNode.class)) {
      node();
      assertThat(lines.all()).isNotEmpty();
    }
  }
}
