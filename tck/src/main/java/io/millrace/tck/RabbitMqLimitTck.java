package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What brokers that link to RabbitMQ do when it meets a limit: whoever reads sees nothing of it,
 * whoever asks is answered, and the node is back soon after the limit was lifted. A broker's test
 * extends this as {@link BrokerTck} is extended, with a {@link #link()}.
 */
public abstract class RabbitMqLimitTck extends BrokerFixture {

  private static final int READERS = 100;
  private static final String USUAL_WATERMARK = "0.4";

  private static final int NO_LIMIT = -1;

  private int published;

  /** For subclasses. */
  protected RabbitMqLimitTck() {}

  /** {@return the server that the brokers are linked to} */
  protected abstract RabbitMq rabbit();

  @AfterEach
  void liftLimits() {
    limitQueues(NO_LIMIT);
    rabbit().rabbitmqctl("set_vm_memory_high_watermark", USUAL_WATERMARK);
  }

  private static ConditionFactory soon() {
    // The promise is 5 s; the machine may be busy.
    return await().atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(100));
  }

  private static String channel(int i) {
    return "r." + i;
  }

  private BrokerNode read() {
    BrokerNode reader = node();
    TestNode.await(
        Future.all(
            IntStream.range(0, READERS).mapToObj(i -> reader.subscribing(channel(i))).toList()));
    return reader;
  }

  /** Publishes one message to each of the readers' channels. */
  private void publishAll(BrokerNode publisher) {
    List<Future<Publication>> publications = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      publications.add(publisher.publish(channel(i), Message.json(published)));
    }
    TestNode.await(Future.all(publications));
    published++;
  }

  private void undisturbed(BrokerNode reader) {
    List<String> expected = IntStream.range(0, published).mapToObj(String::valueOf).toList();
    for (int i = 0; i < READERS; i++) {
      String channel = channel(i);
      patiently().until(() -> reader.texts(channel).size() >= expected.size());
      assertThat(reader.texts(channel)).isEqualTo(expected);
    }
    assertThat(reader.reports()).isEmpty();
    assertThat(reader.interruptedPatterns()).isEmpty();
  }

  private void limitQueues(long limit) {
    rabbit().rabbitmqctl("set_vhost_limits", "{\"max-queues\":" + limit + "}");
  }

  private static boolean succeeds(Future<?> asked) {
    await().atMost(Duration.ofSeconds(30)).until(asked::isComplete);
    return asked.succeeded();
  }

  @Test
  void aQueueTooManyIsAnsweredToWhoeverAskedForIt() {
    needsSelective();
    BrokerNode reader = read();
    BrokerNode publisher = node();
    publishAll(publisher);
    limitQueues(0);
    for (int i = 0; i < 5; i++) {
      Future<Void> refused = reader.subscribing("one.too.many" + i);
      assertThat(succeeds(refused)).isFalse();
      assertThat(refused.cause())
          .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.retryable()).isTrue());
      publishAll(publisher);
    }
    limitQueues(NO_LIMIT);
    soon().until(() -> succeeds(reader.subscribing("one.too.many0")));
    publishAll(publisher);
    undisturbed(reader);
  }

  @Test
  void aNodeWhoseLinkBreaksWhileALimitIsMetIsBackSoonAfterItWasLifted() {
    needsSelective();
    BrokerLink link = needsLink();
    BrokerNode reader = read();
    BrokerNode publisher = node();
    publishAll(publisher);
    patiently().until(() -> reader.received().size() == READERS);
    limitQueues(0);
    link.cut();
    patiently().until(() -> reader.reports().contains("degraded"));
    link.mend();
    // With what it is refused it does not stay off its broker.
    await().atMost(Duration.ofSeconds(60)).until(() -> reader.reports().contains("restored"));
    soon().until(() -> succeeds(publisher.publish("elsewhere", Message.json(0))));
    limitQueues(NO_LIMIT);
    soon()
        .until(
            () -> {
              publishAll(publisher);
              return IntStream.range(0, READERS)
                  .allMatch(i -> reader.texts(channel(i)).contains("" + (published - 1)));
            });
    assertThat(reader.reports()).containsExactly("degraded", "restored");
    assertThat(reader.interruptedPatterns()).hasSize(READERS);
  }

  @Test
  void aBrokerThatTakesNothingForAWhileHarmsNobodyWhoReads() {
    BrokerNode reader = read();
    BrokerNode publisher = node();
    publishAll(publisher);
    publishAll(publisher);
    rabbit().rabbitmqctl("set_vm_memory_high_watermark", "0.0000001");
    List<Future<Publication>> during = new ArrayList<>();
    // Some are taken: RabbitMQ blocks a connection once something came by it, and before version 4
    // none by AMQP 1.0.
    for (int i = 0; i < 20; i++) {
      during.add(publisher.publish("elsewhere", Message.json(i)));
      during.add(publisher.publish("x." + i, Message.json(i)));
    }
    during.forEach(
        publication -> await().atMost(Duration.ofSeconds(60)).until(publication::isComplete));
    assertThat(during)
        .filteredOn(Future::failed)
        .allSatisfy(
            failed -> assertThat(((MillraceException) failed.cause()).retryable()).isTrue());
    // Longer than two heart-beats.
    await()
        .atMost(Duration.ofSeconds(30))
        .during(Duration.ofSeconds(5))
        .until(() -> reader.reports().isEmpty());
    rabbit().rabbitmqctl("set_vm_memory_high_watermark", USUAL_WATERMARK);
    soon().until(() -> succeeds(publisher.publish("elsewhere", Message.json(0))));
    publishAll(publisher);
    undisturbed(reader);
    assertThat(publisher.reports()).isEmpty();
  }
}
