package io.millrace.benchmarks.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.tck.Connection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that serves for long, or many clients that come and go, holds no more than before. */
@Timeout(3600)
class SoakTest {

  /** How long {@code mvn verify -Psoak} takes; {@code -Dmillrace.seconds} changes it. */
  private static final Duration LENGTH =
      Duration.ofSeconds(Integer.getInteger("millrace.seconds", 1800));

  /** Idempotency keys are remembered for five minutes, so the heap grows as long as that. */
  private static final Duration WARM_UP = LENGTH.dividedBy(5);

  private static final Duration BETWEEN = LENGTH.dividedBy(60);

  private static final int CLIENTS = 500;
  private static final int CYCLES = 5000;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String CHANNEL = "chaos.0";
  private static final double MOST_GROWTH = 1e6;
  private static final Duration GROWTH_TIME = Duration.ofMinutes(10);
  private static final String NOTHING =
      "readers=0, subscriptions=0, brokerSubscriptions=0, timers=0";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Node node = new Node(Path.of("target", "soak.log"), Map.of(), 0);

  @BeforeEach
  void startServer() throws IOException {
    node.start();
  }

  @AfterEach
  void stopServer() throws InterruptedException {
    node.kill();
  }

  private String get(String path) {
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + path)).build(),
              BodyHandlers.ofString(UTF_8))
          .body();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertNothingIsAttached() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(get(ChaosServer.COUNTS)).contains(NOTHING).contains("readerBytes=0"));
  }

  /** A hundred clients on each technique, one message in a second. */
  @Test
  @Tag("soak")
  void aServerThatServesForLongHoldsNoMore() throws Exception {
    Run run =
        new Run(
            new Balancer(List.of(node)),
            List.of(CHANNEL),
            CLIENTS,
            () -> new Naps(Duration.ZERO, new Random(1)));
    run.attach(PATIENCE);
    run.publish(http, 1);
    long began = System.nanoTime();
    List<double[]> samples = new ArrayList<>();
    for (Duration at = WARM_UP; at.compareTo(LENGTH) < 0; at = at.plus(BETWEEN)) {
      while (System.nanoTime() - began < at.toNanos()) {
        LockSupport.parkNanos(began + at.toNanos() - System.nanoTime());
      }
      double[] sample = {at.toMillis() / 1e3, Double.parseDouble(get(ChaosServer.HEAP))};
      samples.add(sample);
      run.say("%.3f MB of heap are in use".formatted(sample[1] / 1e6));
    }
    run.finish(LENGTH, PATIENCE);
    Verdict verdict = run.verdict();
    verdict.lines().forEach(System.out::println);
    double growth = slope(samples) * GROWTH_TIME.toSeconds();
    run.say("the heap grew by %.3f MB in ten minutes".formatted(growth / 1e6));
    assertThat(verdict.isGood()).as(verdict.lines()::toString).isTrue();
    assertNothingIsAttached();
    assertThat(growth).as("bytes in ten minutes").isLessThan(MOST_GROWTH);
  }

  /** Returns by how much the second figure grows with the first: the line of least squares. */
  private static double slope(List<double[]> samples) {
    double x = samples.stream().mapToDouble(it -> it[0]).average().orElseThrow();
    double y = samples.stream().mapToDouble(it -> it[1]).average().orElseThrow();
    double above = samples.stream().mapToDouble(it -> (it[0] - x) * (it[1] - y)).sum();
    return above / samples.stream().mapToDouble(it -> (it[0] - x) * (it[0] - x)).sum();
  }

  @Test
  void clientsThatComeAndGoLeaveNothing() {
    comeAndGo(CYCLES / 5);
    long before = Long.parseLong(get(ChaosServer.HEAP));
    comeAndGo(CYCLES);
    assertNothingIsAttached();
    long left = Long.parseLong(get(ChaosServer.HEAP)) - before;
    System.out.printf("%d clients came and went, and left %d bytes of heap%n", CYCLES, left);
    assertThat(left).isLessThan(100L * CYCLES);
  }

  /** Attaches, waits for the head of the response, and leaves without a word. */
  private void comeAndGo(int times) {
    for (int i = 0; i < times; i++) {
      Technique technique = Technique.of(i);
      String query = "channels=" + CHANNEL + (i % 2 == 0 ? "&last=1" : "");
      try (Connection connection = Connection.open(node.port(), technique.client(), query)) {
        if (!technique.name().equals("longpoll")) { // It is held, without a head.
          assertThat(connection.awaitHead(PATIENCE)).as(technique.name()).isTrue();
        }
      }
    }
  }
}
