package io.millrace.transport.stream;

import static io.millrace.tck.Patience.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.spi.Ending;
import io.millrace.spi.support.ResponseOutlet;
import io.millrace.tck.TestKey;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.metrics.MetricsOptions;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.spi.metrics.VertxMetrics;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each kind of server streams a response to each kind of client, by the expected way. */
class ServersTest {

  private static final PfxOptions KEY = TestKey.forLocalhost();

  private static final byte[] LINE = "{\"data\":\"0123456789\"}\n".getBytes(US_ASCII);

  /** Kinds of servers, and whether chunks bypass Vert.x there. */
  enum Server {
    PLAIN(true),
    TLS(true),
    HTTP_1_0(false),
    HTTP_2(false),
    METERED(false),
    COMPRESSING(false),
    WITH_IDLE_TIMEOUT(true),
    WITH_WRITE_IDLE_TIMEOUT(false);

    final boolean pastVertx;

    Server(boolean pastVertx) {
      this.pastVertx = pastVertx;
    }

    Vertx newVertx() {
      MetricsOptions metrics = new MetricsOptions().setEnabled(true);
      return this == METERED
          ? Vertx.builder()
              .with(new VertxOptions().setMetricsOptions(metrics))
              .withMetrics(options -> new VertxMetrics() {})
              .build()
          : Vertx.vertx();
    }

    HttpServerOptions options() throws Exception {
      HttpServerOptions options = new HttpServerOptions();
      switch (this) {
        case TLS -> options.setSsl(true).setKeyCertOptions(KEY);
        case COMPRESSING -> options.setCompressionSupported(true);
        case WITH_IDLE_TIMEOUT -> options.setIdleTimeout(60);
        case WITH_WRITE_IDLE_TIMEOUT -> options.setWriteIdleTimeout(60);
        default -> {}
      }
      return options;
    }

