package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import io.millrace.spi.Transport;
import io.millrace.tck.TestClient.Ability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** T43 to T48, T66: how connections begin and end. */
abstract class LifecycleRules extends HttpRules {

  private static final int LEAVERS = 500;
  private static final int CHANNELS_EACH = 20;

  /** Asserts that a connection ends in a way that makes clients reconnect. */
  private void comesBack(Connection connection) {
    List<Frame> frames = new ArrayList<>();
    Optional<Frame> next = connection.next(patience());
    while (next.isPresent()) {
      frames.add(next.get());
      if (next.get() instanceof Frame.Closed) {
        connection.close(); // A client answers a close frame (RFC 6455, 5.5.1), or disconnects.
      }
      next = connection.next(patience());
    }
    assertThat(connection.ended()).as("ended").isTrue();
    if (connection.status() == 101) {
      int code =
          frames.stream()
              .filter(Frame.Closed.class::isInstance)
              .mapToInt(frame -> ((Frame.Closed) frame).code())
              .findFirst()
              .orElse(0);
      assertThat(code == 1001 || (code >= 4100 && code < 4300)).as("close code %d", code).isTrue();
    } else {
      assertThat(connection.status()).isEqualTo(200);
      assertThat(connection.complete()).as("the response's proper end").isTrue();
    }
    if (can(Ability.STATE)) {
      assertThat(frames)
          .anyMatch(f -> f instanceof Frame.Note note && note.type().equals("goodbye"));
    }
  }

  @Test
  void required_T43_aNodeThatClosesTellsItsReadersToComeBack() {
    TestNode node = node();
    if (stays()) {
      Connection staying = open(node, "channels=a");
      patiently().until(() -> node.millrace().counts().readers() == 1);
      TestNode.await(node.millrace().close());
      comesBack(staying);
    } else {
      TestNode.await(node.millrace().close());
    }
    comesBackLater(open(node, "channels=a"));
    nothingRemains(node);
  }

  /** Asserts that a request is refused for now, in a way that makes clients reconnect later. */
  private void comesBackLater(Connection connection) {
    assertThat(connection.awaitEnd(patience())).as("an answer").isTrue();
    assertThat(connection.complete()).isTrue();
    if (connection.status() != 200) {
      assertThat(connection.status()).isEqualTo(503);
      assertThat(connection.header("retry-after").orElse("")).matches("[1-9]\\d*");
      assertThat(connection.header("content-type")).contains("application/problem+json");
    }
    assertThat(connection.next(patience())).isNotInstanceOf(Frame.Delivery.class);
  }

  @Test
  void required_T44_aNodeThatIsFullTellsClientsToComeBackLater() {
    TestNode node = node(options().setMaxReaders(1));
    if (!stays()) {
      needs(Ability.HOLD);
    }
    Connection first = open(node, "channels=a");
    patiently().until(() -> node.millrace().counts().readers() == 1);
    comesBackLater(open(node, "channels=a"));
    first.reset();
    patiently().until(() -> node.millrace().counts().readers() == 0);
    Follower next = attached(node, follow(node, "channels=a"));
    node.publish("a", Message.json(1));
    assertThat(next.untilDelivered(1).texts()).containsExactly("1");
  }

  @Test
  void required_T45_aTransportThatIsSwitchedOffSendsItsReadersAway() {
    TestNode node = node();
    String name = newTransport().name();
    if (stays()) {
      Connection staying = open(node, "channels=a");
      patiently().until(() -> node.millrace().counts().readers() == 1);
      node.millrace().enableTransport(name, false);
      comesBack(staying);
    }
    node.millrace().enableTransport(name, false);
    Connection refused = request(node, "GET", TestNode.MOUNT + "/" + name, "channels=a", Map.of());
    assertThat(refused.awaitEnd(patience())).isTrue();
    assertThat(refused.status()).isNotIn(101, 200);
    nothingRemains(node);
    node.millrace().enableTransport(name, true);
    Follower reader = attached(node, follow(node, "channels=a"));
    node.publish("a", Message.json(1));
    assertThat(reader.untilDelivered(1).texts()).containsExactly("1");
  }

  @Test
  void required_T46_readersThatHaveLeftLeaveNothingBehind() {
    TestNode node = selectiveNode();
    for (int i = 0; i < LEAVERS; i++) {
      int reader = i;
      String channels =
          IntStream.range(0, CHANNELS_EACH)
              .mapToObj(channel -> "c" + reader + "." + channel)
              .collect(Collectors.joining(","));
      Connection connection = Connection.open(node.port(), client(), "channels=" + channels);
      // Some leave before they are attached, some after that, and some in an orderly way.
      if (i % 2 == 0 && (has(Transport.Trait.STREAMING) || !stays())) {
        assertThat(connection.awaitHead(patience())).isTrue();
      }
      if (i % 3 == 0) {
        connection.close();
      } else {
        connection.reset();
      }
    }
    nothingRemains(node);
  }

  @Test
  void required_T47_aClientThatLeavesBeforeTheBrokerConfirmedLeavesNothingBehind() {
    TestNode node = selectiveNode();
    node.broker().holdSubscriptions();
    for (int i = 0; i < 20; i++) {
      String channel = "c" + i;
      Connection connection = open(node, "channels=" + channel);
      patiently()
          .until(
              () ->
                  node.broker().subscribed().stream()
                      .anyMatch(held -> held.toString().equals(channel)));
      connection.reset();
    }
    node.broker().confirmSubscriptions();
    nothingRemains(node);
  }

  @Test
  void required_T48_readersAreToldWhenTheBrokerIsOutOfReachAndWhenItIsBack() {
    needs(Ability.STATE);
    TestNode node = node();
    Follower reader = attached(node, follow(node, "channels=a"));
    node.broker().degrade();
    reader.until(self -> hasNote(self, "degraded"), "degraded");
    node.broker().restore();
    reader.until(self -> hasNote(self, "restored"), "restored");
    node.publish("a", Message.json(1));
    assertThat(reader.untilDelivered(1).texts()).containsExactly("1");
  }

  private static boolean hasNote(Follower reader, String type) {
    return reader.frames().stream()
        .anyMatch(frame -> frame instanceof Frame.Note note && note.type().equals(type));
  }

  @Test
  void required_T66_aNodeThatIsDrainedServesItsReadersUntilTheyLeaveAndTakesNoOthers() {
    TestNode node = node();
    if (!stays()) {
      TestNode.await(node.millrace().drain(Duration.ZERO));
      comesBackLater(open(node, "channels=a"));
      return;
    }
    List<Connection> staying = List.of(open(node, "channels=a"), open(node, "channels=a"));
    patiently().until(() -> node.millrace().counts().readers() == 2);
    var drained = node.millrace().drain(Duration.ofMillis(200));
    comesBackLater(open(node, "channels=a"));
    node.publish("a", Message.json(1));
    for (Connection connection : staying) {
      comesBack(connection);
    }
    TestNode.await(drained);
    nothingRemains(node);
  }
}
