package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FeedReaderTest {

  private static final String FEED =
      "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>t</title><id>i</id>%s</feed>";

  private final Vertx vertx = Vertx.vertx();
  private final AtomicReference<Handler<HttpServerRequest>> answer = new AtomicReference<>();
  private HttpServer server;
  private FeedReader reader;

  @BeforeEach
  void start() throws Exception {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> answer.get().handle(request))
            .listen(0)
            .await();
    FeedSource source =
        new FeedSource(
            "test",
            URI.create("http://127.0.0.1:" + server.actualPort() + "/feed"),
            Duration.ofSeconds(15),
            List.of());
    reader =
        new FeedReader(
            vertx,
            vertx.createHttpClient(new HttpClientOptions().setDecompressionSupported(true)),
            source);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await();
  }

  private List<String> read() throws Exception {
    return reader.read().await().stream()
        .map(news -> news.event() + " " + news.entry().title())
        .toList();
  }

  private static String feed(String... titles) {
    StringBuilder entries = new StringBuilder();
    for (int i = 0; i < titles.length; i++) {
      entries.append(
          "<entry><id>%d</id><title>%s</title><updated>2026-01-01T00:00:0%dZ</updated></entry>"
              .formatted(i, titles[i], i));
    }
    return FEED.formatted(entries);
  }

  private void answer(String body) {
    answer.set(request -> request.response().end(body));
  }

  @Test
  void whatIsNewAndWhatHasChangedIsToldOnce() throws Exception {
    answer(feed("a", "b"));
    assertThat(read()).containsExactly("entry a", "entry b");
    assertThat(read()).isEmpty();
    answer(feed("a", "B", "c"));
    assertThat(read()).containsExactly("update B", "entry c");
  }

  @Test
  void theServerIsAskedWhetherAnythingHasChanged() throws Exception {
    AtomicInteger unchanged = new AtomicInteger();
    answer.set(
        request -> {
          if ("\"v1\"".equals(request.getHeader("If-None-Match"))
              && "Thu, 01 Jan 2026 00:00:00 GMT".equals(request.getHeader("If-Modified-Since"))) {
            unchanged.incrementAndGet();
            request.response().setStatusCode(304).end();
          } else {
            request
                .response()
                .putHeader("ETag", "\"v1\"")
                .putHeader("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
                .end(feed("a"));
          }
        });

    assertThat(read()).containsExactly("entry a");
    assertThat(read()).isEmpty();
    assertThat(read()).isEmpty();
    assertThat(unchanged).hasValue(2);
  }

  @Test
  void aDocumentThatCouldNotBeReadIsAskedForAgainInFull() throws Exception {
    AtomicReference<String> condition = new AtomicReference<>();
    answer.set(request -> request.response().putHeader("ETag", "\"v1\"").end("<feed"));
    assertThatThrownBy(this::read).isInstanceOf(IOException.class);

    answer.set(
        request -> {
          condition.set(request.getHeader("If-None-Match"));
          request.response().end(feed("a"));
        });
    assertThat(read()).containsExactly("entry a");
    assertThat(condition).hasValue(null);
  }

  @Test
  void aDocumentThatIsTooLargeIsGivenUp() throws Exception {
    String half = "x".repeat(FeedReader.MAX_BYTES / 2);
    answer.set(
        request -> {
          request.response().setChunked(true);
          request.response().write(half);
          request.response().write(half);
          request.response().end("more");
        });

    assertThatThrownBy(this::read).isInstanceOf(IOException.class).hasMessageContaining("larger");
  }

  @Test
  void aSmallAnswerThatUnpacksToALargeOneIsGivenUp() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream packing = new GZIPOutputStream(packed)) {
      packing.write(new byte[2 * FeedReader.MAX_BYTES]);
    }
    answer.set(
        request ->
            request
                .response()
                .putHeader("Content-Encoding", "gzip")
                .end(Buffer.buffer(packed.toByteArray())));

    assertThatThrownBy(this::read).isInstanceOf(IOException.class).hasMessageContaining("larger");
  }

  @Test
  void aRedirectIsFollowed() throws Exception {
    answer.set(
        request -> {
          if (request.path().equals("/feed")) {
            request.response().setStatusCode(301).putHeader("Location", "/moved").end();
          } else {
            request.response().end(feed("a"));
          }
        });

    assertThat(read()).containsExactly("entry a");
  }

  @Test
  void anErrorIsToldAndTheNextAnswerIsRead() throws Exception {
    answer.set(request -> request.response().setStatusCode(500).end());
    assertThatThrownBy(this::read).isInstanceOf(IOException.class).hasMessageContaining("500");
    answer(feed("a"));
    assertThat(read()).containsExactly("entry a");
  }

  @Test
  void aConnectionThatBreaksIsAFailure() {
    answer.set(
        request -> {
          request.response().setChunked(true).write("<feed");
          request.connection().close();
        });

    assertThatThrownBy(this::read).hasMessageContaining("closed");
  }
}
