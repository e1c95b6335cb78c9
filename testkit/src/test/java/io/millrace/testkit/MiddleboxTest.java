package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.UpgradeRejectedException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MiddleboxTest {

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = vertx.createHttpClient();

  /** What the server has received: methods, paths and bodies of requests, texts of WebSockets. */
  private final List<String> received = new CopyOnWriteArrayList<>();

  private final Queue<HttpServerResponse> streams = new ConcurrentLinkedQueue<>();
  private final Queue<ServerWebSocket> sockets = new ConcurrentLinkedQueue<>();
  private HttpServer server;
  private Middlebox box;

  @BeforeAll
  static void bePatient() {
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1)); // Machines that build are busy.
  }

  @BeforeEach
  void start() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(this::serve)
            .webSocketHandler(this::open)
            .listen(0, "127.0.0.1")
            .await();
    box = new Middlebox("127.0.0.1", server.actualPort());
  }

  @AfterEach
  void stop() {
    box.close();
    vertx.close().await();
  }

  private void serve(HttpServerRequest request) {
    if (request.path().equals("/stream")) {
      HttpServerResponse response = request.response().setChunked(true);
      response.putHeader("Content-Type", "text/event-stream").writeHead();
      streams.add(response);
      return;
    }
    request
        .body()
        .onSuccess(
            body -> {
              received.add(request.method() + " " + request.uri() + " " + body);
              request.response().putHeader("X-Host", request.getHeader("Host")).end("echo " + body);
            });
  }

  /** Answers every text. */
  private void open(ServerWebSocket socket) {
    sockets.add(socket);
    socket.textMessageHandler(
        text -> {
          received.add(text);
          socket.writeTextMessage("echo " + text);
        });
  }

  @Test
  void requestsAnswersAndTheirHeadersPass() {
    HttpClientResponse answer = post("/a?b=c", "hello");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.getHeader("X-Host")).isEqualTo("127.0.0.1:" + box.port());
    assertThat(received).containsExactly("POST /a?b=c hello");
    assertThat(get("/").statusCode()).isEqualTo(200);
    assertThat(box.requests()).isEqualTo(2);
    assertThat(box.faults()).isZero();
  }

  @Test
  void streamsPassAsTheyCome() {
    Reading reading = read("/stream");
    HttpServerResponse stream = stream();
    reading.expect("");
    stream.write("one");
    reading.expect("one");
    stream.end("two");
    reading.expect("onetwo.");
  }

  @Test
  void webSocketsPass() {
    Talk talk = talk();
    talk.say("a");
    talk.expect("echo a");
    talk.say("b");
    talk.expect("echo b");
    sockets.element().close();
    await().until(talk.socket::isClosed);
  }

  @Test
  void aClientThatLeavesIsGoneAtTheServer() {
    Talk talk = talk();
    talk.say("a");
    talk.expect("echo a");
    talk.socket.close();
    await().until(sockets.element()::isClosed);
    read("/stream").leave();
    await().until(stream()::closed);
  }

  @Test
  void aServerThatIsGoneEndsTheClientsConnection() {
    server.close().await();
    assertThatThrownBy(() -> get("/")).hasMessageContaining("closed");
  }

  @ParameterizedTest
  @ValueSource(ints = {403, 404})
  void anUpgradeIsRefused(int status) {
    box.on(Requests.webSockets(), Fault.refuse(status));
    assertThatThrownBy(this::talk)
        .isInstanceOfSatisfying(
            UpgradeRejectedException.class,
            refused -> assertThat(refused.getStatus()).isEqualTo(status));
    assertThat(get("/").statusCode()).isEqualTo(200);
    assertThat(box.faults()).isEqualTo(1);
  }

  @Test
  void aServerThatDoesNotSeeTheUpgradeAnswersAsUsual() {
    box.on(Requests.webSockets(), Fault.stripUpgrade());
    assertThatThrownBy(this::talk)
        .isInstanceOfSatisfying(
            UpgradeRejectedException.class,
            refused -> assertThat(refused.getStatus()).isEqualTo(200));
  }

  @Test
  void aRequestThatHangsReachesNobody() {
    box.on(Requests.below("/a"), Fault.hang());
    Future<HttpClientResponse> hanging = send(HttpMethod.GET, "/a", "");
    assertThat(get("/b").statusCode()).isEqualTo(200);
    assertThat(received).containsExactly("GET /b ");
    assertThat(hanging.isComplete()).isFalse();
  }

  @Test
  void aWebSocketIsKilledAfterATime() {
    box.on(Requests.webSockets(), Fault.killAfter(Duration.ofMillis(50)));
    Talk talk = talk();
    await().until(talk.socket::isClosed);
    await().until(sockets.element()::isClosed);
  }

  @Test
  void aStreamIsKilledAfterATime() {
    box.on(Requests.all(), Fault.killAfter(Duration.ofMillis(50)));
    Reading reading = read("/stream");
    await().until(stream()::closed);
    reading.expect("!");
  }

  @Test
  void anAnswerThatTakesTooLongIsCutAndAnotherOneIsNot() {
    box.on(Requests.all(), Fault.timeOut(Duration.ofSeconds(2)));
    Reading reading = read("/stream");
    assertThat(get("/").statusCode()).isEqualTo(200);
    reading.expect("!");
  }

  @Test
  void aSilentWebSocketIsOpenAndCarriesNothing() {
    box.on(Requests.webSockets(), Fault.silence());
    Talk talk = talk();
    sockets.element().writeTextMessage("down");
    talk.say("up");
    assertThat(get("/").statusCode()).isEqualTo(200); // In the meantime, nothing has passed.
    assertThat(received).containsExactly("GET / ");
    talk.expect();
  }

  @Test
  void onlyWhatTheServerSendsIsHeld() {
    box.on(Requests.webSockets(), Fault.hold());
    Talk talk = talk();
    talk.say("up");
    await().until(() -> received.contains("up"));
    assertThat(get("/").statusCode()).isEqualTo(200);
    talk.expect();
  }

  @Test
  void aHeldStreamHasBegunAndCarriesNothing() {
    box.on(Requests.below("/stream"), Fault.hold());
    Reading reading = read("/stream");
    stream().write("one");
    reading.expect("");
    assertThat(get("/").statusCode()).isEqualTo(200);
    reading.expect("");
  }

  @Test
  void aBufferedAnswerPassesWhenItHasEnded() {
    box.on(Requests.eventStreams(), Fault.buffer());
    box.on(Requests.below("/stream"), Fault.buffer());
    Reading reading = read("/stream");
    HttpServerResponse stream = stream();
    stream.write("one");
    assertThat(get("/").statusCode()).isEqualTo(200);
    assertThat(reading.hasBegun()).isFalse();
    stream.end("two");
    reading.expect("onetwo.");
  }

  @Test
  void aBufferPassesWhenItIsFull() {
    box.on(Requests.all(), Fault.buffer(4));
    Reading reading = read("/stream");
    HttpServerResponse stream = stream();
    stream.write("one");
    stream.write("two");
    reading.expect("onetwo");
    stream.write("3");
    assertThat(get("/").statusCode()).isEqualTo(200);
    reading.expect("onetwo");
    stream.end();
    reading.expect("onetwo3.");
  }

  @Test
  void aPostIsDuplicatedAndAnsweredOnce() {
    box.on(Requests.posts(), Fault.duplicate(Duration.ofMillis(10)));
    assertThat(post("/a", "hello").statusCode()).isEqualTo(200);
    await().until(() -> received.size() == 2);
    assertThat(received).containsOnly("POST /a hello");
  }

  @Test
  void aPostIsDelayedAndOthersOvertakeIt() {
    box.on(Requests.posts(), Fault.delay(Duration.ofSeconds(2)));
    Future<HttpClientResponse> late = send(HttpMethod.POST, "/a", "hello");
    get("/b");
    assertThat(late.await().statusCode()).isEqualTo(200);
    assertThat(received).containsExactly("GET /b ", "POST /a hello");
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 302, 511})
  void aCaptivePortalAnswersForATime(int status) {
    box.on(Requests.all(), Fault.captivePortal(status), Duration.ofSeconds(2));
    HttpClientResponse answer = get("/");
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.getHeader("Content-Type")).isEqualTo("text/html");
    assertThat(answer.headers().contains("Location")).isEqualTo(status == 302);
    await().until(() -> get("/").headers().contains("X-Host"));
  }

  @Test
  void theFirstRuleThatConcernsARequestCountsUntilAllAreCleared() {
    box.on(Requests.below("/a"), Fault.none()).on(Requests.all(), Fault.refuse(500));
    assertThat(get("/a").statusCode()).isEqualTo(200);
    assertThat(get("/b").statusCode()).isEqualTo(500);
    assertThat(box.clear().faults()).isEqualTo(2);
    assertThat(get("/b").statusCode()).isEqualTo(200);
  }

  @Test
  void faultsAddUp() {
    Duration moment = Duration.ofMillis(50);
    box.on(Requests.all(), Fault.delay(moment).and(Fault.buffer()).and(Fault.timeOut(moment)));
    assertThatThrownBy(() -> get("/")).hasMessageContaining("closed");
  }

  @Test
  void requestsAreFoundByWhatTheyAcceptAndAsk() {
    box.on(Requests.accepting("application/x-ndjson"), Fault.refuse(400));
    box.on(Requests.with("transport", "poll"), Fault.refuse(401));
    assertThat(get("/?transport=poll").statusCode()).isEqualTo(401);
    assertThat(get("/?transport=sse").statusCode()).isEqualTo(200);
    Future<HttpClientResponse> stream =
        request(HttpMethod.GET, "/")
            .compose(request -> request.putHeader("Accept", "application/x-ndjson, */*").send());
    assertThat(stream.await().statusCode()).isEqualTo(400);
  }

  private HttpServerResponse stream() {
    await().until(() -> !streams.isEmpty());
    return streams.element();
  }

  private HttpClientResponse get(String uri) {
    return send(HttpMethod.GET, uri, "").await();
  }

  private HttpClientResponse post(String uri, String body) {
    return send(HttpMethod.POST, uri, body).await();
  }

  private Future<HttpClientResponse> send(HttpMethod method, String uri, String body) {
    return request(method, uri)
        .compose(request -> body.isEmpty() ? request.send() : request.send(body))
        .compose(response -> response.body().map(read -> response));
  }

  private Future<HttpClientRequest> request(HttpMethod method, String uri) {
    return client.request(method, box.port(), box.host(), uri);
  }

  private Reading read(String uri) {
    return new Reading(request(HttpMethod.GET, uri));
  }

  private Talk talk() {
    Talk talk = new Talk(vertx.createWebSocketClient().webSocket());
    talk.socket.connect(box.port(), box.host(), "/socket").await();
    return talk;
  }

  /** Text that arrives; then a full stop if it ended in order, or an exclamation mark. */
  private static final class Reading {

    private final Buffer text = Buffer.buffer();
    private final Future<HttpClientResponse> answer;

    Reading(Future<HttpClientRequest> request) {
      answer = request.compose(sending -> sending.send().onSuccess(this::hear));
    }

    private void hear(HttpClientResponse response) {
      response.handler(text::appendBuffer);
      response.exceptionHandler(cut -> text.appendString("!"));
      response.endHandler(end -> text.appendString("."));
    }

    boolean hasBegun() {
      return answer.isComplete();
    }

    void expect(String all) {
      await().until(() -> answer.succeeded() && text.toString().equals(all));
    }

    void leave() {
      answer.await().request().reset();
    }
  }

  /** What a WebSocket's client says and hears. */
  private static final class Talk {

    private final ClientWebSocket socket;
    private final List<String> heard = new CopyOnWriteArrayList<>();

    Talk(ClientWebSocket socket) {
      this.socket = socket;
      socket.textMessageHandler(heard::add);
    }

    void say(String text) {
      socket.writeTextMessage(text);
    }

    void expect(String... texts) {
      await().until(() -> heard.size() >= texts.length);
      assertThat(heard.subList(heard.size() - texts.length, heard.size())).containsExactly(texts);
    }
  }
}
