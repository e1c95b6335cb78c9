package io.millrace.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.broker.memory.MemoryBroker;
import io.millrace.tck.TestKey;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import io.vertx.ext.web.Router;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests what happens before Millrace sees a request, on a server as documented, and faults of HTTP
 * servers that are fixed in the BOM's version of Netty.
 */
class HttpServerFaultsTest {

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int CONTINUATION = 9;
  private static final int FLOOD = 200_000;
  private static final int FRAMES_AT_ONCE = 1_000;
  private static final int PATIENCE_MILLIS = 30_000;

  private final Vertx vertx = Vertx.vertx();
  private final PfxOptions key = TestKey.forLocalhost();
  private final Millrace millrace =
      Millrace.builder(vertx)
          .broker(new MemoryBroker())
          .options(
              new MillraceOptions().addPublishable("**").setBodyTimeout(Duration.ofMillis(500)))
          .build();

  @AfterEach
  void close() {
    millrace.close().await();
    vertx.close().await();
  }

  private int listen(HttpServerOptions options) {
    return listen(options, 60);
  }

  private int listen(HttpServerOptions options, int idleSeconds) {
    Router router = Router.router(vertx);
    router.route("/live*").subRouter(millrace.router());
    return vertx
        .createHttpServer(options.setIdleTimeout(idleSeconds).setHttp2ClearTextEnabled(false))
        .requestHandler(router)
        .listen(0, "localhost")
        .await()
        .actualPort();
  }

  private static byte[] frame(int type, int stream, int length) {
    byte[] frame = new byte[9 + length];
    frame[1] = (byte) (length >> 8);
    frame[2] = (byte) length;
    frame[3] = (byte) type;
    frame[8] = (byte) stream;
    return frame;
  }

  private Socket send(int port, String bytes) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void halfAHeadIsEndedWithTheIdleTime() throws IOException {
    int port = listen(new HttpServerOptions(), 1);
    try (Socket socket = send(port, "GET /live?channels=a HTTP/1.1\r\nHost: localhost\r\nX: ")) {
      assertThat(isEnded(socket)).isTrue();
    }
  }

  @Test
  void aHeadThatGoesOnIsRefusedBeforeItIsLong() throws IOException {
    int port = listen(new HttpServerOptions());
    String line = "X: " + "x".repeat(1000) + "\r\n";
    try (Socket socket =
        send(port, "GET /live HTTP/1.1\r\nHost: localhost\r\n" + line.repeat(10))) {
      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 431");
    }
  }

  /** CVE-2026-33871: the headers never end. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aFloodOfContinuationFramesEndsTheConnection(int length) throws Exception {
    int port = listen(new HttpServerOptions().setSsl(true).setUseAlpn(true).setKeyCertOptions(key));
    try (SSLSocket socket = http2(port)) {
      boolean ended;
      try {
        OutputStream out = socket.getOutputStream();
        out.write(PREFACE);
        out.write(frame(SETTINGS, 0, 0));
        out.write(frame(HEADERS, 1, 0));
        byte[] many = repeated(frame(CONTINUATION, 1, length));
        for (int sent = 0; sent < FLOOD; sent += FRAMES_AT_ONCE) {
          out.write(many);
        }
        out.flush();
        ended = isEnded(socket);
      } catch (SocketTimeoutException e) {
        ended = false;
      } catch (IOException e) {
        ended = true;
      }
      assertThat(ended).isTrue();
    }
  }

  private SSLSocket http2(int port) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, key.getTrustManagerFactory(vertx).getTrustManagers(), null);
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
    return socket;
  }

  private static byte[] repeated(byte[] frame) throws IOException {
    ByteArrayOutputStream many = new ByteArrayOutputStream();
    for (int i = 0; i < FRAMES_AT_ONCE; i++) {
      many.write(frame);
    }
    return many.toByteArray();
  }

  private static boolean isEnded(Socket socket) throws IOException {
    while (socket.getInputStream().read() >= 0) {
      // What the server sends before it ends the connection.
    }
    return true;
  }

  /** CVE-2026-33870: quoted text in a chunk's extension is not the next request. */
  @ParameterizedTest
  @ValueSource(strings = {"1;a=\"\r\n", "1;a=\"\n", "1;a\n"})
  void whatAChunkExtensionQuotesIsNoRequest(String chunk) throws IOException {
    int port = listen(new HttpServerOptions());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      String request =
          "POST /live/publish HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n"
              + chunk
              + "X\r\n0\r\n\r\nGET /live/negotiate HTTP/1.1\r\nHost: localhost\r\n\r\n\"\r\nY\r\n0\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).doesNotContain("HTTP/1.1 200");
    }
  }

  /**
   * The same bytes without the attack, to show that the test above would notice a second request.
   */
  @Test
  void whatFollowsABodyIsTheNextRequest() throws IOException {
    int port = listen(new HttpServerOptions());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      String request =
          String.join(
              "\r\n",
              "POST /live/publish HTTP/1.1",
              "Host: localhost",
              "Content-Type: application/json",
              "Transfer-Encoding: chunked",
              "",
              "1;a=\"b\"",
              "X",
              "0",
              "",
              "GET /live/negotiate HTTP/1.1",
              "Host: localhost",
              "Connection: close",
              "",
              "");
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 400").contains("HTTP/1.1 200");
    }
  }
}
