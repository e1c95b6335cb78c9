package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Cursor;
import io.millrace.Message;
import io.millrace.Priority;
import io.millrace.spi.Transport;
import io.millrace.tck.TestClient.Ability;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** T01 to T12: what a reader gets while nothing goes wrong. */
abstract class DeliveryRules extends TransportFixture {

  // So many that the test opens thousands of connections, but also ends in time on a busy machine.
  private static final int CLIENTS = 8;
  private static final int ATTACHES = 500;
  private static final int LEAST_ATTACHES = 10;
  private static final Duration ATTACHING = Duration.ofSeconds(3);
  private static final int READERS = 50;
  private static final int MESSAGES = 1_000;
  private static final int ROUNDS = 4;

  @Test
  void required_T01_aReaderGetsEveryMessageOnceInTheOrderOfTheLog() {
    TestNode node = node();
    Follower reader = attached(node, follow(node, "channels=a"));
    publish(node, "a", 0, 500);
    reader.untilDelivered(500);
    verifyAll(node, reader, on("a"));
    assertThat(reader.gaps()).isEmpty();
  }

  @Test
  void required_T02_aMessagePublishedWhileAReaderAttachesIsNeitherLostNorDoubled()
      throws Exception {
    TestNode node = node();
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    closing(clients::shutdownNow);
    long deadline = System.nanoTime() + ATTACHING.toNanos();
    List<Future<List<Follower>>> visits = new ArrayList<>();
    List<Follower> readers = new ArrayList<>();
    try (Traffic traffic = new Traffic(node, Integer.MAX_VALUE, "a")) {
      traffic.start();
      for (int i = 0; i < CLIENTS; i++) {
        visits.add(clients.submit(() -> shortVisits(node, deadline)));
      }
      for (Future<List<Follower>> visit : visits) {
        readers.addAll(visit.get());
      }
    }
    Ledger ledger = new Ledger(node, client(), on("a"));
    readers.forEach(reader -> ledger.verify(Optional.empty(), reader.frames()));
  }

  private List<Follower> shortVisits(TestNode node, long deadline) {
    List<Follower> readers = new ArrayList<>();
    while (readers.size() < ATTACHES
        && (readers.size() < LEAST_ATTACHES || System.nanoTime() < deadline)) {
      Follower reader = new Follower(node.port(), client(), "channels=a", patience());
      readers.add(reader.untilDelivered(2));
      reader.cut();
    }
    return readers;
  }

  @Test
  void required_T03_severalChannelsShareOneOrderAndOneCursor() {
    TestNode node = node();
    Follower reader = attached(node, follow(node, "channels=a,b.c,d"));
    try (Traffic traffic = new Traffic(node, 600, "a", "other", "b.c", "d")) {
      traffic.start();
      patiently().until(() -> node.broker().appended().size() == 600);
    }
    node.publish("d", Message.json("end"));
    Buffer end = client().carried(Message.json("end"));
    reader.until(self -> self.texts().contains(end.toString()), "the last message");
    verifyAll(node, reader, on("a", "b.c", "d"));
  }

  @Test
  void required_T04_aPatternGetsExactlyTheChannelsItMatches() {
    TestNode node = node();
    Follower one = attached(node, follow(node, "channels=a.*"));
    Follower many = attached(node, follow(node, "channels=a.**"));
    Follower middle = attached(node, follow(node, "channels=*.b.c"));
    List<String> channels = List.of("a", "a.b", "a.c", "a.b.c", "b.b.c", "a.b.c.d", "b.a");
    for (int i = 0; i < channels.size(); i++) {
      node.publish(channels.get(i), Message.json(i));
    }
    for (String last : List.of("a.z", "z.b.c")) {
      node.publish(last, Message.json(last));
    }
    one.untilDelivered(3);
    many.untilDelivered(5);
    middle.untilDelivered(3);
    verifyAll(node, one, on("a.b", "a.c", "a.z"));
    verifyAll(node, many, on("a.b", "a.c", "a.b.c", "a.b.c.d", "a.z"));
    verifyAll(node, middle, on("a.b.c", "b.b.c", "z.b.c"));
  }

  @Test
  void required_T05_aNameAndAPatternThatBothMatchDeliverOnce() {
    TestNode node = node();
    Follower reader = attached(node, follow(node, "channels=a.b,a.*,**"));
    for (int i = 0; i < 20; i++) {
      node.publish(i % 2 == 0 ? "a.b" : "a.c", Message.json(i));
    }
    reader.untilDelivered(20);
    verifyAll(node, reader, on("a.b", "a.c"));
  }

  @Test
  void required_T06_anEventFilterLetsThroughOnlyTheEventsItNames() {
    TestNode node = node();
    Follower reader = attached(node, follow(node, "channels=a&events=vote,message"));
    for (int i = 0; i < 30; i++) {
      Message message = Message.json(i);
      node.publish("a", i % 3 == 0 ? message : message.withEvent(i % 3 == 1 ? "vote" : "noise"));
    }
    reader.untilDelivered(20);
    verifyAll(node, reader, on("a").and(entry -> !entry.message().event().equals("noise")));
  }

