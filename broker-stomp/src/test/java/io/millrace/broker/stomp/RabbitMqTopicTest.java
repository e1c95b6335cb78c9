package io.millrace.broker.stomp;

import static io.millrace.tck.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.ChannelPattern;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Subscriber;
import io.millrace.Subscription;
import io.millrace.tck.LoopClock;
import io.millrace.tck.NoTransport;
import io.millrace.tck.RabbitMq;
import io.millrace.tck.RecordingIngress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages that other programs publish to RabbitMQ, what RabbitMQ sees of a node, and outages. */
class RabbitMqTopicTest {

  @RegisterExtension static final RabbitMq RABBIT = new RabbitMq();

  private static final byte[] BINARY = {0, (byte) 0xff, '\n', 0, '\r'};

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final NetClient client = vertx.createNetClient();
  private final Management management = new Management(RABBIT);
  private final RecordingIngress ingress = new RecordingIngress(vertx);

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private static StompBrokerOptions options() {
    return new StompBrokerOptions()
        .setHosts(List.of(RABBIT.host() + ":" + RABBIT.stompPort()))
        .setUsername(RABBIT.username())
        .setPassword(RABBIT.password())
        .setVirtualHost("/");
  }

  private StompBroker opened(String... subscriptions) {
    StompBroker broker = new StompBroker(options());
    broker.open(ingress).await();
    for (String subscription : subscriptions) {
      broker.subscribe(ChannelPattern.of(subscription)).await();
    }
    return broker;
  }

  private void same(int index, Message expected) {
    await().until(() -> ingress.received().size() > index);
    Message message = ingress.received().get(index).message();
    assertThat(message.data()).isEqualTo(expected.data());
    assertThat(message.isJson()).isEqualTo(expected.isJson());
    assertThat(message.event()).isEqualTo(expected.event());
    assertThat(message.key()).isEqualTo(expected.key());
  }

  @Test
  void whatIsPublishedOverAmqpArrivesUnchanged() {
    StompBroker broker = opened("a");
    JsonObject none = new JsonObject();
    management.publish("millrace.a", "{\"사람\": [1.0, \"한\"]}".getBytes(UTF_8), none);
    management.publish("millrace.a", "안녕하세요, \"여러분\"\n".getBytes(UTF_8), none);
    management.publish("millrace.a", BINARY, none);
    management.publish("millrace.a", new byte[0], none);
    management.publish(
        "millrace.a", "7".getBytes(UTF_8), new JsonObject().put("content_type", "text/plain"));
    management.publish(
        "millrace.a",
        "1".getBytes(UTF_8),
        new JsonObject()
            .put(
                "headers",
                new JsonObject()
                    .put("millrace-event", " 투표: a\\b ")
                    .put("millrace-key", "k-1")
                    .put("na:me\\\r\n", "va:lue\\\r\n\\c")
                    .put("number", 1)
                    .put("table", new JsonObject().put("a", true))));

    same(0, Message.jsonText(Buffer.buffer("{\"사람\":[1.0,\"한\"]}")));
    same(1, Message.json("안녕하세요, \"여러분\"\n"));
    same(2, Message.bytes(Buffer.buffer(BINARY)));
    same(3, Message.json(""));
    same(4, Message.json("7"));
    same(5, Message.json(1).withEvent(" 투표: a\\b ").withKey("k-1"));
    assertThat(broker.skipped()).isZero();
    broker.close().await();
  }

  /** AMQP 0-9-1 headers with the names of headers that RabbitMQ itself adds in STOMP. */
  @Test
  void whatIsCalledAsAHeaderOfStompIsTakenForNone() {
    StompBroker broker = opened("*");
    JsonObject headers =
        new JsonObject()
            .put("destination", "/topic/millrace.b")
            .put("subscription", "x")
            .put("message-id", "always")
            .put("ack", "x")
            .put("content-length", "1")
            .put("redelivered", "true")
            .put("type", "amqp-1.0")
            .put("JMS_AMQP_NATIVE", "true")
            .put("JMS_AMQP_ORIGINAL_ENCODING", "5");
    JsonObject properties =
        new JsonObject().put("content_type", "application/json").put("headers", headers);
    for (int i = 0; i < 3; i++) {
      management.publish("millrace.a", ("[" + i + "]").getBytes(UTF_8), properties);
      same(i, Message.jsonText(Buffer.buffer("[" + i + "]")));
      assertThat(ingress.received().get(i).channel()).isEqualTo("a");
    }
    assertThat(broker.skipped()).isZero();
    assertThat(ingress.events()).doesNotContain("degraded");
    broker.close().await();
  }

