package io.millrace.spi.support;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.spi.Ending;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With clients that do not read, and sockets that take little. */
@Timeout(60)
class ResponseOutletTest {

  private static final int WRITE = 60 << 10;
  private static final int WRITES = 50;
  private static final int SMALL = 4 << 10;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final AtomicInteger written = new AtomicInteger();

  /** How much was written each time when the outlet took no more. */
  private final BlockingQueue<Integer> full = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  /** Writes what is taken, as a reader does that has much to tell. */
  private void serve(HttpServerRequest request) {
    ResponseOutlet outlet = new ResponseOutlet(request, "text/plain");
    outlet.onDrain(() -> vertx.runOnContext(turn -> write(outlet)));
    outlet.write(Buffer.buffer("welcome"));
    write(outlet);
  }

  private void write(ResponseOutlet outlet) {
    while (written.get() < WRITES && outlet.writable()) {
      outlet.write(Buffer.buffer(new byte[WRITE]));
      if (written.incrementAndGet() == WRITES) {
        outlet.end(Ending.DONE);
      }
    }
    full.add(written.get());
  }

  /** A server that compresses leaves every write to Vert.x. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ofWhatAClientDoesNotReadLittleWaitsAndAllOfItComes(boolean compresses) throws Exception {
    HttpServer server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost("localhost")
                    .setPort(0)
                    .setSendBufferSize(SMALL)
                    .setCompressionSupported(compresses))
            .requestHandler(this::serve)
            .listen()
            .await();
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(SMALL);
      socket.connect(new InetSocketAddress("localhost", server.actualPort()));
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
      assertThat(full.poll(30, TimeUnit.SECONDS)).isLessThanOrEqualTo(3);
      assertThat(contentOf(socket.getInputStream())).isGreaterThan(WRITES * WRITE);
      assertThat(written).hasValue(WRITES);
    }
  }

  /** Reads until the last chunk. */
  private static int contentOf(InputStream in) throws IOException {
    byte[] bytes = new byte[1 << 16];
    String end = "";
    int all = 0;
    for (int length = in.read(bytes); length > 0; length = in.read(bytes)) {
      all += length;
      String tail = end + new String(bytes, 0, length, US_ASCII);
      end = tail.substring(Math.max(0, tail.length() - 7));
      if (end.equals("\r\n0\r\n\r\n")) {
        break;
      }
    }
    return all;
  }
}
