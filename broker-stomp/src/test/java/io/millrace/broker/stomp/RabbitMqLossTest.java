package io.millrace.broker.stomp;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.Subscriber;
import io.millrace.tck.NoTransport;
import io.millrace.tck.RabbitMq;
import io.millrace.testkit.FaultProxy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes whose stream is restored to an earlier state: they continue only if it is the same. */
class RabbitMqLossTest {

  @RegisterExtension static final RabbitMq RABBIT = new RabbitMq();

  private static final int MORE = 100;

  private final String stream = "loss-" + UUID.randomUUID();
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final List<Millrace> nodes = new ArrayList<>();

  @AfterEach
  void close() {
    nodes.forEach(node -> node.close().await());
    vertx.close().await();
  }

  private Millrace node(String host, int port) {
    StompBrokerOptions options =
        new StompBrokerOptions()
            .setHosts(List.of(host + ":" + port))
            .setUsername(RABBIT.username())
            .setPassword(RABBIT.password())
            .setVirtualHost("/")
            .setMode(StompMode.STREAM)
            .setStream(stream)
            .setPrefix(stream + ".");
    Millrace node =
        Millrace.builder(vertx)
            .broker(new StompBroker(options))
            .transport(new NoTransport())
            .options(new MillraceOptions().setPublishTimeout(Duration.ofSeconds(5)))
            .build();
    nodes.add(node);
    patiently().until(() -> node.ready().isComplete());
    node.ready().await();
    return node;
  }

  private Millrace node() {
    return node(RABBIT.host(), RABBIT.stompPort());
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(5));
  }

  /** Records what it receives. */
  private static final class Follower implements Subscriber {
    final List<String> seen = new CopyOnWriteArrayList<>();
    final List<Cursor> cursors = new CopyOnWriteArrayList<>();

    @Override
    public void onMessage(Entry entry) {
      cursors.add(entry.cursor());
      seen.add(entry.message().data().toString());
    }

    @Override
    public void onGap(Gap gap) {
      seen.add("gap " + gap.reason());
    }
  }

  private static Follower follow(Millrace node) {
    Follower follower = new Follower();
    node.channel("a").subscribe(follower).await();
    return follower;
  }

  private static Follower follow(Millrace node, Cursor after) {
    Follower follower = new Follower();
    node.subscribe(ChannelPattern.of("a"), after, follower).await();
    return follower;
  }

  private static void publish(Millrace node, int from, int to) {
    for (int i = from; i < to; i++) {
      publishSurely(node, i);
    }
  }

  private static void publishSurely(Millrace node, int number) {
    Message message = Message.json(number).withKey("key-" + number);
    patiently()
        .until(
            () -> {
              Future<Publication> publication = node.channel("a").publish(message);
              patiently().until(publication::isComplete);
              return publication.succeeded();
            });
  }

  private static List<String> numbers(int from, int to) {
    List<String> numbers = new ArrayList<>();
    for (int i = from; i < to; i++) {
      numbers.add("" + i);
    }
    return numbers;
  }

  private static void sees(Follower follower, List<String> expected) {
    patiently()
        .untilAsserted(
            () -> assertThat(follower.seen).hasSizeGreaterThanOrEqualTo(expected.size()));
    assertThat(follower.seen).isEqualTo(expected);
  }

  private static void save() {
    RABBIT.stop();
    RABBIT.save();
    RABBIT.start();
  }

  private static void lose() {
    RABBIT.kill();
    RABBIT.restore();
    RABBIT.start();
  }

  private static List<String> withGap(List<String> before, List<String> after) {
    List<String> all = new ArrayList<>(before);
    all.add("gap epoch");
    all.addAll(after);
    return all;
  }

  /** Asserts that all nodes are in the same log, and that followers of the old one get a gap. */
  private void allGoOn(List<Follower> followers, List<String> before, List<Cursor> old) {
    // Every node that may receive what others publish must have noticed.
    followers.forEach(follower -> patiently().until(() -> follower.seen.size() > before.size()));
    publish(nodes.get(0), 1000, 1000 + MORE);
    followers.forEach(follower -> sees(follower, withGap(before, numbers(1000, 1000 + MORE))));
    assertThat(followers.get(0).cursors.subList(before.size(), before.size() + MORE))
        .isEqualTo(followers.get(1).cursors.subList(before.size(), before.size() + MORE));
    for (Millrace node : nodes) {
      for (Cursor cursor : old) {
        Follower returning = follow(node, cursor);
        patiently().until(() -> !returning.seen.isEmpty());
        assertThat(returning.seen.get(0)).isEqualTo("gap epoch");
      }
      Follower continuing = follow(node, followers.get(0).cursors.get(before.size() + 9));
      sees(continuing, numbers(1010, 1000 + MORE));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 20})
  void aStreamThatLostItsEndIsAnotherForAllNodesAndAllWhoReturn(int kept) {
    if (kept == 0) {
      save(); // Before the stream exists.
    }
    List<Millrace> both = List.of(node(), node());
    List<Follower> followers = both.stream().map(RabbitMqLossTest::follow).toList();
    publish(both.get(0), 0, kept);
    if (kept > 0) {
      save();
    }
    publish(both.get(0), kept, kept + 30);
    List<String> before = numbers(0, kept + 30);
    followers.forEach(follower -> sees(follower, before));
    List<Cursor> cursors = followers.get(0).cursors;
    List<Cursor> old = List.of(cursors.get(0), cursors.get(kept + 5), cursors.get(kept + 29));
    lose();
    allGoOn(followers, before, old);
  }

  @Test
  void aNodeThatKnewLessFollowsTheOneThatKnewMore() {
    try (FaultProxy proxy = new FaultProxy(RABBIT.host(), RABBIT.stompPort())) {
      Millrace more = node();
      Millrace less = node(proxy.host(), proxy.port());
      List<Follower> followers = List.of(follow(more), follow(less));
      publish(more, 0, 20);
      followers.forEach(follower -> sees(follower, numbers(0, 20)));
      save();
      publish(more, 20, 21); // The link is up again.
      followers.forEach(follower -> sees(follower, numbers(0, 21)));
      proxy.cut();
      publish(more, 21, 50);
      sees(followers.get(0), numbers(0, 50));
      Cursor lost = followers.get(0).cursors.get(40);
      lose();
      followers.subList(0, 1).forEach(it -> patiently().until(() -> it.seen.size() > 50));
      proxy.mend();
      patiently().until(() -> followers.get(1).seen.size() > 21);
      publish(more, 1000, 1000 + MORE);
      sees(followers.get(0), withGap(numbers(0, 50), numbers(1000, 1000 + MORE)));
      sees(followers.get(1), withGap(numbers(0, 21), numbers(1000, 1000 + MORE)));
      for (Millrace node : nodes) {
        Follower returning = follow(node, lost);
        patiently().until(() -> !returning.seen.isEmpty());
        assertThat(returning.seen.get(0)).isEqualTo("gap epoch");
      }
    }
  }

  @Test
  void aStreamThatIsRestoredWithAllThatWasReadGoesOn() {
    List<Millrace> both = List.of(node(), node());
    List<Follower> followers = both.stream().map(RabbitMqLossTest::follow).toList();
    publish(both.get(0), 0, 30);
    followers.forEach(follower -> sees(follower, numbers(0, 30)));
    save();
    lose();
    publish(both.get(0), 30, 60);
    followers.forEach(follower -> sees(follower, numbers(0, 60)));
    sees(follow(both.get(1), followers.get(0).cursors.get(9)), numbers(10, 60));
  }
}