  @Test
  void whatIsPublishedOverStompArrivesUnchangedAndOursIsReadByOthers() {
    StompBroker broker = opened("a");
    List<StompFrame> frames = new CopyOnWriteArrayList<>();
    NetSocket socket = client.connect(RABBIT.stompPort(), RABBIT.host()).await();
    StompDecoder decoder = new StompDecoder(1 << 20, frames::add);
    socket.handler(decoder);
    socket.write(
        "CONNECT\naccept-version:1.2\nhost:/\nlogin:%s\npasscode:%s\n\n\0"
            .formatted(RABBIT.username(), RABBIT.password()));
    socket.write("SUBSCRIBE\nid:0\ndestination:/topic/millrace.#\nreceipt:1\n\n\0");
    await().until(() -> frames.size() == 2);
    String send = "SEND\ndestination:/topic/millrace.a\n";
    socket.write(send + "na\\cme\\\\:va\\c\\r\\n\\\\c\n\n한글\0");
    socket.write(send + "millrace-event:a\\c\\\\b\ncontent-length:3\n\na\0\n\0");
    socket.write(send + "\n\0");

    same(0, Message.json("한글"));
    same(1, Message.json("a\0\n").withEvent("a:\\b"));
    same(2, Message.json(""));
    broker.publish("a", Message.json("투표: \\", "한").withKey("k")).await();
    await().until(() -> frames.size() == 6);
    assertThat(frames.get(2).headers()).containsEntry("na:me\\", "va:\r\n\\c");
    assertThat(frames.get(5).headers())
        .containsAllEntriesOf(
            Map.of(
                "millrace-event", "투표: \\",
                "millrace-key", "k",
                "content-type", "application/json"));
    assertThat(frames.get(5).body().toString()).isEqualTo("\"한\"");
    broker.close().await();
  }

  @Test
  void routingKeysThatAreNoChannelsAreSkippedAndCounted() {
    StompBroker broker = opened("**", "a.**");
    JsonObject none = new JsonObject();
    for (String key : List.of("millrace.한글", "millrace.a/b", "millrace.a%2Fb", "millrace.a..b")) {
      management.publish(key, new byte[] {'1'}, none);
    }
    management.publish("other.a", new byte[] {'1'}, none);
    management.publish(
        "millrace.a",
        new byte[] {'1'},
        new JsonObject().put("content_type", "text/a;charset=none"));
    management.publish("millrace.a", new byte[] {'1'}, none);
    management.publish("millrace.a.b", new byte[] {'2'}, none);

    // In a pattern, ** is at least one segment, but RabbitMQ's # may be none.
    await().until(() -> ingress.events().size() == 3);
    assertThat(ingress.events()).containsExactlyInAnyOrder("** a", "** a.b", "a.** a.b");
    await().until(() -> broker.skipped() == 6);
    broker.close().await();
  }

  @Test
  void subscriptionsComeAndGoUnderLoadWithoutHarmToTheLink() {
    StompBroker broker = opened("a");
    StompBroker publisher = new StompBroker(options());
    publisher.open(new RecordingIngress(vertx)).await();
    ChannelPattern other = ChannelPattern.of("*");
    List<Future<?>> published = new ArrayList<>();
    for (int round = 0; round < 20; round++) {
      broker.subscribe(other).await();
      for (int i = 0; i < 100; i++) {
        published.add(publisher.publish("a", Message.json(round * 100 + i)));
      }
      broker.unsubscribe(other).await();
    }
    Future.all(published).await();
    await().until(() -> received("a").size() == 2000);
    assertThat(received("a")).isEqualTo(IntStream.range(0, 2000).mapToObj(i -> "" + i).toList());
    assertThat(ingress.events()).doesNotContain("degraded");
    publisher.close().await();
    broker.close().await();
  }

  private List<String> received(String subscription) {
    return ingress.received().stream()
        .filter(each -> each.subscription().toString().equals(subscription))
        .map(each -> each.message().data().toString())
        .toList();
  }

  private static final class Follower implements Subscriber {
    final List<String> seen;

    Follower(List<String> seen) {
      this.seen = seen;
    }

    @Override
    public void onMessage(Entry entry) {
      seen.add(entry.message().data().toString());
    }

    @Override
    public void onGap(Gap gap) {
      seen.add("gap " + gap.reason());
    }
  }

  private Millrace node(Duration linger) {
    Millrace millrace =
        Millrace.builder(vertx)
            .broker(new StompBroker(options()))
            .transport(new NoTransport())
            .options(new MillraceOptions().setUnsubscribeLinger(linger))
            .build();
    millrace.ready().await();
    return millrace;
  }

  private static long lines(String what) {
    return RABBIT
        .rabbitmqctl("-q", what, "--no-table-headers")
        .lines()
        .filter(l -> !l.isBlank())
        .count();
  }

