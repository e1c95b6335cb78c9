package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class FeedPollerTest {

  private static final Logger LOG = Logger.getLogger(FeedPoller.class.getName());

  /** Collects what is logged. */
  private static final class Records extends Handler {

    final List<String> all = new CopyOnWriteArrayList<>();

    @Override
    public void publish(LogRecord logged) {
      all.add(logged.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void aFeedThatDoesNotAnswerDelaysNoCloseAndIsNoFailureThen() throws Exception {
    Vertx vertx = Vertx.vertx();
    Records records = new Records();
    LOG.addHandler(records);
    try {
      CountDownLatch asked = new CountDownLatch(1);
      HttpServer silent =
          vertx.createHttpServer().requestHandler(request -> asked.countDown()).listen(0).await();
      FeedSource feed = FeedSource.parse("silent=http://localhost:" + silent.actualPort() + "/");
      DemoServer server =
          DemoServer.start(new DemoOptions(0, 1, List.of(feed), List.of(), BrokerChoice.MEMORY))
              .await();
      assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();

      server.close().await();

      assertThat(records.all).isEmpty();
    } finally {
      LOG.removeHandler(records);
      vertx.close().await();
    }
  }
}
