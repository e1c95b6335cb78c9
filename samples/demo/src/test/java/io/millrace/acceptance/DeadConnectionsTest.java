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
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A network swallows connections, and neither end hears of it. */
@Timeout(300)
class DeadConnectionsTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration HEARTBEAT = Duration.ofMillis(200);
  private static final Duration STALL = Duration.ofSeconds(3);
  private static final Duration LONG = STALL.multipliedBy(2);
  private static final int TRIES = 5;
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
    awaitReaders(0);
    Connection connection = Connection.open(network.port(), client, "channels=a");
    awaitReaders(1);
    return connection;
  }

  /** Tries again, since on a busy machine an answer may be late. */
  private static <T> T tryToLast(Supplier<T> open, Predicate<T> lasts) {
    for (int i = 0; i < TRIES; i++) {
      T connection = open.get();
      if (lasts.test(connection)) {
        return connection;
      }
    }
    throw new AssertionError("given up " + TRIES + " times, although its client answered");
  }

  private boolean lasts(Connection webSocket) {
    long end = System.nanoTime() + LONG.toNanos();
    while (!webSocket.ended() && System.nanoTime() < end) {
      webSocket.read(HEARTBEAT); // And answers pings.
    }
    if (webSocket.ended()) {
      webSocket.close();
    }
    return !webSocket.ended();
  }

  private static boolean lasts(HttpClientResponse response) {
    try {
      response.end().await(LONG.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException lasting) {
      return true;
    } catch (Exception cut) {
      return false;
    }
    return false;
  }

  @Test
  void aWebSocketThatTheNetworkSwallowsIsGivenUpAndItsClientHasLostNothing() {
    String cursor;
    Supplier<Connection> open = () -> open(TestClients.webSocket());
    try (Connection connection = tryToLast(open, this::lasts)) {
      cursor = connection.next(PATIENCE).flatMap(Frame::cursor).orElseThrow(); // Of a heartbeat.
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
      HttpClient client =
          vertx.createHttpClient(
              new HttpClientOptions()
                  .setProtocolVersion(HttpVersion.HTTP_2)
                  .setHttp2ClearTextUpgrade(false));
      tryToLast(() -> openOverHttp2(client), DeadConnectionsTest::lasts);
      network.blackHole();
      awaitReaders(0);
    } finally {
      vertx.close().await();
    }
  }

  private HttpClientResponse openOverHttp2(HttpClient client) {
    awaitReaders(0);
    HttpClientResponse response =
        client
            .request(HttpMethod.GET, network.port(), "127.0.0.1", "/live/stream?channels=a")
            .compose(HttpClientRequest::send)
            .await();
    assertThat(response.statusCode()).isEqualTo(200);
    awaitReaders(1);
    return response;
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
