package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.spi.Transport;
import io.millrace.tck.TestClient.Ability;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** T49 to T56, T64: commands that clients send over the connection. */
abstract class DuplexRules extends PermissionRules {

  private static String command(String type, int id, String... channels) {
    return new JsonObject()
        .put("type", type)
        .put("id", id)
        .put("channels", new JsonArray(List.of(channels)))
        .encode();
  }

  private Follower commanded(TestNode node, String query) {
    needs(Transport.Trait.DUPLEX);
    needs(Ability.CURSOR);
    return attached(node, follow(node, query));
  }

  private static Frame.Answer answer(Follower reader, String id) {
    reader.until(self -> find(self, id) >= 0, "the answer to " + id);
    return (Frame.Answer) reader.frames().get(find(reader, id));
  }

  private static int find(Follower reader, String id) {
    List<Frame> frames = reader.frames();
    for (int i = 0; i < frames.size(); i++) {
      if (frames.get(i) instanceof Frame.Answer answer && answer.id().equals(id)) {
        return i;
      }
    }
    return -1;
  }

  private static void carriedOut(Follower reader, String command, String id) {
    reader.send(command);
    assertThat(answer(reader, id).error()).isEmpty();
  }

  @Test
  void required_T49_subscribingAgainDeliversOnce() {
    TestNode node = node();
    Follower reader = commanded(node, "channels=a");
    carriedOut(reader, command("subscribe", 1, "a"), "1");
    carriedOut(reader, command("subscribe", 2, "a", "b", "b"), "2");
    carriedOut(reader, command("subscribe", 3, "b", "*"), "3");
    for (int i = 0; i < 20; i++) {
      node.publish(i % 2 == 0 ? "a" : "b", Message.json(i));
    }
    reader.untilDelivered(20);
    verifyAll(node, reader, on("a", "b"));
    assertThat(node.millrace().counts().subscriptions()).isEqualTo(3);
  }

  @Test
  void required_T50_aLaterSubscriptionIsReplayedWholeBeforeItsOkAndDoesNotMoveTheCursor() {
    TestNode node = node();
    publish(node, "b", 0, 10);
    Follower reader = commanded(node, "channels=a");
    publish(node, "a", 10, 12);
    reader.untilDelivered(2);
    String place = reader.cursor().orElseThrow();
    reader.send("{\"type\":\"subscribe\",\"id\":\"s\",\"channels\":[\"b\"],\"last\":4}");
    assertThat(answer(reader, "\"s\"").error()).isEmpty();
    List<Frame> frames = reader.frames();
    List<Frame> replay = frames.subList(frames.indexOf(reader.deliveries().get(2)), frames.size());
    assertThat(reader.texts()).containsExactly("10", "11", "6", "7", "8", "9");
    for (int i = 0; i < 4; i++) {
      assertThat(((Frame.Delivery) replay.get(i)).replay()).isEqualTo("\"s\"");
    }
    assertThat(reader.cursor()).contains(place);
    publish(node, "b", 12, 14);
    reader.untilDelivered(8);
    assertThat(reader.texts()).endsWith("9", "12", "13");
  }

  @Test
  void required_T51_nothingComesFromAChannelAfterUnsubscribing() {
    TestNode node = node();
    Follower reader = commanded(node, "channels=a,b,a.*");
    carriedOut(reader, command("unsubscribe", 1, "a", "a.*", "unheld"), "1");
    for (String channel : List.of("a", "a.b", "b")) {
      node.publish(channel, Message.json(channel));
    }
    assertThat(reader.untilDelivered(1).texts()).containsExactly("\"b\"");
    assertThat(node.millrace().counts().subscriptions()).isEqualTo(1);
  }

  @Test
  void required_T52_aCommandThatFailsIsAnsweredWithItsIdAndTheConnectionStays() {
    TestNode node = node(new MillraceOptions());
    Follower reader = commanded(node, "channels=a");
    List<String> bad =
        List.of(
            "{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"a b\"]}",
            "{\"type\":\"subscribe\",\"id\":2,\"channels\":[\"*\"]}",
            "{\"type\":\"subscribe\",\"id\":3}",
            "{\"type\":\"subscribe\",\"id\":4,\"channels\":[\"b\"],\"last\":-1}",
            "{\"type\":\"nonsense\",\"id\":5}",
            "{\"type\":\"unsubscribe\",\"id\":6,\"channels\":7}");
    for (int i = 0; i < bad.size(); i++) {
      reader.send(bad.get(i));
      assertThat(answer(reader, "" + (i + 1)).error())
          .isEqualTo(i == 1 ? "forbidden" : "bad-request");
    }
    reader.send("{\"type\":\"ping\"}");
    publish(node, "a", 0, 1);
    reader.untilDelivered(1);
    verifyAll(node, reader, on("a"));
  }

