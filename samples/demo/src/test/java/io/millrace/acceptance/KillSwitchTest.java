package io.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.tck.Connection;
import io.millrace.tck.LoopClock;
import io.millrace.tck.TestClients;
import io.millrace.tck.TestNode;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.parsetools.RecordParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An operator switches a transport off while clients use it. */
@Timeout(300)
class KillSwitchTest {

  private static final int CLIENTS = 500;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private final AtomicInteger attached = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private final AtomicInteger last = new AtomicInteger(-1);

  /** A client that connects by a stream when it is asked to leave, and leaves then. */
  private final class Mover {
    private final HttpClient http;
    private String cursor = "";
    private volatile int received = -1;

    Mover(HttpClient http) {
      this.http = http;
    }

    void connect(WebSocketClient sockets, int port) {
      sockets
          .connect(port, "localhost", "/live/websocket?channels=n&format=envelope")
          .onFailure(failure -> faults.add(failure.toString()))
          .onSuccess(
              socket -> {
                socket.closeHandler(gone -> closed.incrementAndGet());
                socket.textMessageHandler(
                    text -> {
                      JsonObject frame = new JsonObject(text);
                      if (take(frame)) {
                        stream(port, socket::close);
                      }
                    });
              });
    }

    private void stream(int port, Runnable leave) {
      http.request(HttpMethod.GET, port, "localhost", "/live/stream?channels=n&cursor=" + cursor)
          .compose(request -> request.send())
          .onFailure(failure -> faults.add(failure.toString()))
          .onSuccess(response -> read(response, leave));
    }

    private void read(HttpClientResponse response, Runnable leave) {
      if (response.statusCode() != 200) {
        faults.add("answered " + response.statusCode());
      }
      response.handler(RecordParser.newDelimited("\n", line -> take(line.toJsonObject())));
      leave.run();
    }

    /** Takes a frame of either connection, and returns whether it asks to leave. */
    private boolean take(JsonObject frame) {
      switch (frame.getString("type")) {
        case "welcome" -> attached.incrementAndGet();
        case "gap" -> faults.add(frame.encode());
        case "message" -> count(frame.getInteger("data"));
        default -> {}
      }
      cursor = frame.getString("cursor", cursor);
      return frame.getString("type").equals("goodbye");
    }

    /** Over both connections, a message may come twice, but none may be left out. */
    private void count(int number) {
      if (number > received + 1 && received >= 0) {
        faults.add(number + " after " + received);
      }
      received = Math.max(received, number);
    }
  }

  private void publish(TestNode node) {
    node.vertx()
        .setPeriodic(
            20, tick -> node.millrace().channel("n").publish(Message.json(last.incrementAndGet())));
  }

  @Test
  void fiveHundredClientsLeaveWebSocketsInTenSecondsAndLoseNothing() {
    Vertx vertx = Vertx.vertx();
    try (TestNode node = TestNode.start(new MillraceOptions())) {
      Context context = vertx.getOrCreateContext();
      WebSocketClient sockets =
          vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(CLIENTS));
      HttpClient http =
          vertx.createHttpClient(
              new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(CLIENTS));
      List<Mover> movers = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        movers.add(new Mover(http));
      }
      context.runOnContext(now -> movers.forEach(mover -> mover.connect(sockets, node.port())));
      await().atMost(PATIENCE).until(() -> attached.get() == CLIENTS);
      publish(node);
      await().atMost(PATIENCE).until(() -> movers.stream().allMatch(it -> it.received >= 0));

      LoopClock clock = new LoopClock(vertx);
      node.millrace().enableTransport("websocket", false);
      await().atMost(PATIENCE).until(() -> closed.get() == CLIENTS);
      assertThat(clock.elapsed()).isLessThan(Duration.ofSeconds(10));

      int soFar = last.get();
      await().atMost(PATIENCE).until(() -> movers.stream().allMatch(it -> it.received > soFar));
      assertThat(faults).isEmpty();
      assertThat(attached).hasValue(2 * CLIENTS);
      refusesWebSockets(node);
    } finally {
      vertx.close().await();
    }
  }

  private static void refusesWebSockets(TestNode node) {
    try (Connection refused =
        Connection.open(
            node.port(),
            TestClients.webSocket(),
            "GET",
            TestNode.MOUNT + "/websocket",
            "channels=n",
            Map.of())) {
      assertThat(refused.awaitEnd(PATIENCE)).isTrue();
      JsonObject problem = new JsonObject(refused.body());
      assertThat(problem.getString("code")).isEqualTo("transport-off");
      assertThat(problem.getString("detail")).contains("sse, stream, longpoll, poll");
    }
  }
}
