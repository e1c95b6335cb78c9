package io.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.tck.Connection;
import io.millrace.tck.Frame;
import io.millrace.tck.TestClient;
import io.millrace.tck.TestClients;
import io.millrace.tck.TestNode;
import io.millrace.testkit.FaultProxy;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A network swallows connections, and neither end hears of it. */
@Timeout(300)
class DeadConnectionsTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration HEARTBEAT = Duration.ofMillis(200);
  private static final Duration STALL = Duration.ofSeconds(3);
  private static final String LARGE = "x".repeat(100_000);

  private final TestNode node =
      TestNode.start(new MillraceOptions().setHeartbeat(HEARTBEAT).setStallTimeout(STALL));
  private final FaultProxy network = new FaultProxy("127.0.0.1", node.port());

  @AfterEach
  void close() {
    network.close();
    node.close();
  }

  private void awaitReaders(int count) {
    await().atMost(PATIENCE).until(() -> node.millrace().counts().readers() == count);
  }

  private Connection open(TestClient client) {
    Connection connection = Connection.open(network.port(), client, "channels=a");
    awaitReaders(1);
    return connection;
  }

  @Test
  void aWebSocketThatTheNetworkSwallowsIsGivenUpAndItsClientHasLostNothing() {
    String cursor;
    try (Connection connection = open(TestClients.webSocket())) {
      long end = System.nanoTime() + STALL.multipliedBy(2).toNanos();
      cursor = connection.next(PATIENCE).flatMap(Frame::cursor).orElseThrow();
      while (System.nanoTime() < end) {
        connection.read(HEARTBEAT); // And answers pings.
      }
      assertThat(node.millrace().counts().readers()).isEqualTo(1);
      network.blackHole();
      node.publish("a", Message.json(1));
      awaitReaders(0);
      network.mend();
    }
    try (Connection next =
        Connection.open(network.port(), TestClients.webSocket(), "channels=a&cursor=" + cursor)) {
      Frame.Delivery delivery = null;
      while (delivery == null) {
        delivery = next.next(PATIENCE).orElseThrow() instanceof Frame.Delivery it ? it : null;
      }
      assertThat(delivery.text()).isEqualTo("1");
    }
  }

  @Test
  void aStreamOverHttp2ThatTheNetworkSwallowsIsGivenUp() {
    Vertx vertx = Vertx.vertx();
    try {
      AtomicInteger received = new AtomicInteger();
      vertx
          .createHttpClient(
              new HttpClientOptions()
                  .setProtocolVersion(HttpVersion.HTTP_2)
                  .setHttp2ClearTextUpgrade(false))
          .request(HttpMethod.GET, network.port(), "localhost", "/live/stream?channels=a")
          .compose(request -> request.send())
          .onSuccess(response -> response.handler(bytes -> received.incrementAndGet()));
      await().atMost(PATIENCE).until(() -> received.get() * HEARTBEAT.toMillis() > 6_000);
      assertThat(node.millrace().counts().readers()).isEqualTo(1);
      network.blackHole();
      awaitReaders(0);
    } finally {
      vertx.close().await();
    }
  }

  /** Without a native transport, nobody notices before there is no more room for what waits. */
  @Test
  void aStreamOverHttp1ThatTheNetworkSwallowsIsGivenUpWhenNothingMoreFits() {
    try (Connection connection = open(TestClients.stream())) {
      network.silence();
      for (int i = 0; i < 200; i++) {
        node.publish("a", Message.json(LARGE));
      }
      awaitReaders(0);
      assertThat(connection.received()).as("what was read").isZero();
    }
  }
}
