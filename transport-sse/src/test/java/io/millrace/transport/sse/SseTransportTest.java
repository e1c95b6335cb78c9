package io.millrace.transport.sse;

import static io.millrace.tck.Patience.await;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Cursor;
import io.millrace.MillraceException;
import io.millrace.spi.Attachment;
import io.millrace.spi.Batch;
import io.millrace.spi.Ending;
import io.millrace.spi.Format;
import io.millrace.spi.Framing;
import io.millrace.spi.Outlet;
import io.millrace.spi.Signal;
import io.millrace.spi.Transport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SseTransportTest {

  private static final Buffer FIRST = Buffer.buffer("retry: 3000\nid: k3-1\n\n");

  private final SseTransport transport = new SseTransport();
  private final AtomicReference<Engine> engine = new AtomicReference<>((framing, outlet) -> {});
  private final AtomicReference<Format> format = new AtomicReference<>(Format.PLAIN);
  private final AtomicReference<Optional<Duration>> hold = new AtomicReference<>(Optional.empty());
  private final AtomicReference<Framing> used = new AtomicReference<>();
  private final Vertx vertx = Vertx.vertx();
  private int port;

  private interface Engine {
    void attached(Framing framing, Outlet outlet);
  }

  private final class Attached implements Attachment {
    @Override
    public Format format() {
      return format.get();
    }

    @Override
    public void attach(Framing framing, Outlet outlet) {
      used.set(framing);
      engine.get().attached(framing, outlet);
    }

    @Override
    public void take(Framing framing, Outlet outlet, Duration wait) {
      hold.set(Optional.of(wait));
      attach(framing, outlet);
    }

    @Override
    public Future<Void> receive(Buffer json) {
      throw new AssertionError("SSE does not receive.");
    }

    @Override
    public int maxReceiveBytes() {
      return 0;
    }
  }

  @BeforeEach
  void start() throws Exception {
    Router router = Router.router(vertx);
    router.route("/full").handler(c -> transport.refuse(c.request(), Duration.ofSeconds(30)));
    router.route("/accepts").handler(c -> c.end(Boolean.toString(transport.accepts(c.request()))));
    router.route("/live").handler(this::serve);
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().setCompressionSupported(true))
            .requestHandler(router)
            .listen(0)
            .await();
    port = server.actualPort();
  }

  private void serve(RoutingContext context) {
    context.request().pause();
    try {
      transport.check(context);
      transport.handle(context, new Attached());
    } catch (MillraceException e) {
      context.response().setStatusCode(e.code().status()).end();
    }
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void theFirstBlockComesAtOnceWithHeadersThatForbidBuffering() throws Exception {
    engine.set((framing, outlet) -> outlet.write(FIRST));
    try (Socket socket = request("GET", "/live")) {
      assertThat(head(socket).toLowerCase(Locale.ROOT))
          .startsWith("http/1.1 200 ")
          .contains("content-type: text/event-stream\r\n")
          .contains("cache-control: no-store, no-transform\r\n")
          .contains("incremental: ?1\r\n")
          .contains("x-accel-buffering: no\r\n")
          .doesNotContain("content-length");
      assertThat(chunk(socket)).isEqualTo(FIRST.toString());
    }
  }

  @Test
  void eachWriteIsOneChunk() throws Exception {
    engine.set(
        (framing, outlet) -> {
          for (int i = 0; i < 1_000; i++) {
            outlet.write(Buffer.buffer("data: " + i + "\n\n"));
          }
          outlet.end(Ending.RECYCLE);
        });
    try (Socket socket = request("GET", "/live")) {
      head(socket);
      for (int i = 0; i < 1_000; i++) {
        assertThat(chunk(socket)).isEqualTo("data: " + i + "\n\n");
      }
      assertThat(chunk(socket)).isEmpty();
    }
  }

  @Test
  void compressionDoesNotHoldAnEventBack() throws Exception {
    engine.set((framing, outlet) -> outlet.write(FIRST));
    try (Socket socket = request("GET", "/live", "Accept-Encoding: gzip")) {
      assertThat(head(socket)).contains("content-encoding: gzip");
      ByteArrayOutputStream sent = new ByteArrayOutputStream();
      while (sent.size() == 0 || !inflated(sent).equals(FIRST.toString())) {
        sent.writeBytes(chunk(socket).getBytes(ISO_8859_1));
      }
    }
  }

  @Test
  void headAnswersHeadersAndEnds() throws Exception {
    engine.set((framing, outlet) -> outlet.end(Ending.DONE));
    try (Socket socket = request("HEAD", "/live")) {
      assertThat(head(socket))
          .startsWith("HTTP/1.1 200 ")
          .contains("content-type: text/event-stream\r\n");
      // The connection serves the next request, so there was no body.
      engine.set((framing, outlet) -> outlet.write(FIRST));
      send(socket, "GET", "/live");
      head(socket);
      assertThat(chunk(socket)).isEqualTo(FIRST.toString());
    }
  }

  @Test
  void whoShallNeverComeBackIsTold204() throws Exception {
    engine.set((framing, outlet) -> outlet.end(new Ending(4000, "gone", Duration.ZERO)));
    try (Socket socket = request("GET", "/live")) {
      assertThat(head(socket))
          .startsWith("HTTP/1.1 204 ")
          .doesNotContain("content-type")
          .doesNotContain("transfer-encoding")
          .doesNotContain("content-length");
    }
  }

  @Test
  void whoShallComeBackIsTold200() throws Exception {
    engine.set((framing, outlet) -> outlet.end(Ending.TRANSPORT_OFF));
    try (Socket socket = request("GET", "/live")) {
      assertThat(head(socket)).startsWith("HTTP/1.1 200 ");
      assertThat(chunk(socket)).isEmpty();
    }
  }

  @Test
  void aStreamThatBeganEndsNormally() throws Exception {
    engine.set(
        (framing, outlet) -> {
          outlet.write(FIRST);
          outlet.end(Ending.DONE);
          outlet.end(Ending.DONE);
        });
    try (Socket socket = request("GET", "/live")) {
      assertThat(head(socket)).startsWith("HTTP/1.1 200 ");
      assertThat(chunk(socket)).isEqualTo(FIRST.toString());
      assertThat(chunk(socket)).isEmpty();
    }
  }

  @Test
  void aFullNodeIsNoErrorForABrowser() throws Exception {
    try (Socket socket = request("GET", "/full")) {
      assertThat(head(socket))
          .startsWith("HTTP/1.1 200 ")
          .contains("content-type: text/event-stream\r\n")
          .contains("content-length: 13\r\n");
      // The line counts without a blank one, which some libraries would take for an event.
      assertThat(new String(socket.getInputStream().readNBytes(13), ISO_8859_1))
          .isEqualTo("retry: 30000\n");
    }
  }

  @Test
  void theFormatChoosesTheFraming() throws Exception {
    engine.set((framing, outlet) -> outlet.end(Ending.RECYCLE));
    request("GET", "/live").close();
    await().until(() -> used.get() != null);
    Framing plain = used.getAndSet(null);
    format.set(Format.ENVELOPE);
    request("GET", "/live").close();
    await().until(() -> used.get() != null);

    assertThat(used.get()).isNotSameAs(plain);
    assertThat(plain.signal(new Signal.Degraded())).isEqualTo(Framing.NOTHING);
  }

  /** The headers of an EventSource, and those of other clients, also over plain HTTP. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Cache-Control: no-cache|Accept: text/event-stream|true",
        "Cache-Control: no-cache|Sec-Fetch-Mode: cors|true",
        "Cache-Control: no-store|X-None: x|true",
        "Pragma: no-cache|X-None: x|true",
        "Accept: text/event-stream|Sec-Fetch-Mode: cors|false",
        "Accept: text/event-stream|User-Agent: Mozilla/5.0|false",
        "Accept: text/event-stream|User-Agent: Jersey/3.1.5 (HttpUrlConnection 17.0.9)|false",
        "Accept: text/event-stream|User-Agent: ReactorNetty/1.1.15|false",
        "Cache-Control: no-cache|User-Agent: Mozilla/5.0|true",
        "Accept: text/event-stream|User-Agent: Java-http-client/17|true",
        "Accept: text/event-stream|X-None: x|true",
        "Accept: */*|User-Agent: curl/8|true"
      })
  void whoHandsOnEmptyBlocksGetsNone(String one, String other, boolean blocks) throws Exception {
    Cursor cursor = new Cursor("k3", 95);
    Batch batch =
        new Batch(
            cursor, Optional.empty(), false, false, List.of(), Optional.of(Duration.ofSeconds(2)));
    for (String path : new String[] {"/live", "/live?mode=once"}) {
      engine.set(
          (framing, outlet) ->
              outlet.write(
                  Buffer.buffer()
                      .appendBuffer(framing.prefix(batch))
                      .appendBuffer(framing.suffix(batch))));
      try (Socket socket = request("GET", path, one, other)) {
        head(socket);
        assertThat(chunk(socket)).isEqualTo("retry: 2000\nid: k3-95\n" + (blocks ? "\n" : ""));
      }
    }
  }

  @Test
  void onceIsOneBatchAndTheEnd() throws Exception {
    engine.set((framing, outlet) -> outlet.write(FIRST));
    try (Socket socket = request("GET", "/live?mode=once")) {
      assertThat(head(socket)).contains("content-type: text/event-stream\r\n");
      assertThat(chunk(socket)).isEqualTo(FIRST.toString());
      assertThat(chunk(socket)).isEmpty();
    }
    assertThat(hold.get()).contains(Duration.ZERO);
  }

  @Test
  void thereIsNoOtherMode() throws Exception {
    try (Socket socket = request("GET", "/live?mode=twice")) {
      assertThat(head(socket)).startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void aClientThatGoesIsNoticedOnce() throws Exception {
    AtomicInteger gone = new AtomicInteger();
    AtomicReference<Outlet> kept = new AtomicReference<>();
    engine.set(
        (framing, outlet) -> {
          kept.set(outlet);
          outlet.onClose(gone::incrementAndGet);
          outlet.write(FIRST);
        });
    try (Socket socket = request("GET", "/live")) {
      head(socket);
    }
    await().until(() -> gone.get() > 0);
    kept.get().end(Ending.DONE);
    assertThat(gone).hasValue(1);

    kept.get().onClose(gone::incrementAndGet);
    assertThat(gone).hasValue(2);
  }

  @Test
  void aClientThatFallsBehindGetsTheRestAsItReads() throws Exception {
    AtomicInteger written = new AtomicInteger();
    AtomicInteger drained = new AtomicInteger();
    // More than the buffers of both sides hold.
    int count = 512;
    Buffer comment = Buffer.buffer(": " + "x".repeat(65_536) + "\n\n");
    engine.set(
        (framing, outlet) -> {
          Runnable fill =
              () -> {
                while (outlet.writable() && written.get() < count) {
                  outlet.write(comment);
                  written.incrementAndGet();
                }
              };
          outlet.onDrain(
              () -> {
                drained.incrementAndGet();
                fill.run();
              });
          fill.run();
        });
    try (Socket socket = request("GET", "/live")) {
      head(socket);
      assertThat(written.get()).isBetween(1, count - 1);
      for (int i = 0; i < count; i++) {
        assertThat(chunk(socket)).hasSize(comment.length());
      }
      assertThat(written).hasValue(count);
      assertThat(drained.get()).isPositive();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Accept: text/event-stream|true",
        "Accept: text/html, Text/Event-Stream;q=0.1|true",
        "Accept: text/event-stream;q=0|false",
        "Accept: */*|false",
        "Accept: application/x-ndjson|false",
        "X-None: x|false"
      })
  void acceptsWhatAsksForAnEventStream(String header, boolean accepted) throws Exception {
    try (Socket socket = request("GET", "/accepts", header)) {
      head(socket);
      assertThat(socket.getInputStream().read()).isEqualTo(accepted ? 't' : 'f');
    }
  }

  @Test
  void saysWhatItIs() {
    assertThat(transport.name()).isEqualTo("sse");
    assertThat(transport.rank()).isEqualTo(200);
    assertThat(transport.traits()).containsExactly(Transport.Trait.STREAMING);
    assertThat(transport.heartbeat()).isEqualTo(Duration.ofSeconds(15));
  }

  private static String inflated(ByteArrayOutputStream sent) throws IOException {
    GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(sent.toByteArray()));
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      gzip.transferTo(text);
    } catch (EOFException notEnded) {
      // Whatever has arrived counts.
    }
    return text.toString(ISO_8859_1);
  }

  private Socket request(String method, String path, String... headers) throws IOException {
    Socket socket = new Socket("localhost", port);
    socket.setSoTimeout(60_000);
    send(socket, method, path, headers);
    return socket;
  }

  private static void send(Socket socket, String method, String path, String... headers)
      throws IOException {
    String lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    socket
        .getOutputStream()
        .write(
            (method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n")
                .getBytes(ISO_8859_1));
  }

  private static String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) socket.getInputStream().read());
    }
    return head.toString();
  }

  private static String chunk(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder size = new StringBuilder();
    while (size.indexOf("\r\n") < 0) {
      size.append((char) in.read());
    }
    int length = Integer.parseInt(size.toString().strip(), 16);
    String chunk = new String(in.readNBytes(length), ISO_8859_1);
    in.readNBytes(2);
    return chunk;
  }
}
