package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Millrace;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A node is brought what it subscribes to, and nothing else. */
abstract class SubscriptionRules extends PublishRules {

  /** Enough to show a rare loss while subscriptions come and go. */
  private static final int OVERLAP_ROUNDS = 5;

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
}
