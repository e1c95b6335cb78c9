package io.millrace.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.broker.memory.MemoryBroker;
import io.netty.channel.epoll.EpollChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A native transport lets TCP find out that a client is gone. */
class NativeTransportTest {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final Millrace millrace =
      Millrace.builder(vertx)
          .broker(new MemoryBroker())
          .options(new MillraceOptions().setStallTimeout(Duration.ofSeconds(20)))
          .build();
  private final AtomicReference<ConnectionBase> connection = new AtomicReference<>();

  @AfterEach
  void close() {
    millrace.close().await();
    vertx.close().await();
  }

  private int listen() {
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            context -> {
              connection.set((ConnectionBase) context.request().connection());
              context.next();
            });
    router.route("/live*").subRouter(millrace.router());
    return vertx
        .createHttpServer()
        .requestHandler(router)
        .listen(0, "localhost")
        .await()
        .actualPort();
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "sse", "stream"})
  void whatIsNotAcknowledgedEndsAConnection(String transport) throws IOException {
    assumeTrue(vertx.isNativeTransportEnabled(), "Needs a native transport: Linux on x86-64");
    int port = listen();
    String request =
        "GET /live/"
            + transport
            + "?channels=a HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(Optional.ofNullable(connection.get()).map(NativeTransportTest::limit))
                      .contains(20_000));
    }
  }

  private static int limit(ConnectionBase connection) {
    return connection.channel().config().getOption(EpollChannelOption.TCP_USER_TIMEOUT);
  }
}