  @Test
  void required_T53_aClientPublishesOnlyWhereItMay() {
    TestNode node = node(new MillraceOptions().addPublishable("open.*"));
    Follower reader = commanded(node, "channels=open.a,closed");
    reader.send("{\"type\":\"publish\",\"id\":1,\"channel\":\"closed\",\"data\":1}");
    assertThat(answer(reader, "1").error()).isEqualTo("forbidden");
    reader.send(
        "{\"type\":\"publish\",\"id\":2,\"channel\":\"open.a\",\"data\":1.0,\"event\":\"e\"}");
    assertThat(answer(reader, "2").error()).isEmpty();
    reader.untilDelivered(1);
    assertThat(reader.texts()).containsExactly("1.0");
    assertThat(reader.deliveries().get(0).event()).isEqualTo("e");
    verifyAll(node, reader, on("open.a"));
  }

  @Test
  void required_T54_aReaderMaySubscribeToNothingAtFirst() {
    TestNode node = node();
    Follower reader = commanded(node, "");
    carriedOut(reader, command("subscribe", 1, "a"), "1");
    publish(node, "a", 0, 3);
    reader.untilDelivered(3);
    reader.cut();
    assertThat(reader.cursor()).isPresent();
    verifyAll(node, reader, on("a"));
  }

  @Test
  void required_T55_everySubscribeIsAnsweredInOrderThoughTheNextFollowsAtOnce() {
    TestNode node = node();
    try (Traffic traffic = new Traffic(node, Integer.MAX_VALUE, "a", "b", "c")) {
      traffic.start();
      for (int i = 0; i < 40; i++) {
        Follower reader = commanded(node, "");
        reader.send("[" + command("subscribe", 1, "a") + "," + command("subscribe", 2, "b") + "]");
        reader.send(command("subscribe", 3, "c"));
        assertThat(answer(reader, "3").error()).isEmpty();
        assertThat(find(reader, "1")).isNotNegative().isLessThan(find(reader, "2"));
        assertThat(find(reader, "2")).isNotNegative().isLessThan(find(reader, "3"));
        reader.close();
      }
    }
  }

  @Test
  void required_T56_aPublishRepeatedWithItsKeyIsDeliveredOnceThoughNobodyKnewItWasTaken() {
    TestNode node = node(new MillraceOptions().addPublishable("a"));
    Follower reader = commanded(node, "channels=a");
    String publish = "{\"type\":\"publish\",\"id\":%d,\"channel\":\"a\",\"data\":1,\"key\":\"k\"}";
    node.broker().loseAnswers(true);
    reader.send(String.format(publish, 1));
    assertThat(answer(reader, "1").error()).isEqualTo("timeout");
    reader.send(String.format(publish, 2));
    assertThat(answer(reader, "2").error()).isEqualTo("timeout");
    node.broker().loseAnswers(false);
    reader.send(String.format(publish, 3));
    assertThat(answer(reader, "3").error()).isEmpty();
    publish(node, "a", 2, 3);
    reader.untilDelivered(2);
    assertThat(reader.texts()).containsExactly("1", "2");
    verifyAll(node, reader, on("a"));
  }

  @Test
  void required_T64_aClientThatDoesNotShowThatItIsThereIsDisconnected() {
    needs(Transport.Trait.DUPLEX);
    TestNode node =
        node(options().setHeartbeat(Duration.ofMillis(200)).setStallTimeout(Duration.ofSeconds(5)));
    Connection gone = open(node, "channels=a"); // It answers only if it is read.
    patiently().until(() -> node.millrace().counts().readers() == 1);
    Follower there = attached(node, follow(node, "channels=a"));
    there.until(self -> node.millrace().counts().readers() < 2, "the end of the other one");
    publish(node, "a", 0, 1);
    assertThat(there.untilDelivered(1).texts()).containsExactly("0");
    gone.close();
  }
}
