package io.millrace.tck;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.spi.Broker;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the rules of brokers share. */
abstract class BrokerFixture {

  /** How often most rules repeat what they do. */
  static final int MANY = 500;

  /** More than brokers take, so that the broker is what refuses a message that is too large. */
  static final int MOST_BYTES = 17 << 20;

  private final List<BrokerNode> nodes = new ArrayList<>();
  private final List<Millrace> engines = new ArrayList<>();
  private Optional<Vertx> vertx = Optional.empty();

  /**
   * Makes a broker that is not open yet. If the broker is {@link Broker#shared()}, all brokers that
   * are made for one test are linked to the same backend; each serves a node of its own.
   *
   * @return a new broker
   */
  protected abstract Broker newBroker();

  /**
   * Returns the link between the brokers and their backend, if a test can cut it.
   *
   * @return empty by default, so rules about outages are skipped
   */
  protected Optional<BrokerLink> link() {
    return Optional.empty();
  }

  /**
   * Returns a way to make the backend refuse, if there is one.
   *
   * @return empty by default, so rules about refusals are skipped
   */
  protected Optional<BrokerRefusals> refusals() {
    return Optional.empty();
  }

  /**
   * Returns which fault of the backend keeps rule B22 from being tested: overlapping subscriptions
   * under load. The documentation must tell users about it.
   *
   * @return empty by default, so the rule is tested
   */
  protected Optional<String> overlapFault() {
    return Optional.empty();
  }

  /**
   * Returns how long to wait for something that must happen.
   *
   * @return a minute by default
   */
  protected Duration patience() {
    return Duration.ofMinutes(1);
  }

  @BeforeEach
  void startVertx() {
    vertx = Optional.of(Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2)));
  }

  @AfterEach
  void closeAll() {
    try {
      nodes.forEach(BrokerNode::close);
      engines.forEach(engine -> TestNode.await(engine.close()));
    } finally {
      nodes.clear();
      engines.clear();
      TestNode.await(vertx().close());
    }
  }

  final Vertx vertx() {
    return vertx.orElseThrow();
  }

  final BrokerNode node() {
    return node(message -> false);
  }

  final BrokerNode node(Predicate<Message> refused) {
    BrokerNode node = new BrokerNode(vertx(), newBroker(), refused);
    nodes.add(node);
    return node.open();
  }

  /** Returns two nodes, or the same one twice if the broker is not shared. */
  final List<BrokerNode> pair() {
    BrokerNode first = node();
    return List.of(first, newBroker().shared() ? node() : first);
  }

  /** Returns two complete nodes, or the same one twice if the broker is not shared. */
  final List<Millrace> engines() {
    Millrace first = engine();
    return List.of(first, newBroker().shared() ? engine() : first);
  }

  private Millrace engine() {
    Millrace engine =
        Millrace.builder(vertx())
            .broker(newBroker())
            .transport(new NoTransport())
            .options(
                new MillraceOptions()
                    .setUnsubscribeLinger(Duration.ZERO)
                    .setMaxMessageBytes(MOST_BYTES))
            .build();
    engines.add(engine);
    TestNode.await(engine.ready());
    return engine;
  }

  final void needsSelective() {
    assumeTrue(newBroker().selective(), "This rule is for brokers that are selective.");
  }

  final void needsLog() {
    assumeTrue(newBroker().log().isPresent(), "This rule is for brokers with a log of their own.");
  }

  final BrokerLink needsLink() {
    assumeTrue(link().isPresent(), "This rule is for brokers whose test can cut the link.");
    return link().orElseThrow();
  }

  final BrokerRefusals needsRefusals() {
    assumeTrue(
        refusals().isPresent(), "This rule is for brokers whose test can make the backend refuse.");
    return refusals().orElseThrow();
  }

  final void needsOverlap() {
    assumeTrue(overlapFault().isEmpty(), () -> overlapFault().orElseThrow());
  }

  final ConditionFactory patiently() {
    return await().atMost(patience()).pollInterval(Duration.ofMillis(2));
  }

  /**
   * Publishes a mark and waits until it arrives; everything published before it has arrived, too.
   */
  final void settle(BrokerNode from, BrokerNode at, String channel) {
    String mark = "\"mark " + at.received().size() + "\"";
    TestNode.await(from.publish(channel, Message.jsonText(Buffer.buffer(mark))));
    patiently().until(() -> at.texts(channel).contains(mark));
  }

  static List<String> withoutMarks(List<String> texts) {
    return texts.stream().filter(text -> !text.startsWith("\"mark ")).toList();
  }

  static void same(Message message, Message expected) {
    assertThat(message.data()).isEqualTo(expected.data());
    assertThat(message.isJson()).isEqualTo(expected.isJson());
    assertThat(message.event()).isEqualTo(expected.event());
    assertThat(message.priority()).isEqualTo(expected.priority());
    assertThat(message.time()).isEqualTo(expected.time());
    assertThat(message.key()).isEqualTo(expected.key());
  }
}
