package io.millrace.broker.amqp;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.remote.BrokerException;
import io.millrace.tck.Artemis;
import io.millrace.tck.LoopClock;
import io.millrace.tck.RecordingIngress;
import io.millrace.testkit.FaultProxy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OutageTest {

  @RegisterExtension static final Artemis ARTEMIS = new Artemis();

  private static final Duration HEARTBEAT = Duration.ofSeconds(1);
  private static final Duration CONFIRM = Duration.ofMillis(1500);

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final RecordingIngress ingress = new RecordingIngress(vertx);
  private final FaultProxy proxy = new FaultProxy(ARTEMIS.host(), ARTEMIS.amqpPort());
  private AmqpBroker broker;

  private AmqpBrokerOptions options() {
    return new AmqpBrokerOptions()
        .setHosts(List.of(proxy.host() + ":" + proxy.port()))
        .setUsername(ARTEMIS.username())
        .setPassword(ARTEMIS.password())
        .setHeartbeat(HEARTBEAT)
        .setConfirmTimeout(CONFIRM);
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
    proxy.close();
  }

  private Future<Publication> publish(int value) {
    return broker.publish("a.b", Message.json(value));
  }

  private List<String> payloads() {
    return ingress.received().stream().map(each -> each.message().data().toString()).toList();
  }

  private static void assertRetryable(Future<?> publication) {
    assertThat(publication.cause())
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.retryable()).as(e.getMessage()).isTrue());
  }

  @Test
  void aPublishFailsAtOnceWhileThereIsNoLink() {
    proxy.cut();
    await().until(() -> ingress.events().contains("degraded"));
    LoopClock clock = new LoopClock(vertx);
    Future<Publication> publication = publish(1);
    await().until(publication::isComplete);
    assertThat(clock.elapsed()).isLessThan(CONFIRM);
    assertRetryable(publication);
  }

  @Test
  void readersAreToldInThisOrderWhatHappened() {
    broker.subscribe(ChannelPattern.of("a.b")).await();
    broker.subscribe(ChannelPattern.of("a.**")).await();
    publish(1).await();
    await().until(() -> ingress.received().size() == 2);
    proxy.cut();
    await().until(() -> ingress.events().contains("degraded"));
    proxy.mend();
    await().until(() -> ingress.events().contains("restored"));
    publish(2).await();
    await().until(() -> ingress.received().size() == 4);
    assertThat(ingress.events().subList(2, 5))
        .containsExactly("degraded", "interrupted [a.b, a.**]", "restored");
    assertThat(ingress.events()).hasSize(7);
  }

  @Test
  void whatWasNotSubscribedBeforeIsNotSaidToBeInterrupted() {
    broker.close().await();
    broker = new AmqpBroker(options().setConfirmTimeout(Duration.ofMinutes(1)));
    broker.open(ingress).await();
    broker.subscribe(ChannelPattern.of("a.b")).await();
    broker.subscribe(ChannelPattern.of("b.c")).await();
    proxy.cut();
    await().until(() -> ingress.events().contains("degraded"));
    broker.unsubscribe(ChannelPattern.of("b.c")).await();
    List<Future<Void>> later =
        Stream.of("b.c", "a.*").map(ChannelPattern::of).map(broker::subscribe).toList();
    proxy.mend();
    Future.all(later).await();
    await().until(() -> ingress.events().contains("restored"));
    publish(1).await();
    await().until(() -> ingress.received().size() == 2);
    assertThat(ingress.events())
        .filteredOn(event -> event.startsWith("interrupted"))
        .containsExactly("interrupted [a.b]");
  }

  @Test
  void aBrokerThatFallsSilentIsNoticedWithinTwiceTheHeartbeat() {
    broker.subscribe(ChannelPattern.of("a.b")).await();
    proxy.silence();
    LoopClock clock = new LoopClock(vertx);
    Future<Publication> publication = publish(1);
    await().until(() -> ingress.events().contains("degraded"));
    assertThat(clock.elapsed()).isLessThan(HEARTBEAT.multipliedBy(2).plusMillis(300));
    assertThat(publication.isComplete()).isTrue();
    assertRetryable(publication);
    proxy.mend();
    await().until(() -> ingress.events().contains("restored"));
    publish(2).await();
    await().until(() -> payloads().contains("2"));
  }

  @Test
  void aBrokerThatAnswersNothingWhenItIsLinkedIsGivenUp() {
    proxy.reset();
    proxy.silence();
    await().until(() -> ingress.events().contains("degraded"));
    // The second attempt without an answer begins after the first was given up.
    await().atMost(3, TimeUnit.MINUTES).until(() -> proxy.accepted() >= 3);
    proxy.mend();
    await().atMost(3, TimeUnit.MINUTES).until(() -> ingress.events().contains("restored"));
    publish(1).await();
  }

  @Test
  void aPublishThatIsNotConfirmedInTimeFails() {
    broker.close().await();
    broker = new AmqpBroker(options().setHeartbeat(Duration.ZERO));
    broker.open(ingress).await();
    publish(0).await(); // A trial, on a link of its own.
    publish(0).await();
    proxy.silence();
    long since = System.nanoTime();
    LoopClock clock = new LoopClock(vertx);
    Future<Publication> publication = publish(1);
    await().until(publication::isComplete);
    assertThat(clock.elapsed()).isLessThan(CONFIRM.plusSeconds(1));
    assertThat(Duration.ofNanos(System.nanoTime() - since)).isGreaterThanOrEqualTo(CONFIRM);
    assertThat(((MillraceException) publication.cause()).code())
        .isEqualTo(MillraceException.Code.TIMEOUT);
    assertRetryable(publication);
    proxy.mend();
  }

  @Test
  void whatWasConfirmedBeforeTheBrokerStoppedWasBroughtAndEverythingIsSubscribedAfterIt() {
    broker.subscribe(ChannelPattern.of("a.*")).await();
    List<Future<Publication>> publications =
        IntStream.range(0, 200).mapToObj(this::publish).toList();
    Future.join(publications).await();
    await().until(() -> ingress.received().size() == 200);
    ARTEMIS.stop();
    await().until(() -> ingress.events().contains("degraded"));
    Future<Void> late = broker.subscribe(ChannelPattern.of("c"));
    await().until(late::isComplete);
    assertThat(late.failed()).isTrue();
    ARTEMIS.start();
    await().atMost(3, TimeUnit.MINUTES).until(() -> ingress.events().contains("restored"));
    assertThat(ARTEMIS.consumers()).isEqualTo(1);
    publish(200).await();
    await().until(() -> payloads().contains("200"));
    assertThat(payloads())
        .isEqualTo(IntStream.rangeClosed(0, 200).mapToObj(String::valueOf).toList());
  }

  @Test
  void aQuietLinkIsKeptByHeartbeats() {
    broker.subscribe(ChannelPattern.of("a.b")).await();
    await()
        .atMost(3, TimeUnit.MINUTES)
        .during(4, TimeUnit.SECONDS)
        .until(() -> ingress.events().isEmpty());
    assertThat(proxy.accepted()).isEqualTo(2); // One for trials.
  }

  @Test
  void aSubscriptionMadeWhileThereIsNoLinkIsConfirmedWhenThereIs() {
    proxy.cut();
    await().until(() -> ingress.events().contains("degraded"));
    Future<Void> subscribed = broker.subscribe(ChannelPattern.of("a.b"));
    proxy.mend();
    subscribed.await();
    publish(1).await();
    await().until(() -> payloads().equals(List.of("1")));
  }

  @Test
  void theNextHostIsTriedWhenOneIsGone() {
    broker.close().await();
    broker =
        new AmqpBroker(
            options().setHosts(List.of("127.0.0.1:1", proxy.host() + ":" + proxy.port())));
    broker.open(ingress).await();
    publish(1).await();
  }

  @Test
  void aLinkIsOneConnectionWithOneReceiverForEachSubscription() {
    assertThat(ARTEMIS.connections()).isEqualTo(1);
    broker.subscribe(ChannelPattern.of("a.b")).await();
    broker.subscribe(ChannelPattern.of("c.*")).await();
    broker.subscribe(ChannelPattern.of("a.b")).await();
    assertThat(ARTEMIS.connections()).isEqualTo(2); // One for trials.
    assertThat(ARTEMIS.consumers()).isEqualTo(2);
    broker.unsubscribe(ChannelPattern.of("a.b")).await();
    broker.unsubscribe(ChannelPattern.of("c.*")).await();
    await().until(() -> ARTEMIS.consumers() == 0);
    broker.close().await();
    await().until(() -> ARTEMIS.connections() == 0);
  }

  @Test
  void aBurstThatIsNotConfirmedYetIsBounded() {
    broker.close().await();
    broker = new AmqpBroker(options().setMaxPendingBytes(10_000));
    broker.open(ingress).await();
    proxy.silence();
    List<Future<Publication>> publications =
        IntStream.range(0, 100).mapToObj(this::publish).toList();
    await().until(() -> publications.get(99).isComplete());
    assertRetryable(publications.get(99));
    assertThat(publications.get(0).isComplete()).isFalse();
    proxy.mend();
    publications.get(0).await();
  }

  @Test
  void aWrongPasswordFailsTheStart() {
    AmqpBroker refused = new AmqpBroker(options().setPassword("wrong"));
    assertThatThrownBy(() -> refused.open(ingress).await())
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("refuses");
  }

  @Test
  void aBrokerMayTakeLongerForAllSubscriptionsThanForOne() {
    FrameProxy slow = new FrameProxy(vertx, ARTEMIS.host(), ARTEMIS.amqpPort(), end -> false);
    RecordingIngress told = new RecordingIngress(vertx);
    AmqpBroker patient =
        new AmqpBroker(
            options()
                .setHosts(List.of("127.0.0.1:" + slow.port()))
                .setHeartbeat(Duration.ofSeconds(10))); // A busy machine may be silent for a while.
    patient.open(told).await();
    // A few at a time: only after the outage do they all wait for one another.
    for (int group = 0; group < 400; group += 40) {
      Future.all(
              IntStream.range(group, group + 40)
                  .mapToObj(i -> patient.subscribe(ChannelPattern.of("c." + i)))
                  .toList())
          .await();
    }
    int before = slow.accepted();
    slow.slowDown(4);
    slow.reset();

    await().until(() -> told.events().contains("restored"));
    assertThat(slow.accepted()).isEqualTo(before + 1);
    patient.close().await();
  }
}
