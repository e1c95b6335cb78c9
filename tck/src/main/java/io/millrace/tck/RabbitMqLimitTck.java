package io.millrace.tck;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Channel;
import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What brokers that link to RabbitMQ do when it reaches a limit or refuses something: readers do
 * not notice, every request is answered, and the node works again within 5 s after the limit is
 * lifted. A broker's test extends this class in the same way as {@link BrokerTck}, with a {@link
 * #link()} and {@link #refusals()}.
 *
 * <p>Those 5 s begin when RabbitMQ has said that the limit is lifted, and count only how long the
 * node waits. On a busy machine its work takes longer; how long is measured with a node that has
 * nothing to wait for, and that time is added.
 */
public abstract class RabbitMqLimitTck extends BrokerFixture {

  private static final int READERS = 100;
  private static final Duration PROMISE = Duration.ofSeconds(5);
  private static final Duration LONG = Duration.ofMinutes(3);
  private static final int MOST_ATTEMPTS = 100;

  private int published;
  private Optional<RabbitMqLimits> limits = Optional.empty();

  /** For subclasses. */
  protected RabbitMqLimitTck() {}

  /** {@return the server that the brokers are linked to} */
  protected abstract RabbitMq rabbit();

  private RabbitMqLimits limits() {
    if (limits.isEmpty()) {
      limits = Optional.of(new RabbitMqLimits(rabbit()));
    }
    return limits.get();
  }

  @AfterEach
  void liftLimits() {
    limits().lift();
    refusals().ifPresent(BrokerRefusals::permit);
  }

  /** Waits until a node works again; called when what prevented it is gone. */
  private void isBackInTime(Callable<Boolean> back) {
    long lifted = System.nanoTime();
    await().atMost(LONG).pollInterval(Duration.ofMillis(50)).until(back);
    Duration took = Duration.ofNanos(System.nanoTime() - lifted);
    assertThat(took).isLessThan(PROMISE.plus(workOfANode()));
  }

  /** How long this machine takes now for one link, and for as many subscriptions and publishes. */
  private Duration workOfANode() {
    long begun = System.nanoTime();
    BrokerNode fresh = node();
    subscribeAll(fresh, "work.");
    for (int i = 0; i < READERS; i++) {
      var unused = fresh.publish("work." + i, Message.json(i));
    }
    await().atMost(LONG).until(() -> fresh.texts("work.*").size() >= READERS / 2);
    fresh.close();
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  private static String channel(int i) {
    return "r." + i;
  }

  private BrokerNode read() {
    BrokerNode reader = node();
    subscribeAll(reader, "r.");
    // A busy RabbitMQ 3 may answer so many AMQP sessions too late; then the link is made again.
    await().atMost(LONG).until(() -> reader.reports().size() % 2 == 0);
    reader.forgetReports();
    return reader;
  }

  /** Subscribes. On a busy machine some may not be confirmed in time; then it asks again. */
  private static void subscribeAll(BrokerNode reader, String prefix) {
    List<String> left =
        new ArrayList<>(IntStream.range(0, READERS).mapToObj(i -> prefix + i).toList());
    await()
        .atMost(LONG)
        .until(
            () -> {
              List<Future<Void>> asked = left.stream().map(reader::subscribing).toList();
              await().atMost(LONG).until(() -> asked.stream().allMatch(Future::isComplete));
              for (int i = asked.size() - 1; i >= 0; i--) {
                if (asked.get(i).succeeded()) {
                  left.remove(i);
                }
              }
              return left.isEmpty();
            });
  }

  /** Publishes one message to each of the readers' channels. */
  private void publishAll(BrokerNode publisher) {
    List<Future<Publication>> publications = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      publications.add(publish(publisher, channel(i), Message.json(published), MOST_ATTEMPTS));
    }
    Future<?> all = Future.join(publications);
    await().atMost(LONG).until(all::isComplete);
    assertThat(all.cause()).isNull();
    published++;
  }

  /** Publishes, again and again as long as the message was certainly not taken. */
  private Future<Publication> publish(
      BrokerNode publisher, String channel, Message message, int attempts) {
    return publisher
        .publish(channel, message)
        .recover(
            failure ->
                attempts > 0
                        && failure instanceof MillraceException known
                        && known.code() == MillraceException.Code.UNAVAILABLE
                    ? vertx()
                        .timer(100, TimeUnit.MILLISECONDS)
                        .compose(due -> publish(publisher, channel, message, attempts - 1))
                    : Future.failedFuture(failure));
  }

  private void undisturbed(BrokerNode reader) {
    List<String> expected = IntStream.range(0, published).mapToObj(String::valueOf).toList();
    for (int i = 0; i < READERS; i++) {
      String channel = channel(i);
      await().atMost(LONG).until(() -> reader.texts(channel).size() >= expected.size());
      assertThat(reader.texts(channel)).isEqualTo(expected);
    }
    assertThat(reader.reports()).isEmpty();
    assertThat(reader.interruptedPatterns()).isEmpty();
  }

