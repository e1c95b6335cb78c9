package io.millrace.broker.amqp;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.remote.BrokerException;
import io.millrace.tck.RabbitMq;
import io.millrace.tck.RecordingIngress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RabbitMqTest {

  @RegisterExtension static final RabbitMq RABBIT = new RabbitMq();

  /** See {@link AmqpDialect#RABBITMQ_3}. */
  static final String[] EXPIRY = {
    "set_policy", "--apply-to", "queues", "amqp-subscriptions", "^amq\\.gen-", "{\"expires\":3000}"
  };

  private static final List<ChannelPattern> WAYS =
      Stream.of("a.b", "a.*", "*.b", "*.*").map(ChannelPattern::of).toList();

  private final Vertx vertx = Vertx.vertx();
  private final RecordingIngress ingress = new RecordingIngress(vertx);
  private AmqpBroker broker;

  @BeforeAll
  static void letQueuesExpire() {
    RABBIT.rabbitmqctl(EXPIRY);
  }

  private static AmqpBrokerOptions options() {
    return new AmqpBrokerOptions()
        .setHosts(List.of(RABBIT.host() + ":" + RABBIT.amqpPort()))
        .setUsername(RABBIT.username())
        .setPassword(RABBIT.password())
        .setHeartbeat(Duration.ofSeconds(5))
        .setConfirmTimeout(Duration.ofSeconds(10));
  }

  @BeforeEach
  void open() {
    broker = new AmqpBroker(options());
    broker.open(ingress).await();
  }

  @AfterEach
  void close() {
    broker.close().await();
    vertx.close().await();
  }

  /** Publishes as a program over AMQP 0-9-1 does. */
  private void publish(String routingKey, byte[] body, JsonObject properties) {
    JsonObject message =
        new JsonObject()
            .put("routing_key", routingKey)
            .put("payload", Base64.getEncoder().encodeToString(body))
            .put("payload_encoding", "base64")
            .put("properties", properties);
    String answer = RABBIT.manage("POST", "exchanges/%2F/amq.topic/publish", message.encode());
    assertThat(answer).isEqualTo("{\"routed\":true}");
  }

  private Message arrived(int index) {
    await().until(() -> ingress.received().size() > index);
    return ingress.received().get(index).message();
  }

  @Test
  void whatIsPublishedOverAmqp091ArrivesUnchanged() {
    broker.subscribe(ChannelPattern.of("orders.*")).await();
    byte[] binary = {0, (byte) 0xff, (byte) 0xfe, 10, 0};
    publish("millrace.orders.1", "안녕 \"세계\"".getBytes(StandardCharsets.UTF_8), new JsonObject());
    publish("millrace.orders.2", binary, new JsonObject());
    publish("millrace.orders.3", new byte[0], new JsonObject());
    publish(
        "millrace.orders.4",
        "{\"이름\":1.50}".getBytes(StandardCharsets.UTF_8),
        new JsonObject().put("content_type", "application/json"));
    assertThat(arrived(0).json()).contains("안녕 \"세계\"");
    assertThat(arrived(1).isJson()).isFalse();
    assertThat(arrived(1).data().getBytes()).isEqualTo(binary);
    assertThat(arrived(2).json()).contains("");
    assertThat(arrived(3).data().toString()).isEqualTo("{\"이름\":1.50}");
    assertThat(ingress.received())
        .extracting(RecordingIngress.Received::channel)
        .containsExactly("orders.1", "orders.2", "orders.3", "orders.4");
  }

  @Test
  void aForeignTopicThatIsNoChannelIsSkippedAndStopsNothing() {
    broker.subscribe(ChannelPattern.of("orders.*")).await();
    publish("millrace.orders.한글", new byte[] {'1'}, new JsonObject());
    publish("millrace.orders.a b", new byte[] {'2'}, new JsonObject());
    publish("millrace.orders.ok", new byte[] {'3'}, new JsonObject());
    assertThat(arrived(0).data().toString()).isEqualTo("3");
    assertThat(broker.skipped()).isEqualTo(2);
  }

  @Test
  void whatCannotBeDecodedIsCountedAndStopsNothing() {
    broker.subscribe(ChannelPattern.of("orders.*")).await();
    publish("millrace.orders.1", new byte[] {'1'}, new JsonObject());
    // RabbitMQ 3 makes it a string, but AMQP 1.0 has bytes there.
    publish(
        "millrace.orders.2", new byte[] {'2'}, new JsonObject().put("user_id", RABBIT.username()));
    publish("millrace.orders.3", new byte[] {'3'}, new JsonObject());
    assertThat(arrived(0).data().toString()).isEqualTo("1");
    assertThat(arrived(1).data().toString()).isEqualTo("3");
    assertThat(broker.skipped()).isEqualTo(1);
  }

  @Test
  void aPublishThatNobodyIsSubscribedToIsTaken() {
    broker.publish("nobody.here", Message.json(1)).await();
  }

  @Test
  void whatIsOnItsWayToSubscriptionsThatEndIsNotBroughtToTheNext() {
    AmqpBroker publisher = new AmqpBroker(options());
    publisher.open(new RecordingIngress(vertx)).await();
    AtomicLong published = new AtomicLong();
    for (int pending = 0; pending < 16; pending++) {
      publishOn(publisher, published);
    }
    try {
      broker.subscribe(WAYS.get(0)).await();
      broker.subscribe(WAYS.get(1)).await();
      for (int i = 0; i < 80; i += 2) {
        nothingIsBroughtToTheNext(i);
      }
    } finally {
      publisher.close().await();
    }
  }

  private void nothingIsBroughtToTheNext(int i) {
    ChannelPattern next = WAYS.get((i + 2) % 4);
    int before = ingress.received().size();
    await().until(() -> ingress.received().size() > before + 50);
    // One leaves before the next one comes and one meanwhile, in either order.
    int earlier = i / 2 % 2;
    var first = broker.unsubscribe(WAYS.get((i + earlier) % 4));
    Future<Void> subscribed = broker.subscribe(next);
    var second = broker.unsubscribe(WAYS.get((i + 1 - earlier) % 4));
    int since = ingress.received().size();
    subscribed.await();
    await().until(() -> numbers(next, since).size() > 100);
    List<Long> brought = numbers(next, since);
    assertThat(brought)
        .as("%s, round %d", next, i)
        .isEqualTo(
            LongStream.range(brought.get(0), brought.get(0) + brought.size()).boxed().toList());
    Future.all(first, second).await();
    broker.subscribe(WAYS.get((i + 3) % 4)).await();
  }

  private List<Long> numbers(ChannelPattern subscription, int since) {
    List<RecordingIngress.Received> received = List.copyOf(ingress.received());
    return received.subList(since, received.size()).stream()
        .filter(each -> each.subscription().equals(subscription))
        .map(each -> Long.valueOf(each.message().data().toString()))
        .toList();
  }

  private static void publishOn(AmqpBroker publisher, AtomicLong published) {
    publisher
        .publish("a.b", Message.json(published.getAndIncrement()))
        .onSuccess(done -> publishOn(publisher, published));
  }

  @Test
  void theQueueOfASubscriptionExpiresByThePolicy() {
    broker.subscribe(ChannelPattern.of("a.b")).await();
    broker.subscribe(ChannelPattern.of("a.*")).await();
    await().until(() -> consumers() == 2);
    assertThat(queues()).contains("amq.gen-");
    broker.unsubscribe(ChannelPattern.of("a.b")).await();
    broker.unsubscribe(ChannelPattern.of("a.*")).await();
    await().atMost(3, TimeUnit.MINUTES).until(() -> !queues().contains("amq.gen-"));
  }

  private static String queues() {
    return RABBIT.manage("GET", "queues/%2F?columns=name", "");
  }

  private static long consumers() {
    return RABBIT
        .rabbitmqctl("-q", "list_queues", "consumers")
        .lines()
        .filter(line -> line.matches("[0-9]+"))
        .mapToLong(Long::parseLong)
        .sum();
  }

  @Test
  void aKilledServerCostsAGapAndNoSubscription() {
    broker.subscribe(ChannelPattern.of("a.b")).await();
    broker.publish("a.b", Message.json(1)).await();
    await().until(() -> ingress.received().size() == 1);
    RABBIT.kill();
    await().until(() -> ingress.events().contains("degraded"));
    Future<Publication> publication = broker.publish("a.b", Message.json(2));
    await().until(publication::isComplete);
    assertThat(((MillraceException) publication.cause()).retryable()).isTrue();
    RABBIT.start();
    await().atMost(3, TimeUnit.MINUTES).until(() -> ingress.events().contains("restored"));
    broker.publish("a.b", Message.json(3)).await();
    await().until(() -> ingress.received().size() == 2);
    assertThat(ingress.events())
        .containsExactly("a.b a.b", "degraded", "interrupted [a.b]", "restored", "a.b a.b");
  }

  @Test
  void aQuietLinkIsKeptByHeartbeats() {
    broker.subscribe(ChannelPattern.of("a.b")).await();
    await()
        .atMost(3, TimeUnit.MINUTES)
        .during(4, TimeUnit.SECONDS)
        .until(() -> ingress.events().isEmpty());
    broker.publish("a.b", Message.json(1)).await();
    await().until(() -> ingress.received().size() == 1);
  }

  @Test
  void aVirtualHostThatIsNotThereFailsTheStart() {
    AmqpBroker refused = new AmqpBroker(options().setVirtualHost("nowhere"));
    assertThatThrownBy(() -> refused.open(ingress).await()).isInstanceOf(BrokerException.class);
    AmqpBroker right = new AmqpBroker(options().setVirtualHost("/"));
    right.open(ingress).await();
    right.close().await();
  }

  @Test
  void anExchangeThatIsNotThereFailsTheStart() {
    AmqpBroker refused = new AmqpBroker(options().setExchange("nowhere"));
    assertThatThrownBy(() -> refused.open(ingress).await())
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("nowhere");
  }
}
