package io.millrace.transport.websocket;

import static io.millrace.tck.Patience.await;
import static io.millrace.transport.websocket.ClientFrame.bytes;
import static io.millrace.transport.websocket.ClientFrame.continuation;
import static io.millrace.transport.websocket.ClientFrame.ping;
import static io.millrace.transport.websocket.ClientFrame.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that never end have a time limit, and all of them together a limit on memory. */
class UnfinishedTest {

  private static final int UNFINISHED = 4104;
  private static final int LARGE = 200 << 10;
  private static final String COMMANDS = "Sec-WebSocket-Protocol: millrace.v1\r\n";
  private static final String SUBSCRIBE = "{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"a\"]}";

  private final Vertx vertx = Vertx.vertx();
  private final MillraceOptions options = new MillraceOptions().setBodyTimeout(Duration.ofDays(1));
  private final List<RawClient> clients = new ArrayList<>();
  private int port;

  @AfterEach
  void stop() throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
    vertx.close().await();
  }

  private void listen() {
    Millrace millrace = Millrace.builder(vertx).options(options).build();
    Router router = Router.router(vertx);
    router.route("/live*").subRouter(millrace.router());
    HttpServer server = vertx.createHttpServer().requestHandler(router);
    port = server.listen(0, "127.0.0.1").await().actualPort();
  }

  private static Buffer handshake(String query, String header) {
    return Buffer.buffer(
        RawClient.HANDSHAKE
            .replace("/ws", "/live/websocket" + query)
            .replace("\r\n\r\n", "\r\n" + header + "\r\n"));
  }

  private RawClient open(String query, String header) throws IOException {
    RawClient client = RawClient.connect(port);
    clients.add(client);
    client.send(handshake(query, header));
    client.expectOpened();
    return client;
  }

  private RawClient open() throws IOException {
    return open("", COMMANDS);
  }

  private static RawClient.Frame closeOf(RawClient client) throws IOException {
    RawClient.Frame frame = client.readFrame();
    while (frame.opcode() != Opcode.CLOSE) {
      frame = client.readFrame();
    }
    return frame;
  }

  static Stream<Buffer> beginnings() {
    Buffer frame = text("x".repeat(1000)).bytes();
    return Stream.of(
        frame.getBuffer(0, 1),
        frame.getBuffer(0, 8),
        frame.getBuffer(0, 900),
        bytes(text("").more()),
        bytes(text("a").more(), continuation("b").more(), ping("p")),
        ping("ping").bytes().getBuffer(0, 3),
        bytes(text("{}")).appendBuffer(frame.getBuffer(0, 900)));
  }

  @ParameterizedTest
  @MethodSource("beginnings")
  void whatDoesNotEndInTimeEndsItsConnection(Buffer beginning) throws IOException {
    options.setBodyTimeout(Duration.ofMillis(200));
    listen();
    RawClient other = open();
    RawClient client = open();
    client.send(beginning);
    assertThat(closeOf(client).code()).isEqualTo(UNFINISHED);
    RawClient reader = open("?channels=a", "");
    reader.send(beginning);
    assertThat(closeOf(reader).code()).isEqualTo(UNFINISHED);
    other.send(text(SUBSCRIBE));
    assertThat(other.readText()).contains("welcome");
    assertThat(other.readText()).contains("ok");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatDripsIsEndedInTime(boolean fragments) throws IOException {
    options.setBodyTimeout(Duration.ofMillis(300));
    listen();
    RawClient client = open();
    Buffer frame = text("x".repeat(1000)).masked(0).bytes();
    client.send(fragments ? bytes(text("x").more()) : frame.getBuffer(0, 100));
    Buffer next = fragments ? bytes(continuation("").more(), ping("")) : Buffer.buffer("x");
    long drip = vertx.setPeriodic(10, tick -> drip(client, next));
    assertThat(closeOf(client).code()).isEqualTo(UNFINISHED);
    vertx.cancelTimer(drip);
  }

  private static void drip(RawClient client, Buffer bytes) {
    try {
      client.send(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void messagesThatStallMakeRoomForThoseThatArrive() throws IOException {
    options.setBodyBytes(2 << 20);
    listen();
    String large = "[" + " ".repeat(LARGE) + SUBSCRIBE + "]";
    Buffer frame = text(large).bytes();
    for (int i = 0; i < 20; i++) {
      open().send(frame.getBuffer(0, LARGE));
    }
    for (RawClient stalled : clients.subList(0, 10)) {
      assertThat(closeOf(stalled).code()).isEqualTo(UNFINISHED);
    }
    RawClient honest = open();
    honest.send(frame);
    RawClient youngest = clients.get(19);
    youngest.send(frame.getBuffer(LARGE, frame.length()));
    for (RawClient client : List.of(honest, youngest)) {
      assertThat(client.readText()).contains("welcome");
      assertThat(client.readText()).contains("ok");
    }
  }

  @Test
  void theTimeOfAMessageBeginsAfterTheOneBefore() throws Exception {
    List<String> held = new CopyOnWriteArrayList<>();
    HttpServer server =
        WebSocketServer.listen(
                vertx,
                0,
                WebSocketConnection.Limits.DEFAULT,
                connection ->
                    connection
                        .onHolding((bytes, begun) -> held.add((bytes > 0) + " " + begun))
                        .onText(text -> connection.write(FrameWriter.text(text))))
            .await();
    try (RawClient client = RawClient.open(server.actualPort())) {
      Buffer frame = text("x".repeat(100)).bytes();
      client.send(frame);
      client.readText();
      assertThat(held).isEmpty();
      client.send(frame.getBuffer(0, 50));
      await().untilAsserted(() -> assertThat(held).contains("true true"));
      client.send(frame.getBuffer(50, frame.length()).appendBuffer(frame, 0, 50));
      client.readText();
      await()
          .untilAsserted(() -> assertThat(held).endsWith("true true", "false false", "true true"));
      client.send(frame.getBuffer(50, frame.length()));
      client.readText();
      await().untilAsserted(() -> assertThat(held).endsWith("false false"));
    }
  }
}
