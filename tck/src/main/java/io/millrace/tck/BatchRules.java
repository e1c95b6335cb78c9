package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.Priority;
import io.millrace.spi.Transport;
import io.millrace.tck.TestClient.Ability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** T26 to T32, T65: when a request that takes one batch is answered, and with how much. */
abstract class BatchRules extends RecoveryRules {

  private static final int MAX_MESSAGES = 1_000;
  private static final int MAX_BYTES = 1 << 20;

  private Duration never() {
    return patience().multipliedBy(3);
  }

  private MillraceOptions patientOptions() {
    return options().setLowPriorityDelay(never()).setLongPollHold(never());
  }

  private static Message low(Object value) {
    return Message.json(value).withPriority(Priority.LOW);
  }

  /** Opens a request that is held. */
  private Connection held(TestNode node) {
    int before = node.millrace().counts().readers();
    Connection connection = open(node, "channels=a");
    patiently().until(() -> node.millrace().counts().readers() > before);
    return connection;
  }

  private List<String> answer(Connection connection) {
    assertThat(connection.awaitEnd(patience())).as("an answer").isTrue();
    assertThat(connection.status()).isEqualTo(200);
    assertThat(connection.complete()).isTrue();
    List<String> texts = new ArrayList<>();
    for (Optional<Frame> next = connection.next(Duration.ZERO);
        next.isPresent();
        next = connection.next(Duration.ZERO)) {
      if (next.get() instanceof Frame.Delivery delivery) {
        texts.add(delivery.text());
      }
    }
    return texts;
  }

  @Test
  void required_T26_aMessageOfHighOrNormalPriorityAnswersAtOnceWithEverythingPending() {
    needs(Ability.HOLD);
    TestNode node = node(patientOptions());
    for (Priority urgent : List.of(Priority.HIGH, Priority.NORMAL)) {
      Connection connection = held(node);
      for (int i = 0; i < 3; i++) {
        node.publish("a", low(i));
      }
      node.publish("a", Message.json(3).withPriority(urgent));
      assertThat(answer(connection)).containsExactly("0", "1", "2", "3");
    }
  }

  @Test
  void required_T27_messagesOfLowPriorityAnswerTogetherOnceThereAreEnough() {
    needs(Ability.HOLD);
    TestNode node = node(patientOptions());
    Connection connection = held(node);
    for (int i = 0; i < 10; i++) {
      node.publish("a", low(i));
    }
    assertThat(answer(connection))
        .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
  }

  @Test
  void required_T28_messagesOfLowPriorityAnswerTogetherOnceTheyAreLargeEnough() {
    needs(Ability.HOLD);
    TestNode node = node(patientOptions());
    Connection connection = held(node);
    String large = "x".repeat(3 << 10);
    node.publish("a", low(large + 1));
    node.publish("a", low(large + 2));
    assertThat(answer(connection)).hasSize(2);
  }

  @Test
  void required_T29_aLoneMessageOfLowPriorityWaitsNoLongerThanTheBound() {
    needs(Ability.HOLD);
    Duration bound = Duration.ofMillis(200);
    TestNode node = node(patientOptions().setLowPriorityDelay(bound));
    Connection connection = held(node);
    long start = System.nanoTime();
    node.publish("a", low(1));
    assertThat(answer(connection)).containsExactly("1");
    Duration waited = Duration.ofNanos(System.nanoTime() - start);
    assertThat(waited).isBetween(bound.multipliedBy(3).dividedBy(4), bound.plus(patience()));
  }

  @Test
  void required_T30_aRequestThatIsHeldInVainIsAnsweredWithNoMessage() {
    needs(Ability.HOLD);
    Duration hold = Duration.ofMillis(200);
    TestNode node = node(options().setLongPollHold(hold));
    long start = System.nanoTime();
    assertThat(answer(open(node, "channels=a"))).isEmpty();
    Duration waited = Duration.ofNanos(System.nanoTime() - start);
    assertThat(waited).isGreaterThanOrEqualTo(hold.multipliedBy(3).dividedBy(4));
    patiently().until(() -> node.millrace().counts().readers() == 0);
  }

  @Test
  void required_T31_aRequestThatIsNotHeldIsAnsweredAtOnceWithWhateverThereIs() {
    needsNot(Transport.Trait.STREAMING);
    needsNot(Ability.HOLD);
    TestNode node = node(patientOptions());
    Follower reader = attached(node, follow(node, "channels=a"));
    assertThat(reader.deliveries()).isEmpty();
    for (int i = 0; i < 3; i++) {
      node.publish("a", low(i));
    }
    Connection connection = open(node, "channels=a&cursor=" + reader.cursor().orElseThrow());
    assertThat(answer(connection)).containsExactly("0", "1", "2");
  }

  @Test
  void required_T32_anAnswerIsBoundedAndTheNextGoesOn() {
    needsNot(Transport.Trait.STREAMING);
    TestNode node = node(options().setRingBytes(64 << 20));
    node.publish("other", Message.json("begin"));
    Follower reader = follow(node, "channels=a").from(node.broker().appended().get(0).cursor());
    for (int i = 0; i < 2_500; i++) {
      node.publish("a", Message.json(i));
    }
    for (int i = 2_500; i < 2_530; i++) {
      node.publish("a", Payloads.numbered(i, MAX_BYTES / 10));
    }
    node.publish("a", Payloads.numbered(2_530, 2 * MAX_BYTES));
    int before = 0;
    while (before < 2_531) {
      int soFar = before;
      reader.until(self -> self.deliveries().size() > soFar, "more than " + soFar + " messages");
      List<Frame.Delivery> batch = reader.deliveries().subList(before, reader.deliveries().size());
      int bytes = batch.stream().mapToInt(delivery -> delivery.payload().length()).sum();
      assertThat(batch).hasSizeLessThanOrEqualTo(MAX_MESSAGES);
      assertThat(batch.size() == 1 || bytes <= MAX_BYTES).as("%d bytes", bytes).isTrue();
      before += batch.size();
    }
    verifyAll(node, reader, on("a"));
  }

  @Test
  void required_T65_requestsThatFollowEachOtherGatherWhatComesMeanwhile() {
    needs(Ability.HOLD);
    TestNode node = node(options().setLongPollGather(Duration.ofMillis(200)));
    Follower reader = attached(node, follow(node, "channels=a"));
    long start = System.nanoTime();
    for (int i = 0; i < 200; i++) {
      node.publish("a", Message.json(i));
      reader.step(Duration.ofMillis(5));
    }
    long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
    assertThat(reader.connections()).isLessThanOrEqualTo((int) (millis / 150) + 3);
    reader.untilDelivered(200);
    verifyAll(node, reader, on("a"));
  }
}
