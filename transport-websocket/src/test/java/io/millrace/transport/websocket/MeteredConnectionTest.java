package io.millrace.transport.websocket;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.metrics.MetricsOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import io.vertx.core.spi.metrics.VertxMetrics;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The same with metrics in Vert.x: then the connection stays with Vert.x. */
class MeteredConnectionTest {

  private static final class Metrics
      implements VertxMetrics, HttpServerMetrics<Object, Object, Object> {
    final AtomicInteger connections = new AtomicInteger();
    final AtomicLong written = new AtomicLong();

    Vertx newVertx() {
      return Vertx.builder()
          .with(new VertxOptions().setMetricsOptions(new MetricsOptions().setEnabled(true)))
          .withMetrics(options -> this)
          .build();
    }

    @Override
    public HttpServerMetrics<?, ?, ?> createHttpServerMetrics(
        HttpServerOptions options, SocketAddress address) {
      return this;
    }

    @Override
    public Object connected(SocketAddress address, String name) {
      connections.incrementAndGet();
      return this;
    }

    @Override
    public void disconnected(Object connection, SocketAddress address) {
      connections.decrementAndGet();
    }

    @Override
    public void bytesWritten(Object connection, SocketAddress address, long count) {
      written.addAndGet(count);
    }
  }

  @Nested
  class Closing extends ClosingTest {
    @Override
    Vertx newVertx() {
      return new Metrics().newVertx();
    }

    @Override
    @Disabled(
        "A socket of Vert.x waits until everything is written, and does not report the close.")
    void aServerThatClosesEndsAlsoAClientThatReadsNothing() {}
  }

  @Nested
  class Connection extends WebSocketConnectionTest {
    @Override
    Vertx newVertx() {
      return new Metrics().newVertx();
    }
  }

  @Nested
  class Counted extends ConnectionTest {
    private Metrics metrics;

    @Override
    Vertx newVertx() {
      metrics = new Metrics();
      return metrics.newVertx();
    }

    @Test
    void whatIsWrittenAndWhoIsConnectedIsCounted() throws Exception {
      try (RawClient client = RawClient.open(listen(LONG, this::record))) {
        onLoop(connection -> connection.write(STUFF));
        assertThat(client.readFrame().opcode()).isEqualTo(Opcode.BINARY);
        assertThat(metrics.connections).hasValue(1);
      }
      await().untilAsserted(() -> assertThat(metrics.connections).hasValue(0));
      assertThat(metrics.written.get()).isGreaterThanOrEqualTo(STUFF.length());
    }
  }
}
