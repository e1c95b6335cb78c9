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
import io.millrace.spi.BrokerLog;
import io.millrace.spi.BrokerRecord;
import io.millrace.spi.BrokerRecords;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
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
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The contract of brokers: the rules B01 to B31 of {@code docs/spec.md}, each a test whose name
 * contains the rule's number. A broker's test extends this class and says what to test:
 *
 * <pre>{@code
 * class MemoryBrokerTest extends BrokerTck {
 *   @Override
 *   protected Broker newBroker() {
 *     return new MemoryBroker();
 *   }
 * }
 * }</pre>
 *
 * <p>A rule that needs an ability that the broker does not have is skipped, with the reason.
 */
public abstract class BrokerTck extends BrokerFixture {

  private static final int MANY = 500;

  /** A wait for megabytes is this many times as long. */
  private static final int MEGABYTES = 12;

  /** Enough to show a rare loss while subscriptions come and go. */
  private static final int OVERLAP_ROUNDS = 5;

  /** For subclasses. */
  protected BrokerTck() {}

  /**
   * Publishes a mark and waits until it arrives; everything published before it has arrived, too.
   */
  private void settle(BrokerNode from, BrokerNode at, String channel) {
    String mark = "\"mark " + at.received().size() + "\"";
    TestNode.await(from.publish(channel, Message.jsonText(Buffer.buffer(mark))));
    patiently().until(() -> at.texts(channel).contains(mark));
  }

  private static List<String> withoutMarks(List<String> texts) {
    return texts.stream().filter(text -> !text.startsWith("\"mark ")).toList();
  }

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
  void required_B05_nothingPublishedAfterASubscriptionWasConfirmedIsMissed() {
    List<BrokerNode> nodes = pair();
    for (int i = 0; i < 200; i++) {
      String channel = "c" + i % 7;
      String text = "" + i;
      nodes.get(0).subscribe(channel);
      TestNode.await(nodes.get(1).publish(channel, Message.json(i)));
      patiently().until(() -> nodes.get(0).texts(channel).contains(text));
      nodes.get(0).unsubscribe(channel);
    }
  }

  @Test
  void required_B06_aPatternBringsTheChannelsItMatches() {
    List<BrokerNode> nodes = pair();
    List<String> channels =
        List.of("a", "a.b", "a.c", "a.b.c", "b.b.c", "a.b.c.d", "b.a", "aa.b", "x.b.y");
    List<String> patterns = List.of("a.*", "a.**", "*.b.c", "*", "**", "a.*.c", "x.*.**");
    BrokerNode reader = nodes.get(0);
    boolean selective = newBroker().selective();
    for (String pattern : patterns) {
      ChannelPattern wanted = ChannelPattern.of(pattern);
      Message message = Message.json(pattern);
      List<String> matching = channels.stream().filter(wanted::matches).toList();
      // A broker that is not selective also brings other channels, before, after and in between.
      Supplier<List<String>> brought =
          () ->
              reader.received().stream()
                  .filter(received -> received.message().data().equals(message.data()))
                  .map(BrokerNode.Received::channel)
                  .filter(channel -> selective || wanted.matches(channel))
                  .toList();
      reader.subscribe(pattern);
      channels.forEach(channel -> TestNode.await(nodes.get(1).publish(channel, message)));
      settle(nodes.get(1), reader, matching.get(0));
      patiently().until(() -> brought.get().size() >= matching.size());
      reader.unsubscribe(pattern);
      assertThat(brought.get()).as(pattern).isEqualTo(matching);
    }
  }

  @Test
  void required_B07_aNameAndAPatternThatBothMatchBringAMessageOnce() {
    List<BrokerNode> nodes = pair();
    BrokerNode reader = nodes.get(0);
    List.of("a.b", "a.*", "**", "a.**").forEach(reader::subscribe);
    for (int i = 0; i < 20; i++) {
      TestNode.await(nodes.get(1).publish("a.b", Message.json(i)));
    }
    settle(nodes.get(1), reader, "a.b");
    assertThat(withoutMarks(reader.texts("a.b")))
        .isEqualTo(IntStream.range(0, 20).mapToObj(String::valueOf).toList());
  }

  @Test
  void required_B08_ofANameAndAPatternEitherCanBeLeftFirst() {
    List<BrokerNode> nodes = pair();
    BrokerNode reader = nodes.get(0);
    int round = 0;
    for (List<String> order :
        List.of(List.of("a.b", "a.*"), List.of("a.*", "a.b"), List.of("**", "a.*"))) {
      order.forEach(reader::subscribe);
      reader.unsubscribe(order.get(0));
      String text = "" + round++;
      TestNode.await(nodes.get(1).publish("a.b", Message.json(round - 1)));
      settle(nodes.get(1), reader, "a.b");
      assertThat(reader.texts("a.b").stream().filter(text::equals)).as("%s", order).hasSize(1);
      reader.unsubscribe(order.get(1));
    }
  }

