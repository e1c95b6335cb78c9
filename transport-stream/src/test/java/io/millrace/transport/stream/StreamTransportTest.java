package io.millrace.transport.stream;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.spi.Attachment;
import io.millrace.spi.Ending;
import io.millrace.spi.Format;
import io.millrace.spi.Framing;
import io.millrace.spi.Outlet;
import io.millrace.spi.Transport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamTransportTest {

  private record Attached(Consumer<Outlet> engine) implements Attachment {
    @Override
    public Format format() {
      return Format.ENVELOPE;
    }

    @Override
    public void attach(Framing framing, Outlet outlet) {
      engine.accept(outlet);
    }

    @Override
    public void take(Framing framing, Outlet outlet, Duration hold) {
      throw new AssertionError("A stream does not take a batch.");
    }

    @Override
    public Future<Void> receive(Buffer json) {
      throw new AssertionError("A stream does not receive.");
    }

    @Override
    public int maxReceiveBytes() {
      return 0;
    }
  }

  private final StreamTransport transport = new StreamTransport();
  private final AtomicReference<Consumer<Outlet>> engine = new AtomicReference<>(outlet -> {});
  private final Vertx vertx = Vertx.vertx();
  // By default, it would upgrade to HTTP/2 without TLS, which sometimes stalls.
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private int port;

  @BeforeEach
  void start() {
    Router router = Router.router(vertx);
    router.route("/accepts").handler(c -> c.end(Boolean.toString(transport.accepts(c.request()))));
    router
        .route("/live")
        .handler(
            c -> {
              c.request().pause();
              transport.handle(c, new Attached(engine.get()));
            });
    port = vertx.createHttpServer().requestHandler(router).listen(0).await().actualPort();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void linesComeAsTheyAreWritten() throws Exception {
    AtomicReference<Outlet> outlet = new AtomicReference<>();
    engine.set(
        it -> {
          outlet.set(it);
          it.write(Buffer.buffer("{\"type\":\"welcome\"}\n"));
        });
    HttpResponse<InputStream> response =
        client.send(request("/live"), BodyHandlers.ofInputStream());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/x-ndjson");
    assertThat(response.headers().firstValue("Cache-Control")).contains("no-store, no-transform");
    assertThat(response.headers().firstValue("Incremental")).contains("?1");
    assertThat(response.headers().firstValue("X-Accel-Buffering")).contains("no");
    assertThat(response.headers().firstValue("Content-Length")).isEmpty();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("{\"type\":\"welcome\"}");
      vertx.runOnContext(v -> outlet.get().write(Buffer.buffer("{\"data\":\"한🎉\"}\n{}\n")));
      assertThat(lines.readLine()).isEqualTo("{\"data\":\"한🎉\"}");
      assertThat(lines.readLine()).isEqualTo("{}");
      vertx.runOnContext(v -> outlet.get().end(Ending.RECYCLE));
      assertThat(lines.readLine()).isNull();
    }
  }

  @Test
  void headAnswersHeadersAndEnds() throws Exception {
    engine.set(outlet -> outlet.end(Ending.DONE));
    HttpRequest head =
        HttpRequest.newBuilder(uri("/live"))
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> response = client.send(head, BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/x-ndjson");
    assertThat(response.body()).isEmpty();
  }

  @Test
  void aClientThatGoesIsNoticed() throws Exception {
    AtomicInteger gone = new AtomicInteger();
    engine.set(
        outlet -> {
          outlet.onClose(gone::incrementAndGet);
          outlet.write(Buffer.buffer("{}\n"));
        });
    client.send(request("/live"), BodyHandlers.ofInputStream()).body().close();

    await().until(() -> gone.get() == 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/x-ndjson|true",
        "Application/X-NDJSON; q=0.5, */*|true",
        "application/x-ndjson;q=0.0|false",
        "text/event-stream|false",
        "application/json|false",
        "*/*|false"
      })
  void acceptsWhatAsksForLinesOfJson(String accept, boolean accepted) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri("/accepts")).header("Accept", accept).build();

    assertThat(client.send(request, BodyHandlers.ofString()).body())
        .isEqualTo(Boolean.toString(accepted));
  }

  @Test
  void saysWhatItIs() {
    assertThat(transport.name()).isEqualTo("stream");
    assertThat(transport.rank()).isEqualTo(300);
    assertThat(transport.traits()).containsExactly(Transport.Trait.STREAMING);
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(60)).build();
  }

  private URI uri(String path) {
    return URI.create("http://localhost:" + port + path);
  }
}