  @Test
  void required_T07_payloadsArriveEqual() {
    TestNode node = node();
    Follower reader = attached(node, follow(node, "channels=a"));
    List<Message> messages = Payloads.all();
    messages.forEach(message -> node.publish("a", message));
    reader.untilDelivered(messages.size());
    verifyAll(node, reader, on("a"));
  }

  @Test
  void required_T08_noPayloadOrEventCanForgeAFrame() {
    TestNode node = node();
    Follower reader = attached(node, follow(node, "channels=a"));
    List<Message> hostile = new ArrayList<>();
    for (String end : List.of("\n", "\r", "\r\n", "\n\n", "\r\r", "\u2028", "\u0000", "\u001e")) {
      hostile.add(Message.json("a" + end + "event: evil" + end + "id: evil-1" + end + end));
      hostile.add(Message.json(end + "{\"type\":\"gap\",\"channels\":[\"a\"]}" + end));
    }
    for (String event : List.of("a: b", "\u2028", "\"},{", "\t", "안녕", "a\u001eb", " ", ":")) {
      hostile.add(Message.json("evil", 1).withEvent(event));
    }
    hostile.forEach(message -> node.publish("a", message));
    reader.untilDelivered(hostile.size());
    publish(node, "a", 0, 1);
    reader.untilDelivered(hostile.size() + 1);
    verifyAll(node, reader, on("a"));
    assertThat(reader.gaps()).isEmpty();
  }

  @Test
  void required_T09_allReadersOfAChannelGetTheSame() {
    TestNode node = node();
    List<Follower> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      readers.add(attached(node, follow(node, "channels=a")));
    }
    publish(node, "a", 0, 40);
    for (Follower reader : readers) {
      reader.untilDelivered(40);
      verifyAll(node, reader, on("a"));
    }
  }

  @Test
  void required_T10_lastReplaysTheNewestOfEachChannelInOrderAndGoesOn() {
    TestNode node = node();
    for (int i = 0; i < 20; i++) {
      node.publish(i < 10 ? "a" : i % 2 == 0 ? "b" : "c", Message.json(i));
    }
    Follower reader = follow(node, "channels=a,b,empty&last=3").untilDelivered(6);
    assertThat(reader.texts()).containsExactly("7", "8", "9", "14", "16", "18");
    publish(node, "b", 20, 22);
    reader.untilDelivered(8);
    assertThat(reader.texts()).endsWith("18", "20", "21").hasSize(8);
    assertThat(reader.gaps()).isEmpty();
    if (can(Ability.CURSOR)) {
      reader.cut();
      publish(node, "a", 22, 24);
      reader.untilDelivered(10);
      assertThat(reader.texts()).endsWith("21", "22", "23").hasSize(10);
    }
    Follower none = attached(node, follow(node, "channels=a&last=0"));
    publish(node, "a", 24, 25);
    assertThat(none.untilDelivered(1).texts()).containsExactly("24");
  }

  @Test
  void required_T11_everythingAtOrBelowACursorHasBeenDeliveredBeforeItIsTold() {
    needs(Ability.CURSOR);
    Duration soon = Duration.ofMillis(1);
    TestNode node = node(options().setHeartbeat(soon).setLongPollHold(Duration.ofMillis(50)));
    // It may be attached for a shorter time than a busy machine takes to check.
    Follower reader =
        follow(node, "channels=a,b&events=message")
            .until(self -> self.cursor().isPresent(), "where it begins");
    for (int round = 0; round < ROUNDS; round++) {
      int published = node.broker().appended().size() + MESSAGES / ROUNDS;
      try (Traffic traffic = new Traffic(node, MESSAGES / ROUNDS, "a", "b", "other")) {
        traffic.start();
        patiently()
            .until(
                () -> {
                  reader.step(soon);
                  return node.broker().appended().size() == published;
                });
      }
      // However busy the node was, now there is time to send a cursor alone.
      String last = node.publish("other", Message.json("end")).name().orElseThrow();
      long head = Cursor.parse(last).orElseThrow().seq();
      reader.until(
          self -> self.cursor().flatMap(Cursor::parse).filter(c -> c.seq() >= head).isPresent(),
          "a cursor at or above " + last);
    }
    publish(node, "a", 1_000, 1_001);
    reader.until(self -> self.texts().contains("1000"), "the last message");
    verifyAll(node, reader, on("a", "b"));
  }

  @Test
  void required_T12_aStreamDelaysNoMessageForItsPriority() {
    needs(Transport.Trait.STREAMING);
    TestNode node = node(options().setLowPriorityDelay(patience().multipliedBy(3)));
    Follower reader = attached(node, follow(node, "channels=a"));
    Priority[] urgencies = {Priority.LOW, Priority.HIGH, Priority.LOW, Priority.NORMAL};
    for (int i = 0; i < urgencies.length; i++) {
      node.publish("a", Message.json(i).withPriority(urgencies[i]));
      reader.untilDelivered(i + 1);
    }
    verifyAll(node, reader, on("a"));
  }
}
