package io.millrace.tck;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceException;
import io.millrace.Priority;
import io.millrace.Publication;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is published arrives once, in order and as it was, or its publish fails. */
abstract class PublishRules extends BrokerFixture {

  /** A wait for megabytes is this many times as long. */
  private static final int MEGABYTES = 12;

  @Test
  void required_B01_aBrokerHasANameToBeChosenBy() {
    assertThat(newBroker().name()).matches("[a-z0-9-]+");
    assertThat(newBroker().name()).isEqualTo(newBroker().name());
  }

  @Test
  void required_B02_aPublishThatCompletesWasTakenAndOneThatWasNotFails() {
    BrokerNode node = node();
    node.subscribe("a");
    for (int i = 0; i < 50; i++) {
      int count = i + 1;
      TestNode.await(node.publish("a", Message.json(i)));
      patiently().until(() -> node.received().size() == count);
    }
    node.close();
    Future<Publication> late = node.publish("a", Message.json("late"));
    patiently().until(late::isComplete);
    assertThat(late.failed()).as("a publish fails after close").isTrue();
    assertThat(late.cause()).isInstanceOf(MillraceException.class);
    assertThat(node.received()).hasSize(50);
  }

  @Test
  void required_B03_whatOneThreadPublishesToAChannelIsBroughtInThatOrder() {
    List<BrokerNode> nodes = pair();
    nodes.forEach(node -> node.subscribe("a"));
    List<Future<Publication>> publications = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      publications.add(nodes.get(0).publish("a", Message.json(i)));
    }
    TestNode.await(Future.all(publications));
    List<String> expected = IntStream.range(0, MANY).mapToObj(String::valueOf).toList();
    for (BrokerNode node : nodes) {
      patiently().until(() -> node.received().size() >= MANY);
      assertThat(node.texts("a")).isEqualTo(expected);
    }
  }

  @Test
  void required_B04_everySubscribedNodeIsBroughtEachMessageOnceFromManyPublishersAtATime()
      throws InterruptedException {
    List<BrokerNode> nodes = pair();
    nodes.forEach(node -> node.subscribe("a"));
    int publishers = 4;
    ExecutorService threads = Executors.newFixedThreadPool(publishers);
    CountDownLatch start = new CountDownLatch(1);
    for (int p = 0; p < publishers; p++) {
      BrokerNode node = nodes.get(p % 2);
      String prefix = p + "-";
      threads.execute(
          () -> {
            awaitUninterrupted(start);
            for (int i = 0; i < MANY; i++) {
              var unused = node.publish("a", Message.json(prefix + i));
            }
          });
    }
    start.countDown();
    threads.shutdown();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    for (BrokerNode node : nodes) {
      patiently().until(() -> node.received().size() >= publishers * MANY);
      settle(nodes.get(0), node, "a");
      List<String> texts = withoutMarks(node.texts("a"));
      for (int p = 0; p < publishers; p++) {
        String prefix = "\"" + p + "-";
        List<String> expected = IntStream.range(0, MANY).mapToObj(i -> prefix + i + "\"").toList();
        assertThat(texts.stream().filter(text -> text.startsWith(prefix))).isEqualTo(expected);
      }
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void required_B11_aMessageArrivesAsItWasPublished() {
    List<BrokerNode> nodes = pair();
    nodes.get(0).subscribe("a");
    List<Message> sent = new ArrayList<>();
    for (Message message : Payloads.all()) {
      sent.add(message.withTime(Instant.ofEpochMilli(1_764_000_000_000L + sent.size())));
    }
    Message plain = sent.get(0);
    for (Priority priority : Priority.values()) {
      sent.add(plain.withPriority(priority).withKey("key_-" + priority));
    }
    sent.add(plain.withTime(Instant.EPOCH));
    sent.forEach(message -> TestNode.await(nodes.get(1).publish("a", message)));
    List<BrokerNode.Received> received = nodes.get(0).received();
    patiently().until(() -> received.size() == sent.size());
    for (int i = 0; i < sent.size(); i++) {
      same(received.get(i).message(), sent.get(i));
    }
  }

  @Test
  void required_B14_whatIsNoChannelNeverReachesTheBroker() {
    SpyBroker spy = new SpyBroker(newBroker());
    Millrace millrace = Millrace.builder(vertx()).broker(spy).transport(new NoTransport()).build();
    try {
      TestNode.await(millrace.ready());
      for (String name :
          List.of(
              "", "$millrace", "a b", "a/b", "a..b", "/topic/a", "a#", "a>", "a*", "a\n", "한")) {
        assertThatThrownBy(() -> millrace.channel(name)).isInstanceOf(MillraceException.class);
        assertThatThrownBy(() -> ChannelPattern.of(name)).isInstanceOf(MillraceException.class);
      }
      assertThatThrownBy(() -> millrace.channel("a.*")).isInstanceOf(MillraceException.class);
      TestNode.await(millrace.channel("good").publish(Message.json(1)));
      assertThat(spy.channels())
          .filteredOn(key -> !ChannelPattern.CONTROL.matches(key))
          .containsExactly("good");
    } finally {
      TestNode.await(millrace.close());
    }
  }

  @Test
  void required_B15_aMessageThatTheNodeRefusesStopsNoOther() {
    BrokerNode reader = node(message -> message.event().equals("refused"));
    reader.subscribe("a");
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      boolean refused = i % 4 == 1;
      Message message = Message.json(i).withEvent(refused ? "refused" : "taken");
      Future<Publication> publication = reader.publish("a", message);
      patiently().until(publication::isComplete);
      if (!refused) {
        assertThat(publication.succeeded()).isTrue();
        expected.add("" + i);
      }
    }
    patiently().until(() -> reader.received().size() == expected.size());
    assertThat(reader.texts("a")).isEqualTo(expected);
  }

  @Test
  void required_B23_whatFailsButForWantOfAnAnswerWasNotTaken() {
    List<BrokerNode> nodes = pair();
    BrokerNode reading = nodes.get(1);
    reading.subscribe("a");
    List<Future<Publication>> publications = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      publications.add(nodes.get(0).publish("a", Message.json(i)));
    }
    patiently().until(() -> !reading.received().isEmpty());
    nodes.get(0).close(); // While it publishes.
    patiently().until(() -> publications.stream().allMatch(Future::isComplete));
    if (reading != nodes.get(0)) {
      settle(reading, reading, "a");
    }
    List<String> brought = reading.texts("a");
    for (int i = 0; i < MANY; i++) {
      Future<Publication> publication = publications.get(i);
      if (publication.failed() && isSure(publication.cause())) {
        assertThat(brought).as("failed with " + publication.cause()).doesNotContain("" + i);
      }
    }
  }

  private static boolean isSure(Throwable failure) {
    assertThat(failure).isInstanceOf(MillraceException.class);
    return ((MillraceException) failure).code() != MillraceException.Code.TIMEOUT;
  }

  @Test
  void required_B31_whatIsAcceptedArrivesUpToTheLimitsAndWhatIsBeyondIsRefused() {
    List<Millrace> nodes = engines();
    List<Message> came = new CopyOnWriteArrayList<>();
    TestNode.await(nodes.get(1).channel("a").subscribe(entry -> came.add(entry.message())));
    List<Message> sent = new ArrayList<>();
    for (Message message : Payloads.atTheLimits()) {
      assertThat(takes(nodes.get(0), message)).isTrue();
      sent.add(message);
    }
    int most = 16 << 20;
    for (int bytes : new int[] {most - 1, most, most + 1, MOST_BYTES, MOST_BYTES + 1}) {
      Message message = Payloads.large(bytes);
      if (takes(nodes.get(0), message)) {
        assertThat(bytes).isLessThanOrEqualTo(MOST_BYTES);
        sent.add(message);
      }
    }
    await().atMost(patience().multipliedBy(MEGABYTES)).until(() -> came.size() >= sent.size());
    assertThat(came.stream().map(message -> message.data().hashCode()))
        .isEqualTo(sent.stream().map(message -> message.data().hashCode()).toList());
    for (String json : Payloads.json(1)) {
      assertThatThrownBy(() -> Message.jsonText(Buffer.buffer(json)))
          .isInstanceOf(MillraceException.class);
    }
  }

  /** Publishes until it is known whether the message was taken. */
  private boolean takes(Millrace node, Message message) {
    Duration patience = patience().multipliedBy(MEGABYTES);
    Message keyed = message.withKey("k" + message.data().hashCode());
    List<Future<Publication>> asked = new ArrayList<>();
    await()
        .atMost(patience)
        .until(
            () -> {
              Future<Publication> next = node.channel("a").publish(keyed);
              asked.add(next);
              await().atMost(patience).until(next::isComplete);
              return next.succeeded() || !((MillraceException) next.cause()).retryable();
            });
    Future<Publication> last = asked.get(asked.size() - 1);
    if (last.failed()) {
      assertThat(((MillraceException) last.cause()).code())
          .isEqualTo(MillraceException.Code.TOO_LARGE);
    }
    return last.succeeded();
  }
}
