package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.BrokerLog;
import io.millrace.spi.BrokerRecord;
import io.millrace.spi.BrokerRecords;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What a backend does: it is out of reach, it refuses, it has a log. */
abstract class BackendRules extends SubscriptionRules {

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
  void required_B24_whatNodesTellEachOtherArrivesAtAllAndOnNoOtherSubscription() {
    List<BrokerNode> nodes = pair();
    List<String> told = new ArrayList<>();
    for (BrokerNode node : nodes) {
      TestNode.await(node.subscribing(ChannelPattern.CONTROL));
      List.of("**", "a").forEach(node::subscribe);
    }
    for (int i = 0; i < 20; i++) {
      String text = "{\"kind\":\"test\",\"number\":" + i + "}";
      Message message = Message.jsonText(Buffer.buffer(text));
      TestNode.await(nodes.get(i % 2).publish(ChannelPattern.CONTROL.toString(), message));
      TestNode.await(nodes.get(i % 2).publish("a", Message.json(i)));
      told.add(text);
    }
    for (BrokerNode node : nodes) {
      patiently().until(() -> node.texts(ChannelPattern.CONTROL).size() >= told.size());
      settle(nodes.get(0), node, "a");
      assertThat(node.texts(ChannelPattern.CONTROL)).isEqualTo(told);
      assertThat(withoutMarks(node.texts("**"))).hasSize(20);
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
}
