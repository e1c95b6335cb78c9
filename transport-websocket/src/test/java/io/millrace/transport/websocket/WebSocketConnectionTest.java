package io.millrace.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What happens on the wire once a WebSocket is open. */
class WebSocketConnectionTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final int MAX_MESSAGE = 1_000;
  private static final Buffer STUFF = FrameWriter.binary(Buffer.buffer(new byte[60_000]));

  private final Vertx vertx = Vertx.vertx();
  private final AtomicReference<WebSocketConnection> opened = new AtomicReference<>();
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final List<Integer> ends = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void the_server_may_speak_first() throws Exception {
    int port = listen(LONG, c -> c.write(FrameWriter.text(Buffer.buffer("welcome"))));
    try (RawClient client = RawClient.open(port)) {
      assertThat(client.readText()).isEqualTo("welcome");
    }
  }

  @Test
  void pings_are_answered_at_once_also_between_fragments() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, EchoServer::echo))) {
      client.send(ClientFrame.text("Hel").more(), ClientFrame.ping("are you there"));
      assertThat(client.readFrame())
          .isEqualTo(new RawClient.Frame(Opcode.PONG, Buffer.buffer("are you there")));
      client.send(ClientFrame.continuation("lo"));
      assertThat(client.readText()).isEqualTo("Hello");
    }
  }

  @Test
  void one_framed_buffer_can_be_written_to_many() throws Exception {
    Buffer shared = FrameWriter.text(Buffer.buffer("for all 모두"));
    byte[] before = shared.getBytes();
    int port =
        listen(
            LONG,
            c -> {
              c.write(shared);
              c.write(shared);
            });
    for (int i = 0; i < 3; i++) {
      try (RawClient client = RawClient.open(port)) {
        assertThat(client.readText()).isEqualTo("for all 모두");
        assertThat(client.readText()).isEqualTo("for all 모두");
      }
    }
    assertThat(shared.getBytes()).isEqualTo(before);
  }

  @Test
  void a_close_of_the_clients_is_echoed_and_the_server_ends_tcp_first() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      client.send(
          ClientFrame.text("last"), ClientFrame.close(4001, "bye"), ClientFrame.text("too late"));
      RawClient.Frame close = client.readFrame();
      assertThat(close.opcode()).isEqualTo(Opcode.CLOSE);
      assertThat(close.code()).isEqualTo(4001);
      client.expectEnd();
      assertThat(seen).containsExactly("last");
      assertThat(ends).containsExactly(4001);
    }
  }

  @Test
  void a_close_without_a_code_is_answered_without_one() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      client.send(ClientFrame.of(Opcode.CLOSE, Buffer.buffer()));
      assertThat(client.readFrame()).isEqualTo(new RawClient.Frame(Opcode.CLOSE, Buffer.buffer()));
      client.expectEnd();
      assertThat(ends).containsExactly(1005);
    }
  }

  @Test
  void a_close_of_the_servers_waits_for_the_answer_and_then_the_server_ends_tcp()
      throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      onLoop(c -> c.close(4200, "come back"));
      RawClient.Frame close = client.readFrame();
      assertThat(close.opcode()).isEqualTo(Opcode.CLOSE);
      assertThat(close.code()).isEqualTo(4200);
      assertThat(close.text()).isEqualTo("come back");
      client.send(ClientFrame.text("on its way"), ClientFrame.ping(""));
      client.send(ClientFrame.close(4200, ""));
      client.expectEnd();
      assertThat(seen).isEmpty();
      assertThat(ends).containsExactly(4200);
    }
  }

  @Test
  void nothing_is_written_after_a_close() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      onLoop(
          c -> {
            c.close(1000, "");
            c.close(1001, "");
            c.write(STUFF);
          });
      assertThat(client.readFrame().code()).isEqualTo(1000);
      client.send(ClientFrame.close(1000, ""));
      client.expectEnd();
      assertThat(ends).containsExactly(1000);
    }
  }

  @Test
  void a_client_that_does_not_answer_a_close_is_cut_off_when_the_time_is_over() throws Exception {
    try (RawClient client = RawClient.open(listen(SHORT, this::record))) {
      long start = System.nanoTime();
      onLoop(c -> c.close(1000, ""));
      assertThat(client.readFrame().code()).isEqualTo(1000);
      client.expectEnd();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SHORT);
      assertThat(ends).containsExactly(1000);
    }
  }

  @Test
  void a_client_that_reads_nothing_is_cut_off_when_the_time_is_over() throws Exception {
    try (RawClient client = RawClient.open(listen(SHORT, this::record))) {
      onLoop(
          c -> {
            while (!c.writeQueueFull()) {
              c.write(STUFF);
            }
            c.close(4100, "slow");
          });
      // what is closed answers by a reset, what is stalled takes a few more pings
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> client.send(ClientFrame.ping("")))
                      .isInstanceOf(IOException.class));
      assertThat(ends).containsExactly(4100);
    }
  }

  @Test
  void a_client_that_reads_nothing_does_not_stop_its_own_close() throws Exception {
    try (RawClient client = RawClient.open(listen(SHORT, this::record))) {
      onLoop(
          c -> {
            while (!c.writeQueueFull()) {
              c.write(STUFF);
            }
          });
      client.send(ClientFrame.close(1000, ""));
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> client.send(ClientFrame.ping("")))
                      .isInstanceOf(IOException.class));
      assertThat(ends).containsExactly(1000);
    }
  }

  @Test
  void a_reset_ends_the_connection_once_with_1006() throws Exception {
    RawClient client = RawClient.open(listen(LONG, this::record));
    client.reset();
    await().untilAsserted(() -> assertThat(ends).containsExactly(1006));
    onLoop(c -> c.close(1000, ""));
    assertThat(ends).containsExactly(1006);
  }

  @Test
  void an_end_of_tcp_without_a_close_is_1006() throws Exception {
    RawClient client = RawClient.open(listen(LONG, this::record));
    client.send(ClientFrame.text("unfinished").more());
    client.close();
    await().untilAsserted(() -> assertThat(ends).containsExactly(1006));
    assertThat(seen).isEmpty();
  }

  static List<List<Object>> violations() {
    byte[] bad = {(byte) 0xFF};
    return List.of(
        List.of(1002, ClientFrame.text("a").unmasked().bytes()),
        List.of(1002, ClientFrame.text("a").reserved(4).bytes()),
        List.of(1007, ClientFrame.of(Opcode.TEXT, Buffer.buffer(bad)).bytes()),
        List.of(1009, ClientFrame.text("a".repeat(MAX_MESSAGE + 1)).bytes()));
  }

  @ParameterizedTest
  @MethodSource("violations")
  void a_violation_is_answered_with_its_code_and_ends_when_the_client_has_answered(
      List<Object> violation) throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      client.send((Buffer) violation.get(1));
      client.send(ClientFrame.text("skipped"));
      assertThat(client.readFrame().code()).isEqualTo(violation.get(0));
      client.send(ClientFrame.close((int) violation.get(0), ""));
      client.expectEnd();
      assertThat(seen).isEmpty();
      assertThat(ends).containsExactly((int) violation.get(0));
    }
  }

  @Test
  void a_bad_close_frame_is_answered_with_1002_and_the_end_of_tcp() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      client.send(ClientFrame.close(1005, ""));
      assertThat(client.readFrame().code()).isEqualTo(1002);
      client.expectEnd();
      assertThat(ends).containsExactly(1002);
    }
  }

  @Test
  void a_client_in_the_middle_of_too_big_a_message_learns_why() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      ClientFrame huge = ClientFrame.binary(new byte[8 << 20]);
      client.send(huge.bytes()); // goes through although the server has refused it long since
      assertThat(client.readFrame().code()).isEqualTo(1009);
      client.send(ClientFrame.close(1009, ""));
      client.expectEnd();
    }
  }

  @Test
  void a_handler_that_throws_ends_the_connection_with_1011() throws Exception {
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    int port =
        listen(
            LONG,
            c -> {
              record(c);
              vertx.getOrCreateContext().exceptionHandler(thrown::add);
              c.onText(
                  utf8 -> {
                    throw new IllegalStateException("on purpose");
                  });
            });
    try (RawClient client = RawClient.open(port)) {
      client.send(ClientFrame.text("a"), ClientFrame.text("b"));
      assertThat(client.readFrame().code()).isEqualTo(1011);
      client.send(ClientFrame.close(1011, ""));
      client.expectEnd();
      assertThat(ends).containsExactly(1011);
      assertThat(thrown).hasSize(1).first().asString().contains("on purpose");
    }
  }

  @Test
  void pongs_do_not_pile_up_for_a_client_that_pings_and_does_not_read() throws Exception {
    int pings = 60_000; // 7.8 MB
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      String padding = "p".repeat(110);
      for (int i = 0; i < pings; i++) {
        client.send(ClientFrame.ping(i + " " + padding));
      }
      client.send(ClientFrame.text("all sent"));
      await().untilAsserted(() -> assertThat(seen).containsExactly("all sent"));
      String last = "";
      int pongs = 0;
      while (!last.equals(pings - 1 + " " + padding)) {
        last = client.readFrame().text();
        pongs++;
      }
      assertThat(pongs).isLessThan(pings / 2);
    }
  }

  @Test
  void a_paused_connection_delivers_nothing_and_goes_on_where_it_stopped() throws Exception {
    int port =
        listen(
            LONG,
            c -> {
              record(c);
              c.onText(
                  utf8 -> {
                    seen.add(utf8.toString());
                    c.pause();
                  });
            });
    try (RawClient client = RawClient.open(port)) {
      client.send(ClientFrame.text("a"), ClientFrame.text("b"), ClientFrame.text("c"));
      await().untilAsserted(() -> assertThat(seen).containsExactly("a"));
      client.send(ClientFrame.text("d"));
      await().during(Duration.ofMillis(100)).until(() -> seen.size() == 1);
      for (int i = 2; i <= 4; i++) {
        int size = i;
        onLoop(WebSocketConnection::resume);
        await().untilAsserted(() -> assertThat(seen).hasSize(size));
      }
      assertThat(seen).containsExactly("a", "b", "c", "d");
    }
  }

  @Test
  void a_paused_connection_makes_its_client_wait() throws Exception {
    int port =
        listen(
            LONG,
            c -> {
              record(c);
              c.pause();
            });
    int messages = 40_000; // 40 MB, more than the kernel takes
    List<Integer> sent = new CopyOnWriteArrayList<>();
    try (RawClient client = RawClient.open(port)) {
      Thread sender =
          new Thread(
              () -> {
                try {
                  ClientFrame frame = ClientFrame.text("x".repeat(MAX_MESSAGE));
                  for (int i = 0; i < messages / 100; i++) {
                    Buffer hundred = Buffer.buffer();
                    for (int j = 0; j < 100; j++) {
                      hundred.appendBuffer(frame.bytes());
                    }
                    client.send(hundred);
                    sent.add(i);
                  }
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      sender.start();
      await().during(Duration.ofMillis(300)).until(sent::size, size -> size < messages / 200);
      assertThat(seen).isEmpty();
      onLoop(WebSocketConnection::resume);
      sender.join(10_000);
      await().untilAsserted(() -> assertThat(seen).hasSize(messages));
    }
  }

  @Test
  void a_paused_connection_still_sees_the_answer_to_its_close() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      onLoop(WebSocketConnection::pause);
      client.send(ClientFrame.text("unread"));
      onLoop(c -> c.close(1001, ""));
      assertThat(client.readFrame().code()).isEqualTo(1001);
      client.send(ClientFrame.close(1001, ""));
      client.expectEnd();
      assertThat(seen).isEmpty();
    }
  }

  @Test
  void a_server_that_shuts_down_says_1001() throws Exception {
    HttpServer server = start(LONG, this::record);
    try (RawClient client = RawClient.open(server.actualPort())) {
      var shutdown = server.shutdown(10, TimeUnit.SECONDS).toCompletionStage();
      assertThat(client.readFrame().code()).isEqualTo(1001);
      client.send(ClientFrame.close(1001, ""));
      client.expectEnd();
      shutdown.toCompletableFuture().get(5, TimeUnit.SECONDS);
      assertThat(ends).containsExactly(1001);
    }
  }

  private void record(WebSocketConnection connection) {
    connection
        .onText(utf8 -> seen.add(utf8.toString(StandardCharsets.UTF_8)))
        .onBinary(payload -> seen.add(Recorder.hex(payload)))
        .onClosed(ends::add);
  }

  private int listen(Duration closeTimeout, Handler<WebSocketConnection> handler)
      throws Exception {
    return start(closeTimeout, handler).actualPort();
  }

  private HttpServer start(Duration closeTimeout, Handler<WebSocketConnection> handler)
      throws Exception {
    var limits = new WebSocketConnection.Limits(MAX_MESSAGE, MAX_MESSAGE, closeTimeout);
    return WebSocketServer.listen(
            vertx,
            0,
            limits,
            connection -> {
              loop.set(vertx.getOrCreateContext());
              handler.handle(connection);
              opened.set(connection);
            })
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  private final AtomicReference<io.vertx.core.Context> loop = new AtomicReference<>();

  /** Does it on the event loop of the one connection, and waits. */
  private void onLoop(Handler<WebSocketConnection> action) throws Exception {
    await().until(() -> opened.get() != null);
    io.vertx.core.Promise<Void> done = io.vertx.core.Promise.promise();
    loop.get()
        .runOnContext(
            ignored -> {
              action.handle(opened.get());
              done.complete();
            });
    done.future().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
