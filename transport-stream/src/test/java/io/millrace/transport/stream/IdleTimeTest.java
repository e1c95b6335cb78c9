package io.millrace.transport.stream;

import static io.millrace.tck.Patience.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.spi.Ending;
import io.millrace.spi.support.ResponseOutlet;
import io.millrace.tck.TestKey;
import io.netty.channel.Channel;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The idle timeout of a server applies to streams, but does not slow down writes. */
class IdleTimeTest {

  /** Milliseconds; long enough for a stream to begin on a busy machine. */
  private static final int SHORT = 3_000;

  private static final int LONG = 600_000;
  private static final Duration BUSY = Duration.ofMinutes(2);
  private static final PfxOptions KEY = TestKey.forLocalhost();

  private final Vertx vertx = Vertx.vertx();
  private final HttpServerOptions options =
      new HttpServerOptions().setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
  private final AtomicReference<HttpServerRequest> request = new AtomicReference<>();
  private final AtomicReference<ResponseOutlet> outlet = new AtomicReference<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Buffer received = Buffer.buffer();
  private final AtomicBoolean ended = new AtomicBoolean();

  /** A field, because Vert.x closes a client that is not referenced. */
  private NetClient clients;

  @AfterEach
  void close() {
    vertx.close().await();
  }

  /** Opens a stream and writes to it twice, so that it has begun. */
  private NetSocket stream(boolean tls) {
    if (tls) {
      options.setSsl(true).setKeyCertOptions(KEY);
    }
    int port =
        vertx.createHttpServer(options).requestHandler(this::handle).listen(0).await().actualPort();
    NetClientOptions client =
        new NetClientOptions()
            .setSsl(tls)
            .setTrustOptions(KEY)
            .setHostnameVerificationAlgorithm("HTTPS");
    clients = vertx.createNetClient(client);
    NetSocket socket = clients.connect(port, "localhost").await();
    socket.handler(bytes -> receive(bytes)).closeHandler(end -> ended.set(true));
    ask(socket, "/stream");
    awaitReceived("two\n");
    return socket;
  }

  private void handle(HttpServerRequest asked) {
    request.set(asked);
    if (!asked.path().equals("/stream")) {
      asked.response().end("not a stream");
      return;
    }
    ResponseOutlet stream = new ResponseOutlet(asked, "text/plain");
    stream.onClose(() -> closed.set(true));
    stream.write(Buffer.buffer("one\n"));
    vertx.runOnContext(
        later -> {
          stream.write(Buffer.buffer("two\n"));
          outlet.set(stream);
        });
  }

  private static void ask(NetSocket socket, String path) {
    socket.write("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").await();
  }

  private synchronized void receive(Buffer bytes) {
    received.appendBuffer(bytes);
  }

  private synchronized String received() {
    return received.toString(US_ASCII);
  }

  private static ConditionFactory awaitLong() {
    return await().atMost(BUSY);
  }

  private void awaitReceived(String text) {
    awaitLong().until(() -> received().contains(text));
  }

  private Channel channel() {
    return ((ConnectionBase) request.get().connection()).channel();
  }

  private void onLoop(Runnable task) {
    var unused = channel().eventLoop().submit(task).syncUninterruptibly();
  }

  private void onLoopNowAndThen(Runnable task) {
    var unused =
        channel().eventLoop().scheduleAtFixedRate(task, 0, SHORT / 10, TimeUnit.MILLISECONDS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void itIsInNoWritesWayWhileStreamedAndBackForTheConnectionAfterwards(boolean tls) {
    options.setIdleTimeout(LONG);
    NetSocket socket = stream(tls);
    assertThat(channel().pipeline().get(IdleStateHandler.class)).isNull();
    onLoop(() -> outlet.get().end(Ending.RECYCLE));
    awaitReceived("0\r\n\r\n");

    IdleStateHandler idle = channel().pipeline().get(IdleStateHandler.class);
    assertThat(idle.getAllIdleTimeInMillis()).isEqualTo(LONG);
    ask(socket, "/other");
    awaitReceived("not a stream");
    ask(socket, "/stream");
    awaitLong().until(() -> channel().pipeline().get(IdleStateHandler.class) == null);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aConnectionThatWasStreamedToIsEndedWhenNothingFollows(boolean tls) {
    options.setIdleTimeout(SHORT);
    stream(tls);
    onLoop(() -> outlet.get().end(Ending.RECYCLE));
    awaitLong().untilTrue(ended);
    assertThat(received()).endsWith("0\r\n\r\n");
  }

  @Test
  void whoIsWrittenNothingIsEnded() {
    options.setIdleTimeout(SHORT);
    stream(false);
    awaitLong().untilTrue(closed);
    awaitLong().untilTrue(ended);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoTakesNothingIsEnded(boolean tls) {
    options.setIdleTimeout(SHORT).setSendBufferSize(16_384);
    NetSocket socket = stream(tls);
    socket.pause();
    Buffer frames = Buffer.buffer("y".repeat(64 << 10) + "\n");
    // Writes whenever it may, as the engine does.
    onLoop(() -> outlet.get().onDrain(() -> fill(frames)));
    onLoop(() -> fill(frames));
    awaitLong().untilTrue(closed);
  }

  private void fill(Buffer frames) {
    while (outlet.get().writable() && !closed.get()) {
      outlet.get().write(frames);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoIsWrittenToNowAndThenStays(boolean tls) {
    options.setIdleTimeout(SHORT);
    stream(tls);
    // On the event loop that checks, so that a busy loop delays both.
    onLoopNowAndThen(() -> outlet.get().write(Buffer.buffer("x\n")));
    awaitLong().until(() -> received().split("x\n", -1).length > 25 || ended.get());
    assertThat(ended).isFalse();
  }

  @Test
  void aTimeForReadsAloneHoldsAsItDoesWithoutMillrace() {
    options.setReadIdleTimeout(SHORT);
    stream(false);
    onLoopNowAndThen(() -> outlet.get().write(Buffer.buffer("x\n")));
    awaitLong().untilTrue(closed);
  }
}
