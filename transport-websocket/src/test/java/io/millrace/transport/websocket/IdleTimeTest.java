package io.millrace.transport.websocket;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The idle timeout of a server applies to a WebSocket, but does not slow down writes. */
class IdleTimeTest {

  /** Milliseconds; long enough for a handshake on a busy machine. */
  private static final int SHORT = 3_000;

  private static final int LONG = 600_000;
  private static final Duration BUSY = Duration.ofMinutes(2);

  private final Vertx vertx = Vertx.vertx();
  private final HttpServerOptions options =
      new HttpServerOptions().setIdleTimeoutUnit(TimeUnit.MILLISECONDS).setIdleTimeout(SHORT);
  private final AtomicReference<Channel> channel = new AtomicReference<>();
  private final AtomicReference<WebSocketConnection> opened = new AtomicReference<>();
  private final List<Integer> ends = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private RawClient open() throws Exception {
    int port =
        vertx
            .createHttpServer(options)
            .requestHandler(this::handle)
            .listen(0, "127.0.0.1")
            .await()
            .actualPort();
    RawClient client = RawClient.open(port);
    await().atMost(BUSY).until(() -> opened.get() != null);
    return client;
  }

  private void handle(HttpServerRequest request) {
    channel.set(((ConnectionBase) request.connection()).channel());
    Handshake.Accepted accepted = (Handshake.Accepted) Handshake.judge(request, Set.of());
    WebSocketConnection.open(vertx, request, accepted, WebSocketConnection.Limits.DEFAULT)
        .onSuccess(connection -> opened.set(connection.onClosed(ends::add)));
  }

  private void onLoopNowAndThen(Runnable task) {
    var unused =
        channel.get().eventLoop().scheduleAtFixedRate(task, 0, SHORT / 10, TimeUnit.MILLISECONDS);
  }

  @Test
  void itIsInNoWritesWay() throws Exception {
    options.setIdleTimeout(LONG);
    try (RawClient client = open()) {
      assertThat(channel.get().pipeline().get(IdleStateHandler.class)).isNull();
      client.send(ClientFrame.ping("there?"));
      assertThat(client.readFrame().opcode()).isEqualTo(Opcode.PONG);
    }
  }

  @Test
  void whoIsWrittenToNowAndThenStays() throws Exception {
    try (RawClient client = open()) {
      // On the event loop that checks, so that a busy loop delays both.
      Buffer frame = FrameWriter.text(Buffer.buffer("x"));
      onLoopNowAndThen(() -> opened.get().write(frame));
      for (int frames = 0; frames < 25; frames++) {
        assertThat(client.readText()).isEqualTo("x");
      }
      assertThat(ends).isEmpty();
    }
  }

  @Test
  void whoTakesNothingIsEndedWhateverIsWritten() throws Exception {
    options.setSendBufferSize(16_384);
    try (RawClient client = open()) {
      Buffer frame = FrameWriter.binary(Buffer.buffer(new byte[60_000]));
      onLoopNowAndThen(
          () -> {
            if (!opened.get().writeQueueFull()) {
              opened.get().write(frame);
            }
          });
      await().atMost(BUSY).untilAsserted(() -> assertThat(ends).containsExactly(1006));
      assertThat(client.readBytes(1)).hasSize(1);
    }
  }

  @Test
  void aTimeForReadsAloneHoldsAsItDoesWithoutMillrace() throws Exception {
    options.setIdleTimeout(0).setReadIdleTimeout(SHORT);
    try (RawClient client = open()) {
      Buffer frame = FrameWriter.text(Buffer.buffer("x"));
      onLoopNowAndThen(() -> opened.get().write(frame));
      await().atMost(BUSY).untilAsserted(() -> assertThat(ends).containsExactly(1006));
      assertThat(client.readText()).isEqualTo("x");
    }
  }
}
