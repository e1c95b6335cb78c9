package io.millrace.samples.demo;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Millrace;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nothing is logged when a client breaks its connection. */
class ResetTest {

  private static final String POST =
      " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
  private static final String GET = " HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private final Vertx vertx = Vertx.vertx();
  private final Millrace millrace = BrokerChoice.MEMORY.chooseFor(Millrace.builder(vertx)).build();
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private final List<LogRecord> warnings = new CopyOnWriteArrayList<>();
  private final Handler log =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
            warnings.add(record);
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @AfterEach
  void close() {
    Logger.getLogger("").removeHandler(log);
    millrace.close().await();
    vertx.close().await();
  }

  @Test
  void connectionsThatAreResetLeaveNoLineInTheLog() throws IOException {
    Router router = Router.router(vertx);
    new LabRoutes(new Lab(vertx, millrace)).mount(router);
    router.route("/live*").subRouter(millrace.router());
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
            .connectionHandler(
                connection -> {
                  Wire.install(connection);
                  connection.closeHandler(gone -> closed.incrementAndGet());
                  opened.incrementAndGet();
                })
            .requestHandler(router)
            .listen(0)
            .await();
    Logger.getLogger("").addHandler(log);
    List<String> requests =
        List.of(
            "POST /lab" + POST,
            "POST /live/publish" + POST,
            "POST /live/sse" + POST,
            "GET /live/sse?channels=a" + GET,
            "GET /live/stream?channels=a" + GET,
            "GET /live/longpoll?channels=a" + GET,
            "GET /live/poll?channels=a" + GET,
            "GET /li");
    for (int i = 0; i < requests.size(); i++) {
      int before = i;
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
        socket.getOutputStream().write(requests.get(i).getBytes(StandardCharsets.US_ASCII));
        await(requests.get(i)).until(() -> opened.get() == before + 1);
        if (requests.get(i).matches("(?s)GET /live/(sse|stream|poll).*")) {
          assertThat(socket.getInputStream().read()).isPositive();
        }
        socket.setSoLinger(true, 0);
      }
      await(requests.get(i)).until(() -> closed.get() == before + 1);
    }
    assertThat(warnings).isEmpty();
  }
}
