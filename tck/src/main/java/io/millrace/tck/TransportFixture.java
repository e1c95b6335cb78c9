package io.millrace.tck;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.spi.Transport;
import io.millrace.tck.TestBroker.Appended;
import io.millrace.tck.TestClient.Ability;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;

/**
 * What the rules of transports share. Each group of rules inherits from the one before it. They are
 * not {@code @Nested} classes, because those would have to be in one file, and JUnit would report
 * their tests under the name of the kit, not of the transport's test.
 */
abstract class TransportFixture {

  static final String NEVER_SEEN = "never.seen";

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /**
   * Makes the transport under test. Called for each node that a test starts.
   *
   * @return a new transport
   */
  protected abstract Transport newTransport();

  /**
   * Returns a client of the transport.
   *
   * @return the client
   */
  protected abstract TestClient client();

  /**
   * Returns how long to wait for something that must happen. Normally it happens at once, so this
   * matters only on a busy machine, and when a rule is broken.
   *
   * @return a minute by default
   */
  protected Duration patience() {
    return Duration.ofMinutes(1);
  }

  @AfterEach
  void closeAll() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  final <T extends AutoCloseable> T closing(T resource) {
    opened.push(resource);
    return resource;
  }

  final MillraceOptions options() {
    return new MillraceOptions().addSubscribable("**").setUnsubscribeLinger(Duration.ZERO);
  }

  final TestNode node() {
    return node(options());
  }

  final TestNode node(MillraceOptions options) {
    return closing(TestNode.start(options, newTransport()));
  }

  /** Starts a node that subscribes at its broker to what its readers want. */
  final TestNode selectiveNode() {
    return closing(TestNode.start(new TestBroker(true), options(), newTransport()));
  }

  final Follower follow(TestNode node, String query) {
    return closing(new Follower(node.port(), client(), query, patience()));
  }

  final Connection open(TestNode node, String query) {
    return closing(Connection.open(node.port(), client(), query));
  }

  final Connection request(
      TestNode node, String method, String path, String query, Map<String, String> headers) {
    return closing(Connection.open(node.port(), client(), method, path, query, headers));
  }

  final ConditionFactory patiently() {
    return await().atMost(patience()).pollInterval(Duration.ofMillis(2));
  }

  /** Publishes whole numbers. */
  final void publish(TestNode node, String channel, int from, int to) {
    for (int i = from; i < to; i++) {
      node.publish(channel, Message.json(i));
    }
  }

  /** Connects a follower and waits until the node has it. */
  final Follower attached(TestNode node, Follower reader) {
    int before = node.millrace().counts().readers();
    reader.connect();
    if (can(Ability.HOLD) || !can(Ability.CURSOR)) {
      patiently().until(() -> node.millrace().counts().readers() > before);
    } else {
      // The first frame says where it begins.
      reader.until(self -> !self.frames().isEmpty(), "where it begins");
    }
    return reader;
  }

  /** Whether a request is still attached while nothing is published. */
  final boolean stays() {
    return has(Transport.Trait.STREAMING) || can(Ability.HOLD);
  }

  final boolean has(Transport.Trait trait) {
    return newTransport().traits().contains(trait);
  }

  final boolean can(Ability ability) {
    return client().abilities().contains(ability);
  }

  final void needs(Transport.Trait trait) {
    assumeTrue(has(trait), () -> "This rule is for transports with the trait " + trait + ".");
  }

  final void needsNot(Transport.Trait trait) {
    assumeTrue(!has(trait), () -> "This rule is for transports without the trait " + trait + ".");
  }

  final void needs(Ability ability) {
    assumeTrue(can(ability), () -> "This rule is for clients with the ability " + ability + ".");
  }

  final void needsNot(Ability ability) {
    assumeTrue(
        !can(ability), () -> "This rule is for clients without the ability " + ability + ".");
  }

  /** Waits until nothing remains of readers. Requests that are still in progress come and go. */
  final void nothingRemains(TestNode node) {
    Callable<Boolean> nothing =
        () -> {
          Millrace.Counts counts = node.millrace().counts();
          return counts.readers() == 0
              && counts.subscriptions() == 0
              && counts.timers() == 0
              && counts.brokerSubscriptions() == 0
              && counts.channels() == node.broker().channels()
              && node.broker().subscribed().isEmpty();
        };
    patiently().alias("readers, subscriptions, channels and timers are gone").until(nothing);
  }

  static Predicate<Appended> on(String... channels) {
    return appended -> List.of(channels).contains(appended.channel());
  }

  /** Asserts that the frames received are right, and that no message is missing at the end. */
  final void verifyAll(TestNode node, Follower reader, Predicate<Appended> concerns) {
    assertThat(new Ledger(node, client(), concerns).verify(Optional.empty(), reader.frames()))
        .as("messages missing at the end")
        .isZero();
  }
}