    HttpClientOptions client() throws Exception {
      HttpClientOptions options = new HttpClientOptions().setDecompressionSupported(true);
      switch (this) {
        case TLS -> options.setSsl(true).setTrustOptions(KEY);
        case HTTP_1_0 -> options.setProtocolVersion(HttpVersion.HTTP_1_0);
        case HTTP_2 ->
            options.setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false);
        default -> {}
      }
      return options;
    }
  }

  /** A response that is being streamed, on its event loop. */
  private static final class Streamed {
    final Context context = Vertx.currentContext();
    final HttpServerRequest request;
    final ResponseOutlet outlet;
    final AtomicInteger closed = new AtomicInteger();
    final AtomicInteger drained = new AtomicInteger();

    Streamed(HttpServerRequest request) {
      this.request = request;
      this.outlet = new ResponseOutlet(request, "text/plain");
      outlet.onDrain(drained::incrementAndGet);
      outlet.onClose(closed::incrementAndGet);
      outlet.write(Buffer.buffer("welcome\n"));
    }

    <T> T onLoop(Callable<T> task) {
      Promise<T> promise = Promise.promise();
      context.runOnContext(
          now -> {
            try {
              promise.complete(task.call());
            } catch (Exception | Error e) {
              promise.fail(e);
            }
          });
      return promise.future().await();
    }

    /** Writes until no more is taken, and returns whether none was taken from the start. */
    boolean fill(Buffer frames, int most, AtomicInteger written) {
      boolean full = !outlet.writable();
      while (outlet.writable() && written.get() < most) {
        outlet.write(frames);
        written.addAndGet(frames.length());
      }
      return full;
    }

    /** The handlers that the bytes of its connection pass through. */
    List<String> pipeline() {
      return onLoop(() -> ((ConnectionBase) request.connection()).channel().pipeline().names());
    }

    void write(Buffer frames) {
      onLoop(
          () -> {
            outlet.write(frames);
            return null;
          });
    }

    void end() {
      onLoop(
          () -> {
            outlet.end(Ending.RECYCLE);
            return null;
          });
    }
  }

  private final Queue<Streamed> streamed = new ConcurrentLinkedQueue<>();
  private final List<Vertx> open = new ArrayList<>();

  /** A field, because Vert.x closes a client that is not referenced. */
  private final List<HttpClient> clients = new ArrayList<>();

  @AfterEach
  void close() {
    open.forEach(vertx -> vertx.close().await());
  }

  private int listen(Server server) throws Exception {
    Vertx vertx = server.newVertx();
    open.add(vertx);
    return vertx
        .createHttpServer(server.options())
        .requestHandler(
            request -> {
              if (request.path().equals("/stream")) {
                streamed.add(new Streamed(request));
              } else {
                request.response().end("not a stream");
              }
            })
        .listen(0)
        .await()
        .actualPort();
  }

  private HttpClient client(Server server) throws Exception {
    Vertx vertx = Vertx.vertx();
    open.add(vertx);
    HttpClient client = vertx.createHttpClient(server.client());
    clients.add(client);
    return client;
  }

  private Streamed next() {
    await().until(() -> !streamed.isEmpty());
    return streamed.remove();
  }

  /** Waits for the response that a client asked for, unless the client failed. */
  private Streamed next(Future<?> asked) {
    await().until(() -> !streamed.isEmpty() || asked.failed());
    assertThat(asked.cause()).isNull();
    return streamed.remove();
  }

  /** Completes with the whole body, once the response has ended. */
  private static Future<Buffer> body(HttpClient client, int port, Promise<Void> begun) {
    return client
        .request(HttpMethod.GET, port, "localhost", "/stream")
        .compose(request -> request.send().compose(response -> ServersTest.body(response, begun)));
  }

  private static Future<Buffer> body(HttpClientResponse response, Promise<Void> begun) {
    Promise<Buffer> all = Promise.promise();
    Buffer body = Buffer.buffer();
    response.handler(
        chunk -> {
          body.appendBuffer(chunk);
          begun.tryComplete();
        });
    response.endHandler(end -> all.tryComplete(body));
    response.exceptionHandler(all::tryFail);
    return all.future();
  }

  @ParameterizedTest
  @EnumSource(Server.class)
  void whatIsWrittenComesWholeAndInOrder(Server server) throws Exception {
    Promise<Void> begun = Promise.promise();
    Future<Buffer> body = body(client(server), listen(server), begun);
    Streamed response = next(body);
    begun.future().await();
    Buffer expected = Buffer.buffer("welcome\n");
    for (int size : new int[] {1, 15, 16, 17, 255, 4096, 65_535, 70_000, 3}) {
      Buffer frames = Buffer.buffer("x".repeat(size - 1) + "\n");
      expected.appendBuffer(frames);
      response.write(frames);
      await().until(() -> response.onLoop(response.outlet::writable));
    }
    response.end();

    assertThat(body.await()).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(Server.class)
  void chunksGoPastVertxWhereTheyCan(Server server) throws Exception {
    Promise<Void> begun = Promise.promise();
    Future<Buffer> body = body(client(server), listen(server), begun);
    Streamed response = next(body);
    begun.future().await();
    long before = response.onLoop(() -> response.request.response().bytesWritten());
    response.write(Buffer.buffer(LINE));
    long after = response.onLoop(() -> response.request.response().bytesWritten());
    response.end();

    assertThat(body.await().length()).isEqualTo("welcome\n".length() + LINE.length);
    assertThat(after - before).isEqualTo(server.pastVertx ? 0 : LINE.length);
  }

  @ParameterizedTest
  @EnumSource(
      value = Server.class,
      names = {"PLAIN", "METERED", "WITH_IDLE_TIMEOUT"})
  void whoReadsNothingIsNotWrittenToUntilItReads(Server server) throws Exception {
    try (Socket socket = get(listen(server), "/stream")) {
      Streamed response = next();
      await().until(() -> response.onLoop(() -> response.request.response().headWritten()));
      Buffer frames = Buffer.buffer("y".repeat(64 << 10));
      AtomicInteger written = new AtomicInteger();
      // The kernel takes some more after it has refused for the first time.
      await()
          .atMost(Duration.ofMinutes(1))
          .during(Duration.ofMillis(500))
          .until(() -> response.onLoop(() -> response.fill(frames, 64 << 20, written)));
      assertThat(written).hasValueLessThan(64 << 20);
      int drained = response.drained.get();

      InputStream in = socket.getInputStream();
      assertThat(in.readNBytes(written.get())).hasSize(written.get());
      await().until(() -> response.drained.get() > drained);
      assertThat(response.onLoop(response.outlet::writable)).isTrue();
      response.end();
      assertThat(readUntil(in, "\r\n0\r\n\r\n")).endsWith("yyy\r\n0\r\n\r\n");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Server.class,
      names = {"PLAIN", "METERED", "WITH_IDLE_TIMEOUT"})
  void eachWriteIsAChunkAndTheConnectionGoesOn(Server server) throws Exception {
    int port = listen(server);
    try (Socket socket = get(port, "/stream")) {
      InputStream in = socket.getInputStream();
      Streamed response = next();
      List<String> pipeline = response.pipeline();
      assertThat(readUntil(in, "welcome\n\r\n"))
          .containsIgnoringCase("transfer-encoding: chunked")
          .endsWith("\r\n\r\n8\r\nwelcome\n\r\n");
      response.write(Buffer.buffer("0123456789abcdef\n"));
      response.write(Buffer.buffer());
      response.write(Buffer.buffer("\n"));
      assertThat(readUntil(in, "\n\n\r\n")).isEqualTo("11\r\n0123456789abcdef\n\r\n1\r\n\n\r\n");
      response.end();
      assertThat(readUntil(in, "0\r\n\r\n")).isEqualTo("0\r\n\r\n");
      assertThat(response.pipeline()).isEqualTo(pipeline);

      request(socket, "/other");
      assertThat(readUntil(in, "not a stream")).startsWith("HTTP/1.1 200 OK\r\n");
      request(socket, "/stream");
      Streamed again = next();
      assertThat(readUntil(in, "welcome\n\r\n")).startsWith("HTTP/1.1 200 OK\r\n");
      again.write(Buffer.buffer("again\n"));
      assertThat(readUntil(in, "again\n\r\n")).isEqualTo("6\r\nagain\n\r\n");
    }
  }

  @Test
  void allAreGivenTheSame() throws Exception {
    int port = listen(Server.PLAIN);
    List<Future<Buffer>> bodies = new ArrayList<>();
    List<Streamed> responses = new ArrayList<>();
    HttpClient client = client(Server.PLAIN);
    for (int i = 0; i < 5; i++) {
      Promise<Void> begun = Promise.promise();
      bodies.add(body(client, port, begun));
      begun.future().await();
      responses.add(next());
    }
    Buffer expected = Buffer.buffer("welcome\n");
    for (int i = 0; i < 100; i++) {
      Buffer frames = Buffer.buffer("message " + i + "\n");
      expected.appendBuffer(frames);
      responses.forEach(response -> response.write(frames));
    }
    responses.forEach(Streamed::end);

    for (Future<Buffer> body : bodies) {
      assertThat(body.await()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Server.class,
      names = {"PLAIN", "METERED", "WITH_IDLE_TIMEOUT"})
  void nothingIsWrittenToAResponseThatAnybodyHasEnded(Server server) throws Exception {
    try (Socket socket = get(listen(server), "/stream")) {
      InputStream in = socket.getInputStream();
      Streamed response = next();
      List<String> pipeline = response.pipeline();
      readUntil(in, "welcome\n\r\n");
      response.write(Buffer.buffer("one\n"));
      response.onLoop(() -> response.request.response().end("two\n"));

      assertThatThrownBy(() -> response.write(Buffer.buffer("three\n")))
          .isInstanceOf(IllegalStateException.class);
      response.end();
      request(socket, "/other");
      assertThat(readUntil(in, "not a stream"))
          .startsWith("4\r\none\n\r\n4\r\ntwo\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n");
      assertThat(response.pipeline()).isEqualTo(pipeline);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Server.class,
      names = {"PLAIN", "METERED", "WITH_IDLE_TIMEOUT"})
  void whoIsGoneAfterTheFirstWriteMayBeWrittenTo(Server server) throws Exception {
    Streamed response;
    try (Socket socket = get(listen(server), "/stream")) {
      response = next();
      readUntil(socket.getInputStream(), "welcome\n\r\n");
    }
    await().until(() -> response.closed.get() == 1);
    await().until(() -> response.pipeline().size() <= 1); // Netty's own.
    response.write(Buffer.buffer(LINE));
    response.end();

    assertThat(response.closed).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Server.class,
      names = {"PLAIN", "METERED", "WITH_IDLE_TIMEOUT"})
  void whoIsGoneIsNoticedOnceAndMayBeWrittenTo(Server server) throws Exception {
    Streamed response;
    try (Socket socket = get(listen(server), "/stream")) {
      response = next();
      readUntil(socket.getInputStream(), "welcome\n\r\n");
      response.write(Buffer.buffer(LINE));
      socket.setSoLinger(true, 0); // A reset.
    }
    await().until(() -> response.closed.get() == 1);
    response.write(Buffer.buffer(LINE));
    response.end();

    assertThat(response.closed).hasValue(1);
  }

  private static Socket get(int port, String path) throws Exception {
    Socket socket = new Socket("localhost", port);
    socket.setSoTimeout(60_000);
    request(socket, path);
    return socket;
  }

  private static void request(Socket socket, String path) throws Exception {
    socket
        .getOutputStream()
        .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII));
  }

  private static String readUntil(InputStream in, String end) throws Exception {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    while (!read.toString(US_ASCII).endsWith(end)) {
      int next = in.read();
      assertThat(next).as("ended after: " + read.toString(US_ASCII)).isNotNegative();
      read.write(next);
    }
    return read.toString(US_ASCII);
  }
}