  @Test
  void required_B09_aSelectiveBrokerBringsNothingThatIsNotSubscribed() {
    needsSelective();
    List<BrokerNode> nodes = pair();
    BrokerNode reader = nodes.get(0);
    List.of("a", "b.*", "kept").forEach(reader::subscribe);
    TestNode.await(nodes.get(1).publish("other", Message.json(0)));
    List.of("a", "b.*").forEach(reader::unsubscribe);
    List.of("a", "b.c", "other")
        .forEach(channel -> TestNode.await(nodes.get(1).publish(channel, Message.json(1))));
    settle(nodes.get(1), reader, "kept");
    assertThat(reader.received()).extracting(BrokerNode.Received::channel).containsOnly("kept");
  }

  @Test
  void required_B10_aChannelCanBeSubscribedAgain() {
    List<BrokerNode> nodes = pair();
    BrokerNode reader = nodes.get(0);
    for (int i = 0; i < 5; i++) {
      for (String pattern : List.of("a.b", "a.*")) {
        reader.subscribe(pattern);
        TestNode.await(nodes.get(1).publish("a.b", Message.json(pattern + i)));
        settle(nodes.get(1), reader, "a.b");
        reader.unsubscribe(pattern);
      }
    }
    assertThat(withoutMarks(reader.texts("a.b"))).hasSize(10).doesNotHaveDuplicates();
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

  private static void same(Message message, Message expected) {
    assertThat(message.data()).isEqualTo(expected.data());
    assertThat(message.isJson()).isEqualTo(expected.isJson());
    assertThat(message.event()).isEqualTo(expected.event());
    assertThat(message.priority()).isEqualTo(expected.priority());
    assertThat(message.time()).isEqualTo(expected.time());
    assertThat(message.key()).isEqualTo(expected.key());
  }

  @Test
  void required_B12_nothingIsBroughtAfterClose() {
    List<BrokerNode> nodes = pair();
    BrokerNode reader = nodes.get(0);
    reader.subscribe("a");
    var unused = nodes.get(1).publish("a", Message.json(0));
    reader.close();
    int then = reader.received().size();
    // Neither messages that others publish nor its own may arrive.
    var late = nodes.get(1).publish("a", Message.json(1));
    if (newBroker().shared()) {
      BrokerNode other = node();
      other.subscribe("a");
      settle(nodes.get(1), other, "a");
    }
    patiently().until(late::isComplete);
    patiently().during(Duration.ofMillis(50)).until(() -> reader.received().size() == then);
  }

  @Test
  void required_B13_namesAreTakenToTheLetter() {
    List<BrokerNode> nodes = pair();
    String longest = "x".repeat(ChannelPattern.MAX_LENGTH);
    List<String> names =
        List.of(
            "a",
            "A",
            "a-b",
            "a_b",
            "-",
            "_",
            "0",
            "a.0",
            "null",
            longest,
            "a." + longest.substring(2));
    names.forEach(nodes.get(0)::subscribe);
    names.forEach(name -> TestNode.await(nodes.get(1).publish(name, Message.json(name))));
    patiently().until(() -> nodes.get(0).received().size() == names.size());
    assertThat(nodes.get(0).received())
        .allMatch(entry -> entry.message().json().orElseThrow().equals(entry.channel()))
        .extracting(BrokerNode.Received::channel)
        .containsExactlyInAnyOrderElementsOf(names);
  }

  @Test
  void required_B14_whatIsNoChannelNeverReachesTheBroker() {
    SpyBroker spy = new SpyBroker(newBroker());
    Millrace millrace = Millrace.builder(vertx()).broker(spy).transport(new NoTransport()).build();
    try {
      TestNode.await(millrace.ready());
      for (String name :
          List.of("", "a b", "a/b", "a..b", "/topic/a", "a#", "a>", "a*", "a\n", "한")) {
        assertThatThrownBy(() -> millrace.channel(name)).isInstanceOf(MillraceException.class);
        assertThatThrownBy(() -> ChannelPattern.of(name)).isInstanceOf(MillraceException.class);
      }
      assertThatThrownBy(() -> millrace.channel("a.*")).isInstanceOf(MillraceException.class);
      TestNode.await(millrace.channel("good").publish(Message.json(1)));
      assertThat(spy.channels()).containsExactly("good");
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
  void required_B16_manySubscriptionsLiveSideBySide() {
    List<BrokerNode> nodes = pair();
    List<String> channels = IntStream.range(0, MANY).mapToObj(i -> "c." + i).toList();
    TestNode.await(Future.all(channels.stream().map(nodes.get(0)::subscribing).toList()));
    channels.forEach(
        channel -> TestNode.await(nodes.get(1).publish(channel, Message.json(channel))));
    patiently().until(() -> nodes.get(0).received().size() == MANY);
    assertThat(nodes.get(0).received())
        .extracting(BrokerNode.Received::channel)
        .containsExactlyInAnyOrderElementsOf(channels);
  }

  @Test
  void required_B17_anOutageIsReportedAndEverythingIsSubscribedAgainAfterIt() {
    BrokerLink link = needsLink();
    List<BrokerNode> nodes = pair();
    BrokerNode reader = nodes.get(0);
    List.of("a", "b.*").forEach(reader::subscribe);
    link.cut();
    patiently().until(() -> reader.reports().contains("degraded"));
    Future<Publication> during = nodes.get(1).publish("a", Message.json("during"));
    link.mend();
    for (BrokerNode node : nodes) {
      patiently().until(() -> node.reports().equals(List.of("degraded", "restored")));
    }
    if (newBroker().log().isEmpty()) {
      assertThat(reader.interruptedPatterns())
          .contains(ChannelPattern.of("a"), ChannelPattern.of("b.*"));
    }
    patiently().until(during::isComplete);
    // Without a log, it may have been taken before the reader was back: then it is in the gap.
    if (during.succeeded() && newBroker().log().isPresent()) {
      patiently().until(() -> reader.texts("a").contains("\"during\""));
    }
    TestNode.await(nodes.get(1).publish("b.c", Message.json("after")));
    patiently().until(() -> reader.texts("b.c").contains("\"after\""));
  }

  @Test
  void required_B18_aBrokersLogIsTheSameForEveryNodeAlsoForOneThatComesLater() {
    needsLog();
    BrokerNode first = node();
    for (int i = 0; i < 20; i++) {
      TestNode.await(first.publish("c" + i % 3, Message.json(i)));
    }
    patiently().until(() -> first.logged().size() == 20);
    BrokerNode later = node();
    assertThat(later.logged()).as("before open completes").hasSize(20);
    TestNode.await(later.publish("c", Message.json("later")));
    patiently().until(() -> first.logged().size() == 21 && later.logged().size() == 21);
    assertThat(later.epochs()).isEqualTo(first.epochs());
    for (int i = 0; i < 21; i++) {
      BrokerNode.Logged here = first.logged().get(i);
      BrokerNode.Logged there = later.logged().get(i);
      assertThat(there.offset()).isEqualTo(here.offset());
      assertThat(there.channel()).isEqualTo(here.channel());
      same(there.message(), here.message());
    }
  }

  @Test
  void required_B19_aBrokersLogCanBeReadBackFromAnyRecordOn() {
    needsLog();
    BrokerNode node = node();
    BrokerLog log = node.broker().log().orElseThrow();
    for (int i = 0; i < MANY; i++) {
      TestNode.await(node.publish("c" + i % 3, Message.json(i).withKey("k" + i)));
    }
    patiently().until(() -> node.logged().size() == MANY);
    for (int i : List.of(0, 1, MANY / 2, MANY - 1)) {
      for (Duration lead : List.of(Duration.ZERO, Duration.ofMinutes(6))) {
        List<BrokerNode.Logged> wanted = node.logged().subList(i, MANY);
        List<BrokerRecord> read = readBack(log, wanted.get(0).offset(), lead, wanted.size());
        for (int k = 0; k < wanted.size(); k++) {
          assertThat(read.get(k).offset()).isEqualTo(wanted.get(k).offset());
          BrokerRecord.Content content = read.get(k).content().orElseThrow();
          assertThat(content.channel()).isEqualTo(wanted.get(k).channel());
          same(content.message(), wanted.get(k).message());
        }
      }
    }
  }

  /** Reads a number of messages back, a few at a time. */
  private List<BrokerRecord> readBack(BrokerLog log, long from, Duration lead, int count) {
    List<BrokerRecord> messages = new CopyOnWriteArrayList<>();
    List<BrokerRecords> open = new CopyOnWriteArrayList<>();
    Context context = vertx().getOrCreateContext();
    context.runOnContext(
        here ->
            log.read(from, lead)
                .onSuccess(
                    records -> {
                      open.add(records);
                      records.handler(
                          record -> {
                            if (record.offset() >= from && record.content().isPresent()) {
                              messages.add(record);
                            }
                          });
                      records.fetch(1);
                    }));
    patiently().until(() -> !open.isEmpty());
    patiently()
        .until(
            () -> {
              context.runOnContext(here -> open.get(0).fetch(50));
              return messages.size() >= count;
            });
    Promise<Void> closed = Promise.promise();
    context.runOnContext(here -> open.get(0).close().onComplete(closed));
    TestNode.await(closed.future());
    return messages;
  }

  @Test
  void required_B20_aBrokersLogLosesAndDoublesNothingInAnOutage() {
    needsLog();
    BrokerLink link = needsLink();
    List<BrokerNode> nodes = pair();
    List<String> published = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 20; i++) {
        String text = round + "." + i;
        TestNode.await(nodes.get(i % 2).publish("a", Message.json(text)));
        published.add("\"" + text + "\"");
      }
      int outages = round + 1;
      link.cut();
      nodes.forEach(node -> patiently().until(() -> count(node.reports(), "degraded") == outages));
      Future<Publication> during = nodes.get(0).publish("a", Message.json("during"));
      patiently().until(during::isComplete);
      assertThat(during.failed()).as("a publish fails fast while the link is down").isTrue();
      link.mend();
      nodes.forEach(node -> patiently().until(() -> count(node.reports(), "restored") == outages));
    }
    nodes.forEach(node -> settle(nodes.get(0), node, "a"));
    for (BrokerNode node : nodes) {
      assertThat(withoutMarks(node.texts("a"))).isEqualTo(published);
      assertThat(node.interruptedPatterns()).isEmpty();
      assertThat(node.epochs()).hasSize(1);
    }
  }

  private static long count(List<String> reports, String what) {
    return reports.stream().filter(what::equals).count();
  }

  @Test
  void required_B21_aBrokerWithALogHasCaughtUpWhenItSaysSo() {
    needsLog();
    List<BrokerNode> nodes = pair();
    for (int i = 0; i < 50; i++) {
      String text = "" + i;
      TestNode.await(nodes.get(0).publish("a", Message.json(i)));
      TestNode.await(nodes.get(1).broker().log().orElseThrow().catchUp());
      assertThat(nodes.get(1).texts("a")).contains(text);
    }
  }

  @Test
  void required_B22_underLoadWhoeverStaysGetsEveryMessageOnceAndInOrder() {
    needsOverlap();
    List<Millrace> nodes = engines();
    try (OverlapTraffic traffic =
        new OverlapTraffic(nodes.get(0), nodes.get(1), "a.b", patience())) {
      for (int round = 0; round < OVERLAP_ROUNDS; round++) {
        overlap(traffic, "a.b", "a.*", true);
        overlap(traffic, "a.b", "a.*", false);
        overlap(traffic, "a.*", "a.b", true);
        overlap(traffic, "a.*", "a.b", false);
      }
    }
  }

  @Test
  void required_B30_whatTheBackendRefusesConcernsWhoeverAsked() {
    // Backends quote the name, which must not be mistaken for their own text about a limit.
    String channel = "maximum";
    BrokerRefusals refusals = needsRefusals();
    List<BrokerNode> nodes = pair();
    BrokerNode reader = nodes.get(0);
    reader.subscribe("a");
    List<String> expected = new ArrayList<>();
    try {
      refusals.refuse(channel);
      for (int i = 0; i < 20; i++) {
        expected.add("" + i);
        Future<Publication> taken = nodes.get(1).publish("a", Message.json(i));
        refused(nodes.get(1).publish(channel, Message.json(i)));
        if (newBroker().selective()) {
          refused(reader.subscribing(channel));
        }
        TestNode.await(taken);
      }
    } finally {
      refusals.permit();
    }
    settle(nodes.get(1), reader, "a");
    assertThat(withoutMarks(reader.texts("a"))).isEqualTo(expected);
    for (BrokerNode node : nodes) {
      assertThat(node.reports()).isEmpty();
      assertThat(node.interruptedPatterns()).isEmpty();
    }
    patiently()
        .until(
            () -> {
              Future<Publication> permitted = nodes.get(1).publish(channel, Message.json(0));
              patiently().until(permitted::isComplete);
              return permitted.succeeded();
            });
  }

  /** Asserts a refusal that cannot be retried. */
  private void refused(Future<?> asked) {
    patiently().until(asked::isComplete);
    assertThat(asked.failed()).as("what the backend refuses fails").isTrue();
    assertThat(asked.cause())
        .isInstanceOfSatisfying(
            MillraceException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(MillraceException.Code.FORBIDDEN));
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

  private static void overlap(
      OverlapTraffic traffic, String earlier, String later, boolean earlierStays) {
    OverlapTraffic.Reader first = traffic.subscribe(earlier);
    OverlapTraffic.Reader second = traffic.subscribe(later);
    OverlapTraffic.Reader stayer = earlierStays ? first : second;
    OverlapTraffic.Reader leaver = earlierStays ? second : first;
    leaver.leave();
    stayer.readOn();
    stayer.leave();
    assertThat(stayer.numbers()).as("%s, the other left", stayer).isEqualTo(stayer.expected());
    assertThat(leaver.numbers()).as("%s, left first", leaver).isEqualTo(leaver.expected());
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
}
