package io.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.tck.Connection;
import io.millrace.tck.Frame;
import io.millrace.tck.TestClient;
import io.millrace.tck.TestClients;
import io.millrace.tck.TestNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A reader is a cursor: it may continue over any transport, and be cut at any moment. */
@Timeout(900)
class TransportHoppingTest {

  private static final int MESSAGES = 2000;
  private static final int MOST_PER_CONNECTION = 12;

  /** How long a busy machine may take; the ring must hold messages as long. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final List<TestClient> TECHNIQUES =
      List.of(
          TestClients.webSocket(),
          TestClients.ssePlain(),
          TestClients.sseEnvelope(),
          TestClients.stream(),
          TestClients.longPoll(),
          TestClients.poll());

  @Test
  void everyMessageComesOnceAndInOrderOverTransportsThatChangeAndAreCut() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (TestNode node = TestNode.start(new MillraceOptions().setRingAge(PATIENCE))) {
      String begin = beginning(node.port());
      Publisher publisher = new Publisher(node);
      publisher.start();
      List<String> received = hop(node.port(), begin, random);
      assertThat(received)
          .as("seed %d", seed)
          .isEqualTo(IntStream.range(0, MESSAGES).mapToObj(Integer::toString).toList());
    }
  }

  private static String beginning(int port) {
    try (Connection poll = Connection.open(port, TestClients.poll(), "channels=hops")) {
      return poll.next(PATIENCE).flatMap(Frame::cursor).orElseThrow();
    }
  }

  /** Reads a few messages over a technique, resets the connection, and continues over another. */
  private static List<String> hop(int port, String begin, Random random) {
    List<String> received = new ArrayList<>();
    String cursor = begin;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (received.size() < MESSAGES) {
      assertThat(System.nanoTime())
          .as("%d messages came in time", received.size())
          .isLessThan(deadline);
      TestClient technique = TECHNIQUES.get(random.nextInt(TECHNIQUES.size()));
      int enough = random.nextInt(MOST_PER_CONNECTION + 1); // If zero, it is cut while it attaches.
      Connection connection = Connection.open(port, technique, "channels=hops&cursor=" + cursor);
      Duration patience = PATIENCE; // The first frame always comes; after that, there may be none.
      for (int count = 0; count < enough && !connection.ended(); ) {
        Optional<Frame> frame = connection.next(patience);
        patience = Duration.ofMillis(200);
        if (frame.isEmpty()) {
          break;
        }
        assertThat(frame.get()).isNotInstanceOf(Frame.Missed.class);
        if (frame.get() instanceof Frame.Delivery delivery) {
          received.add(delivery.text());
          count++;
        }
        cursor = frame.get().cursor().orElse(cursor);
      }
      connection.reset();
    }
    return received;
  }

  /** Publishes in bursts, all the time. */
  private static final class Publisher {
    private final TestNode node;
    private int next;

    Publisher(TestNode node) {
      this.node = node;
    }

    void start() {
      node.vertx()
          .setPeriodic(
              5,
              tick -> {
                for (int i = 0; i < 5 && next < MESSAGES; i++) {
                  node.millrace().channel("hops").publish(Message.json(next++));
                }
                if (next == MESSAGES) {
                  node.vertx().cancelTimer(tick);
                }
              });
    }
  }
}
