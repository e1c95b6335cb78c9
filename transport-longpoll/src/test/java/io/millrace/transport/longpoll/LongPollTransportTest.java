package io.millrace.transport.longpoll;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceException;
import io.millrace.spi.Attachment;
import io.millrace.spi.Ending;
import io.millrace.spi.Format;
import io.millrace.spi.Framing;
import io.millrace.spi.Outlet;
import io.millrace.spi.Transport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LongPollTransportTest {

  private static final Duration LONGEST = Duration.ofSeconds(Integer.MAX_VALUE);

  private final LongPollTransport longPoll = new LongPollTransport();
  private final PollTransport poll = new PollTransport();
  private final AtomicReference<Consumer<Outlet>> engine =
      new AtomicReference<>(outlet -> outlet.write(Buffer.buffer("{}")));
  private final AtomicReference<Optional<Duration>> hold = new AtomicReference<>(Optional.empty());
  private final Vertx vertx = Vertx.vertx();
  // By default, it would upgrade to HTTP/2 without TLS, which sometimes stalls.
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private int port;

  private final class Attached implements Attachment {
    @Override
    public Format format() {
      return Format.ENVELOPE;
    }

    @Override
    public void attach(Framing framing, Outlet outlet) {
      throw new AssertionError("A poll takes one batch.");
    }

    @Override
    public void take(Framing framing, Outlet outlet, Duration wait) {
      assertThat(framing).isSameAs(BatchFraming.INSTANCE);
      hold.set(Optional.of(wait));
      engine.get().accept(outlet);
    }

    @Override
    public Future<Void> receive(Buffer json) {
      throw new AssertionError("A poll does not receive.");
    }

    @Override
    public int maxReceiveBytes() {
      return 0;
    }
  }

  @BeforeEach
  void start() {
    Router router = Router.router(vertx);
    router
        .route()
        .failureHandler(
            c ->
                c.response()
                    .setStatusCode(((MillraceException) c.failure()).code().status())
                    .end(c.failure().getMessage()));
    router.route("/longpoll").handler(c -> serve(longPoll, c));
    router.route("/poll").handler(c -> serve(poll, c));
    router.route("/live").handler(c -> serve(longPoll.accepts(c.request()) ? longPoll : poll, c));
    port = vertx.createHttpServer().requestHandler(router).listen(0).await().actualPort();
  }

  private void serve(Transport transport, RoutingContext context) {
    context.request().pause();
    transport.handle(context, new Attached());
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "wait=10|10",
        "Wait=10|10",
        "WAIT = 10 ; x=y|10",
        "wait=\"10\"|10",
        "respond-async, wait=5;a=\"b,c\", handling=lenient|5",
        "foo=\", wait=3\", wait=4|4",
        ",, wait=007|7",
        "wait=10, wait=20|10",
        "wait=0|0",
        "wait=2147483648|2147483647",
        "wait=99999999999999999999|2147483647"
      })
  void aRequestThatPrefersToWaitIsHeldForSoLong(String prefer, int seconds) throws Exception {
    assertThat(get("/live", "Prefer", prefer).statusCode()).isEqualTo(200);
    assertThat(hold.get()).contains(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wait",
        "wait=",
        "wait=\"\"",
        "wait=x",
        "wait=-1",
        "wait=1.5",
        "wait=1 2",
        "wait=\"1",
        "wait=\u0663",
        "await=1",
        "foo=\"wait=3\"",
        "foo;wait=3",
        "wait=x, wait=5",
        "respond-async"
      })
  void aPreferenceThatCannotBeReadIsIgnored(String prefer) throws Exception {
    assertThat(head("/live", "Prefer: " + prefer)).startsWith("HTTP/1.1 200 ");
    assertThat(hold.get()).contains(Duration.ZERO);
  }

  @Test
  void allLinesOfPreferCount() throws Exception {
    head("/live", "Prefer: respond-async\r\nprefer: wait=9");

    assertThat(hold.get()).contains(Duration.ofSeconds(9));
  }

  @Test
  void forcedByItsPathALongPollWaitsAsLongAsTheNodeAllows() throws Exception {
    get("/longpoll", "X-None", "x");
    assertThat(hold.get()).contains(LONGEST);

    get("/longpoll", "Prefer", "wait=2");
    assertThat(hold.get()).contains(Duration.ofSeconds(2));
  }

  @Test
  void aPollNeverWaits() throws Exception {
    get("/poll", "Prefer", "wait=2");

    assertThat(hold.get()).contains(Duration.ZERO);
  }

  @Test
  void theLengthIsInBytes() throws Exception {
    String body = "{\"x\":\"" + "이벤트1,데이터1🎉".repeat(1_000) + "\"}";
    engine.set(outlet -> outlet.write(Buffer.buffer(body)));
    HttpResponse<String> response = get("/live", "Prefer", "wait=1");

    assertThat(response.body()).isEqualTo(body);
    assertThat(response.headers().firstValueAsLong("Content-Length"))
        .hasValue(body.getBytes(StandardCharsets.UTF_8).length);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(response.headers().firstValue("Pragma")).contains("no-cache");
  }

  @Test
  void anAnswerIsGivenOnce() throws Exception {
    engine.set(
        outlet -> {
          outlet.write(Buffer.buffer("{}"));
          outlet.end(Ending.DONE);
        });

    assertThat(get("/poll", "X-None", "x").body()).isEqualTo("{}");
  }

  @Test
  void headAnswersHeadersAndEnds() throws Exception {
    engine.set(outlet -> outlet.end(Ending.DONE));
    HttpRequest request =
        HttpRequest.newBuilder(uri("/longpoll")).method("HEAD", BodyPublishers.noBody()).build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
  }

  @Test
  void aRequestThatIsEndedWithoutAnAnswerFails() throws Exception {
    engine.set(outlet -> outlet.end(Ending.goingAway(Duration.ZERO)));
    assertThat(get("/longpoll", "X-None", "x"))
        .returns(503, HttpResponse::statusCode)
        .returns("The request was ended: going away.", HttpResponse::body);

    engine.set(outlet -> outlet.end(Ending.DONE));
    assertThat(get("/longpoll", "X-None", "x").statusCode()).isEqualTo(403);
  }

  @Test
  void aClientThatGoesWhileItWaitsIsNoticedOnce() throws Exception {
    AtomicInteger gone = new AtomicInteger();
    AtomicReference<Outlet> waiting = new AtomicReference<>();
    engine.set(
        outlet -> {
          outlet.onClose(gone::incrementAndGet);
          waiting.set(outlet);
        });
    try (Socket socket = request("/longpoll", "X-None: x")) {
      await().until(() -> waiting.get() != null);
      assertThat(waiting.get().writable()).isTrue();
      assertThat(gone).hasValue(0);
      socket.setSoLinger(true, 0);
    }
    await().until(() -> gone.get() == 1);
    waiting.get().end(Ending.DONE);

    waiting.get().onClose(gone::incrementAndGet);
    assertThat(gone).hasValue(2);
  }

  @Test
  void answersOverHttp2() {
    HttpClientOptions options =
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(false)
            .setDefaultPort(port);
    String body = "{\"x\":\"" + "이벤트".repeat(10_000) + "\"}";
    engine.set(outlet -> outlet.write(Buffer.buffer(body)));
    // A client that is not referenced is closed.
    HttpClientAgent http2 = vertx.createHttpClient(options);
    Buffer received =
        http2
            .request(HttpMethod.GET, "/poll")
            .compose(request -> request.send().compose(HttpClientResponse::body))
            .await();
    http2.close().await();

    assertThat(received).hasToString(body);
  }

  @Test
  void theySayWhatTheyAre() {
    assertThat(longPoll.name()).isEqualTo("longpoll");
    assertThat(longPoll.rank()).isEqualTo(400);
    assertThat(longPoll.traits()).isEmpty();
    assertThat(poll.name()).isEqualTo("poll");
    assertThat(poll.rank()).isEqualTo(500);
    assertThat(poll.traits()).isEmpty();
  }

  private String head(String path, String lines) throws IOException {
    try (Socket socket = request(path, lines)) {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) socket.getInputStream().read());
      }
      return head.toString();
    }
  }

  private Socket request(String path, String lines) throws IOException {
    Socket socket = new Socket("localhost", port);
    socket.setSoTimeout(60_000);
    String head = "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  private HttpResponse<String> get(String path, String name, String value) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri(path))
            .header(name, value)
            .timeout(Duration.ofSeconds(60))
            .build();
    return client.send(request, BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://localhost:" + port + path);
  }
}