  private static boolean succeeds(Future<?> asked) {
    await().atMost(Duration.ofMinutes(1)).until(asked::isComplete);
    return asked.succeeded();
  }

  @Test
  void aQueueTooManyIsAnsweredToWhoeverAskedForIt() {
    needsSelective();
    BrokerNode reader = read();
    BrokerNode publisher = node();
    publishAll(publisher);
    limits().refuseQueues();
    for (int i = 0; i < 5; i++) {
      Future<Void> refused = reader.subscribing("one.too.many" + i);
      assertThat(succeeds(refused)).isFalse();
      assertThat(refused.cause())
          .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.retryable()).isTrue());
      publishAll(publisher);
    }
    limits().permitQueues();
    isBackInTime(() -> succeeds(reader.subscribing("one.too.many0")));
    publishAll(publisher);
    undisturbed(reader);
  }

  @Test
  void whatIsNotPermittedHarmsNobodyWhoReads() {
    BrokerRefusals refusals = needsRefusals();
    BrokerNode reader = read();
    BrokerNode publisher = node();
    publishAll(publisher);
    refusals.refuse("refused");
    for (int i = 0; i < 5; i++) {
      forbidden(publisher.publish("refused", Message.json(i)));
      if (newBroker().selective()) {
        // RabbitMQ 3 does not say so over AMQP 1.0: only a second link shows it.
        await().atMost(LONG).until(() -> isForbidden(reader.subscribing("refused")));
      }
      publishAll(publisher);
    }
    refusals.permit();
    isBackInTime(
        () ->
            succeeds(reader.subscribing("refused"))
                && succeeds(publisher.publish("refused", Message.json(0))));
    publishAll(publisher);
    undisturbed(reader);
    assertThat(publisher.reports()).isEmpty();
  }

  private static boolean isForbidden(Future<?> asked) {
    return !succeeds(asked)
        && asked.cause() instanceof MillraceException refusal
        && refusal.code() == MillraceException.Code.FORBIDDEN;
  }

  private static void forbidden(Future<?> asked) {
    assertThat(succeeds(asked)).isFalse();
    assertThat(asked.cause())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.FORBIDDEN));
  }

  @Test
  void whatIsNotPermittedAnyMoreAfterAnOutageKeepsNothingElseAway() {
    needsSelective();
    BrokerRefusals refusals = needsRefusals();
    BrokerLink link = needsLink();
    BrokerNode reader = read();
    BrokerNode publisher = node();
    publishAll(publisher);
    await().atMost(LONG).until(() -> reader.received().size() == READERS);
    String refused = channel(7);
    refusals.refuse(refused);
    link.cut();
    await().atMost(LONG).until(() -> reader.reports().contains("degraded"));
    link.mend();
    await().atMost(LONG).until(() -> reader.reports().contains("restored"));
    await()
        .atMost(LONG)
        .until(
            () -> {
              Future<Publication> other = publisher.publish(channel(8), Message.json("other"));
              return succeeds(other) && reader.texts(channel(8)).contains("\"other\"");
            });
    // When the message is refused for the first time, it is not known whether it was taken.
    await().atMost(LONG).until(() -> isForbidden(publisher.publish(refused, Message.json("no"))));
    refusals.permit();
    isBackInTime(
        () ->
            succeeds(publisher.publish(refused, Message.json("back")))
                && reader.texts(refused).contains("\"back\""));
    assertThat(reader.reports()).containsExactly("degraded", "restored");
    assertThat(reader.interruptedPatterns()).contains(ChannelPattern.of(refused));
  }

  @Test
  void aNodeWhoseLinkBreaksWhileALimitIsMetIsBackSoonAfterItWasLifted() {
    BrokerLink link = needsLink();
    BrokerNode reader = read();
    BrokerNode publisher = node();
    publishAll(publisher);
    await().atMost(LONG).until(() -> reader.received().size() == READERS);
    limits().refuseQueues();
    link.cut();
    await().atMost(LONG).until(() -> reader.reports().contains("degraded"));
    link.mend();
    // The refusals do not keep the node away from its broker.
    await().atMost(LONG).until(() -> reader.reports().contains("restored"));
    await().atMost(LONG).until(() -> succeeds(publisher.publish("elsewhere", Message.json(0))));
    limits().permitQueues();
    isBackInTime(
        () -> {
          publishAll(publisher);
          return IntStream.range(0, READERS)
              .allMatch(i -> reader.texts(channel(i)).contains("" + (published - 1)));
        });
    // On a busy machine, RabbitMQ 3 can get stuck with so many AMQP sessions. Then the link is made
    // again.
    assertThat(reader.reports()).startsWith("degraded", "restored").endsWith("restored");
    // A stream is one queue that exists already, and holds what was published in the meantime.
    assertThat(Set.copyOf(reader.interruptedPatterns()))
        .hasSize(newBroker().selective() ? READERS : 0);
  }

  @Test
  void aBrokerThatTakesNothingForAWhileHarmsNobodyWhoReads() {
    BrokerNode reader = read();
    BrokerNode publisher = node();
    publishAll(publisher);
    publishAll(publisher);
    // RabbitMQ 3 may end a connection at its first session, for a reason of its own.
    List<String> before = List.copyOf(publisher.reports());
    limits().refuseMemory();
    List<Future<Publication>> during = new ArrayList<>();
    // Some are taken: RabbitMQ blocks a connection only once something has arrived on it. Before
    // version 4, it blocks none over AMQP 1.0.
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
    // Longer than two heartbeats.
    await().atMost(LONG).during(Duration.ofSeconds(12)).until(() -> reader.reports().isEmpty());
    limits().permitMemory();
    isBackInTime(() -> succeeds(publisher.publish("elsewhere", Message.json(0))));
    publishAll(publisher);
    undisturbed(reader);
    assertThat(publisher.reports()).isEqualTo(before);
  }

  /** The queue of another program takes no more messages, or only a few. */
  @Test
  void aQueueThatRejectsHarmsNobodyElse() {
    BrokerNode reader = read();
    BrokerNode publisher = node();
    publishAll(publisher);
    publishAll(publisher);
    await().atMost(LONG).until(() -> succeeds(publisher.publish("full", Message.json("before"))));
    limits().addFullQueue();
    try {
      // The first time, it is not known whether the message was taken.
      for (int i = 0; i < 3; i++) {
        retryable(publisher.publish("full", Message.json(i)));
      }
      for (int i = 0; i < 3; i++) {
        limits().purgeFullQueue();
        for (int j = 0; j < 3; j++) {
          Future<Publication> perhaps = publisher.publish("full", Message.json(j));
          publishAll(publisher);
          retryable(perhaps);
        }
      }
    } finally {
      limits().deleteFullQueue();
    }
    isBackInTime(() -> succeeds(publisher.publish("full", Message.json("after"))));
    publishAll(publisher);
    undisturbed(reader);
    assertThat(publisher.reports()).isEmpty();
  }

  private static void retryable(Future<?> asked) {
    if (!succeeds(asked)) {
      assertThat(asked.cause())
          .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.retryable()).isTrue());
    }
  }

  /** Reads channel x. */
  private static List<String> follow(Millrace node) {
    List<String> came = new CopyOnWriteArrayList<>();
    Channel read = node.channel("x");
    await()
        .atMost(LONG)
        .until(
            () -> succeeds(read.subscribe(entry -> came.add(entry.message().data().toString()))));
    return came;
  }

  /** Tries again with the same key, as the browser client does after such an answer. */
  @Test
  void whatIsRepeatedWithItsKeyDuringAnAlarmArrivesOnceAtEveryNode() {
    List<Millrace> nodes = engines();
    List<List<String>> came = nodes.stream().map(RabbitMqLimitTck::follow).toList();
    Channel channel = nodes.get(0).channel("x");
    Message first = Message.json("before").withKey("before");
    await().atMost(LONG).until(() -> succeeds(channel.publish(first)));
    limits().refuseMemory();
    List<Future<Publication>> asked = new ArrayList<>();
    List<String> expected = new ArrayList<>(List.of("\"before\""));
    for (int message = 0; message < 3; message++) {
      expected.add("" + message);
      boolean taken = false;
      for (int attempt = 0; attempt < 2 && !taken; attempt++) {
        asked.add(channel.publish(Message.json(message).withKey("alarm-" + message)));
        taken = succeeds(asked.get(asked.size() - 1));
      }
    }
    limits().permitMemory();
    for (int message = 0; message < 3; message++) {
      Message again = Message.json(message).withKey("alarm-" + message);
      await().atMost(LONG).until(() -> succeeds(channel.publish(again)));
    }
    Message last = Message.json("after").withKey("after");
    await().atMost(LONG).until(() -> succeeds(channel.publish(last)));
    for (int i = 0; i < nodes.size(); i++) {
      List<String> seen = came.get(i);
      await().atMost(LONG).until(() -> seen.contains("\"after\""));
      assertThat(seen.stream().filter(text -> !text.equals("\"after\"")))
          .containsExactlyInAnyOrderElementsOf(expected);
    }
    assertThat(asked)
        .filteredOn(Future::failed)
        .allSatisfy(
            failed -> assertThat(((MillraceException) failed.cause()).retryable()).isTrue());
  }
}
