package io.millrace.transport.websocket;

import static io.millrace.tck.Patience.await;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;

/** A server with one connection, which a test can reach, and what was received on it. */
abstract class ConnectionTest {
  static final Duration LONG = Duration.ofSeconds(60);
  static final Duration SHORT = Duration.ofMillis(300);
  static final int MAX_MESSAGE = 1_000;
  static final Buffer STUFF = FrameWriter.binary(Buffer.buffer(new byte[60_000]));

  final Vertx vertx = newVertx();
  final AtomicReference<WebSocketConnection> opened = new AtomicReference<>();
  final AtomicReference<Context> loop = new AtomicReference<>();
  final List<String> seen = new CopyOnWriteArrayList<>();
  final List<Integer> ends = new CopyOnWriteArrayList<>();
  final HttpServerOptions serverOptions = new HttpServerOptions();

  Vertx newVertx() {
    return Vertx.vertx();
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(60, TimeUnit.SECONDS);
  }

  void record(WebSocketConnection connection) {
    connection
        .onText(utf8 -> seen.add(utf8.toString(StandardCharsets.UTF_8)))
        .onBinary(payload -> seen.add(Recorder.hex(payload)))
        .onClosed(ends::add);
  }

  int listen(Duration closeTimeout, Handler<WebSocketConnection> handler) throws Exception {
    return start(closeTimeout, handler).actualPort();
  }

  HttpServer start(Duration closeTimeout, Handler<WebSocketConnection> handler) throws Exception {
    var limits = new WebSocketConnection.Limits(MAX_MESSAGE, MAX_MESSAGE, closeTimeout);
    return WebSocketServer.listen(
            vertx,
            serverOptions,
            0,
            limits,
            connection -> {
              loop.set(vertx.getOrCreateContext());
              handler.handle(connection);
              opened.set(connection);
            })
        .await(60, TimeUnit.SECONDS);
  }

  /** Runs an action on the event loop of the connection, and waits for it. */
  void onLoop(Handler<WebSocketConnection> action) throws Exception {
    await().until(() -> opened.get() != null);
    Promise<Void> done = Promise.promise();
    loop.get()
        .runOnContext(
            ignored -> {
              action.handle(opened.get());
              done.complete();
            });
    done.future().await(60, TimeUnit.SECONDS);
  }
}
