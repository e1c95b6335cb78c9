package io.millrace.broker.amqp;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.tck.RabbitMq;
import io.millrace.tck.RecordingIngress;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** RabbitMQ 3 loses one END in some hundreds; here many are lost. */
class SessionsTest {

  @RegisterExtension static final RabbitMq RABBIT = new RabbitMq();

  private final Vertx vertx = Vertx.vertx();
  private final RecordingIngress ingress = new RecordingIngress(vertx);
  private FrameProxy proxy;
  private AmqpBroker broker;

  @BeforeAll
  static void letQueuesExpire() {
    RABBIT.rabbitmqctl(RabbitMqTest.EXPIRY);
  }

  private void open(IntPredicate isLost) {
    proxy = new FrameProxy(vertx, RABBIT.host(), RABBIT.amqpPort(), isLost);
    broker =
        new AmqpBroker(
            new AmqpBrokerOptions()
                .setHosts(List.of("127.0.0.1:" + proxy.port()))
                .setUsername(RABBIT.username())
                .setPassword(RABBIT.password())
                .setConfirmTimeout(Duration.ofSeconds(8)));
    broker.open(ingress).await();
  }

  @AfterEach
  void close() {
    broker.close().await();
    vertx.close().await();
  }

  private void subscribeAndLeave(int round) {
    ChannelPattern pattern = ChannelPattern.of("a." + round);
    broker.subscribe(pattern).await();
    broker.publish("a." + round, Message.json(round)).await();
    await().until(() -> ingress.received().size() > round);
    assertThat(ingress.received().get(round).subscription()).isEqualTo(pattern);
    broker.unsubscribe(pattern).await();
  }

  @Test
  void anEndThatIsLostCostsNoLinkAndNoSubscription() {
    open(answer -> answer % 2 == 1);
    for (int round = 0; round < 6; round++) {
      subscribeAndLeave(round);
    }
    assertThat(proxy.lost()).isGreaterThan(1);
    assertThat(ingress.events())
        .noneMatch("degraded"::equals)
        .noneMatch(each -> each.startsWith("interrupted"));
    // The session of the node's link, and those of the links for trials and for publishing, which
    // may end.
    await().until(() -> proxy.sessions() <= 3);
  }

  @Test
  void someEndsInARowMayBeLost() {
    open(answer -> answer <= 2);
    List<ChannelPattern> patterns =
        List.of(ChannelPattern.of("b.1"), ChannelPattern.of("b.2"), ChannelPattern.of("b.3"));
    patterns.forEach(each -> broker.subscribe(each).await());
    patterns.forEach(each -> broker.unsubscribe(each).await());
    await().until(() -> proxy.lost() == 2);
    for (int round = 0; round < 4; round++) {
      subscribeAndLeave(round);
    }
    assertThat(ingress.events()).noneMatch("degraded"::equals);
    await().until(() -> proxy.sessions() <= 3);
  }
}
