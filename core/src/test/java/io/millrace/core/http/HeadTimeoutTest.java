package io.millrace.core.http;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.HeadTimeout;
import io.millrace.core.Server;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HeadTimeoutTest {

  private static final String HEAD = "GET /%s HTTP/1.1\r\nHost: localhost\r\n";
  private static final int LARGE = 4 << 20;

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final List<HttpServerRequest> held = new CopyOnWriteArrayList<>();
  private final List<SocketChannel> channels = new ArrayList<>();
  private HttpServer server;

  private void listen(Duration most) {
    listen(most, false);
  }

  private void listen(Duration most, boolean http2) {
    HttpServer unguarded =
        vertx.get().createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(http2));
    server =
        Server.await(new HeadTimeout(most).guard(unguarded, this::answer).listen(0, "127.0.0.1"));
  }

  private void answer(HttpServerRequest request) {
    switch (request.path()) {
      case "/held" -> held.add(request);
      case "/large" -> request.response().end("x".repeat(LARGE));
      case "/socket" ->
          request.toWebSocket().onSuccess(ws -> ws.textMessageHandler(ws::writeTextMessage));
      default -> request.response().end("answered");
    }
  }

  @AfterEach
  void close() throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
    Server.await(server.close());
  }

  private SocketChannel connect() throws IOException {
    SocketChannel channel =
        SocketChannel.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.actualPort()));
    channel.configureBlocking(false);
    channels.add(channel);
    return channel;
  }

  /** Sends a byte, and returns whether the other end is still there. */
  private static boolean drip(SocketChannel channel) {
    try {
      channel.write(ByteBuffer.wrap(new byte[] {'x'}));
      return channel.read(ByteBuffer.allocate(1000)) >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  private void allEndAlthoughTheyDrip() {
    eventually(() -> assertThat(channels.stream().filter(HeadTimeoutTest::drip)).isEmpty());
  }

  private Socket send(String head) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
    socket.setSoTimeout(60_000);
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void headsThatComeAByteAtATimeEndInTime() throws IOException {
    listen(Duration.ofMillis(500));
    for (int i = 0; i < 200; i++) {
      connect()
          .write(
              ByteBuffer.wrap(
                  (HEAD.formatted("") + "X-Slow: ").getBytes(StandardCharsets.US_ASCII)));
    }
    allEndAlthoughTheyDrip();
  }

  @Test
  void secondHeadsEndInTimeToo() throws IOException {
    listen(Duration.ofMillis(500));
    for (int i = 0; i < 20; i++) {
      String next = HEAD.formatted("") + "\r\n" + HEAD.formatted("") + "X-Slow: ";
      connect().write(ByteBuffer.wrap(next.getBytes(StandardCharsets.US_ASCII)));
    }
    allEndAlthoughTheyDrip();
  }

  @Test
  void handshakesThatDoNotEndAreEnded() throws IOException {
    listen(Duration.ofMillis(500));
    String upgrade =
        HEAD.formatted("socket") + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-";
    for (int i = 0; i < 1000; i++) {
      connect().write(ByteBuffer.wrap(upgrade.getBytes(StandardCharsets.US_ASCII)));
    }
    allEndAlthoughTheyDrip();
  }

  @Test
  void whatIsBeingAnsweredGoesOn() throws Exception {
    listen(Duration.ofMillis(100));
    try (Socket socket = send(HEAD.formatted("held") + "Connection: close\r\n\r\n");
        Socket other = send(HEAD.formatted("") + "X-Slow: ")) {
      assertThat(other.getInputStream().readAllBytes()).as("has waited for longer").isEmpty();
      assertThat(held).hasSize(1);
      held.get(0).response().end("late");
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .endsWith("late");
    }
  }

  @Test
  void whoReadsSlowlyGetsAllOfIt() throws Exception {
    listen(Duration.ofMillis(100));
    try (Socket socket = send(HEAD.formatted("large") + "\r\n");
        Socket other = send(HEAD.formatted("") + "X-Slow: ")) {
      InputStream in = socket.getInputStream();
      int read = in.readNBytes(1000).length;
      assertThat(other.getInputStream().readAllBytes()).as("has waited for longer").isEmpty();
      read += in.readAllBytes().length;
      assertThat(read).isGreaterThan(LARGE);
    }
  }

  @Test
  void webSocketsStay() throws Exception {
    listen(Duration.ofSeconds(1));
    WebSocketClient client = vertx.get().createWebSocketClient();
    WebSocket socket = Server.await(client.connect(server.actualPort(), "127.0.0.1", "/socket"));
    List<String> echoes = new CopyOnWriteArrayList<>();
    socket.textMessageHandler(echoes::add);
    for (int i = 0; i < 3; i++) {
      try (Socket other = send(HEAD.formatted("") + "X-Slow: ")) {
        other.getInputStream().readAllBytes();
      }
    }
    socket.writeTextMessage("still here");
    eventually(() -> assertThat(echoes).containsExactly("still here"));
    Server.await(client.close());
  }

  @Test
  void streamsOverHttp2GoOnAndTheirConnectionEndsAfterwards() throws Exception {
    listen(Duration.ofMillis(100), true);
    var client =
        vertx
            .get()
            .createHttpClient(
                new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false));
    var request =
        Server.await(client.request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/held"));
    List<String> ended = new CopyOnWriteArrayList<>();
    request.connection().closeHandler(closed -> ended.add("ended"));
    var response = request.send().compose(answer -> answer.body());
    Server.await(vertx.get().timer(500, TimeUnit.MILLISECONDS)); // Five times the timeout.
    assertThat(ended).isEmpty();
    held.get(0).response().end("late");
    assertThat(Server.await(response).toString()).isEqualTo("late");
    eventually(() -> assertThat(ended).isNotEmpty());
    Server.await(client.close());
  }
}