  @Test
  void aThousandReadersOfAChannelAreOneConnectionAndOneSubscription() {
    Millrace millrace = node(Duration.ZERO);
    List<Future<Subscription>> readers = new ArrayList<>();
    List<String> seen = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 1000; i++) {
      readers.add(millrace.channel("a").subscribe(new Follower(seen)));
    }
    Future.all(readers).await();
    millrace.channel("a").publish(Message.json(1)).await();
    await().until(() -> seen.size() == 1000);
    // Those of earlier tests end some time later.
    await().atMost(Duration.ofMinutes(3)).until(() -> lines("list_stomp_connections") == 1);
    // The other one is for what nodes tell each other.
    assertThat(lines("list_consumers")).isEqualTo(2);

    readers.forEach(reader -> reader.result().end().await());
    await().atMost(Duration.ofMinutes(3)).until(() -> lines("list_consumers") == 1);
    assertThat(lines("list_stomp_connections")).isEqualTo(1);
    millrace.close().await();
    await().atMost(Duration.ofMinutes(3)).until(() -> lines("list_stomp_connections") == 0);
  }

  @Test
  void whenRabbitMqDiesPublishingFailsAtOnceAndReadersAreToldAGapWhenItIsBack() {
    Millrace millrace = node(Duration.ofSeconds(60));
    List<String> seen = new CopyOnWriteArrayList<>();
    millrace.channel("a").subscribe(new Follower(seen)).await();
    millrace.channel("a").publish(Message.json(1)).await();
    await().until(() -> seen.equals(List.of("1")));
    RABBIT.kill();
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> millrace.channel("a").publish(Message.json(2)).await())
                    .isInstanceOfSatisfying(
                        MillraceException.class, e -> assertThat(e.retryable()).isTrue()));
    LoopClock clock = new LoopClock(vertx);
    assertThatThrownBy(() -> millrace.channel("a").publish(Message.json(2)).await())
        .isInstanceOf(MillraceException.class);
    assertThat(clock.elapsed()).isLessThan(Duration.ofSeconds(1));

    RABBIT.start();
    await().atMost(Duration.ofMinutes(3)).until(() -> seen.size() == 2);
    millrace.channel("a").publish(Message.json(3)).await();
    await().until(() -> seen.size() == 3);
    assertThat(seen).containsExactly("1", "gap interrupted", "3");
    millrace.close().await();
  }

  private static long queues() {
    return count(RABBIT.rabbitmqctl("list_queues", "name").lines());
  }

  private static long count(Stream<String> names) {
    return names.filter(name -> name.startsWith("stomp-subscription-")).count();
  }

  /** Waits until there are no queues; those of nodes that were closed before expire. */
  private void noQueues() {
    await()
        .atMost(Duration.ofMinutes(3))
        .until(() -> count(management.queues().stream()) == 0 && queues() == 0);
  }

  @Test
  void whatIsLeftIsGoneAtTheBrokerAtOnce() {
    noQueues();
    StompBroker broker = opened();
    List<ChannelPattern> names =
        IntStream.range(0, 30).mapToObj(i -> ChannelPattern.of("churn." + i)).toList();
    Future.all(names.stream().map(broker::subscribe).toList()).await();
    assertThat(queues()).isEqualTo(30);
    Future.all(names.stream().map(broker::unsubscribe).toList()).await();
    assertThat(queues()).isZero();
    broker.close().await();
  }

  /** A stranger that keeps asking for new names makes a node do this. */
  @Test
  void ofNamesThatNobodyComesBackToTheBrokerHoldsFew() {
    noQueues();
    MillraceOptions limits =
        new MillraceOptions().setMaxBrokerSubscriptions(100).setMaxChannels(10);
    Millrace node =
        Millrace.builder(vertx)
            .broker(new StompBroker(options()))
            .transport(new NoTransport())
            .options(limits)
            .build();
    node.ready().await();
    for (int round = 0; round < 10; round++) {
      int first = round * 10;
      List<Future<Subscription>> subscribed =
          IntStream.range(first, first + 10)
              .mapToObj(i -> node.channel("passing." + i).subscribe(entry -> {}))
              .toList();
      Future.all(subscribed).await();
      Future.all(subscribed.stream().map(each -> each.result().end()).toList()).await();
    }
    await()
        .atMost(Duration.ofSeconds(30))
        // One more is for what nodes tell each other.
        .untilAsserted(() -> assertThat(queues()).isBetween(2L, 11L));
    node.close().await();
  }

  @Test
  void aTimeInMicrosecondsIsNone() {
    StompBroker broker = opened("a");
    JsonObject headers = new JsonObject().put("millrace-time", "1800000000000000");
    management.publish("millrace.a", "1".getBytes(UTF_8), new JsonObject().put("headers", headers));
    same(0, Message.json(1));
    assertThat(ingress.received().get(0).message().time()).isEmpty();
    assertThat(broker.skipped()).isZero();
    broker.close().await();
  }

  @Test
  void aWrongPasswordFailsTheStart() {
    StompBroker broker = new StompBroker(options().setPassword("wrong"));
    assertThatThrownBy(() -> broker.open(ingress).await()).hasMessageContaining("Access refused");
    broker.close().await();
  }
}
