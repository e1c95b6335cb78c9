package io.millrace.core.http;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.core.Server;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.TimeoutHandler;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodiesTest {

  private static final String JSON = "Content-Type: application/json";
  private static final String MORE = "Content-Length: 1000";
  private static final String MESSAGE = "{\"channel\":\"a\",\"data\":1}";

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options =
      new MillraceOptions()
          .addPublishable("**")
          .setPublishesPerSecondPerAddress(0)
          .setMaxClientMessageBytes(10_000)
          .setBodyTimeout(Duration.ofDays(1));
  private final List<Socket> sockets = new ArrayList<>();
  private Server server;

  @AfterEach
  void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    nothingLeft();
  }

  private void listen() {
    server = new Server(vertx, options).listen();
  }

  private void nothingLeft() {
    eventually(
        () -> {
          assertThat(server.mount().bodies().room().held()).isZero();
          assertThat(server.publishing().unanswered().taken()).isZero();
          assertThat(server.node.counts().timers()).isZero();
        });
  }

  /** Sends a head that announces a body, and some of the body. */
  private Socket begin(String method, String path, String some, String... headers)
      throws IOException {
    Socket socket = server.open(method, path, "", headers);
    sockets.add(socket);
    send(socket, some);
    return socket;
  }

  private Socket stall() throws IOException {
    return begin("POST", "/publish", "{", JSON, MORE, "Connection: keep-alive");
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads until the server closes the connection. */
  private static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) socket.getInputStream().read());
    }
    return head.toString();
  }

  private static void problem(String answer, int status, String code) {
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    String body = answer.substring(answer.indexOf("\r\n\r\n"));
    assertThat(new JsonObject(body.strip()).getString("code")).isEqualTo(code);
  }

  private HttpClientRequest post(HttpClient client) {
    return Server.await(client.request(HttpMethod.POST, server.port, "localhost", "/live/publish"))
        .putHeader("Content-Type", "application/json");
  }

  @ParameterizedTest
  @ValueSource(strings = {MORE, "Transfer-Encoding: chunked"})
  void aBodyThatDoesNotArriveIsRefusedInTimeAndItsConnectionClosed(String announced)
      throws IOException {
    options.setBodyTimeout(Duration.ofMillis(100));
    listen();
    for (String path : List.of("/publish", "/once", "/stay")) {
      String answer = rest(begin("POST", path, "", JSON, announced, "Connection: keep-alive"));
      problem(answer, 408, "request-timeout");
      assertThat(answer).containsIgnoringCase("\r\nconnection: close\r\n");
    }
  }

  @Test
  void aBodyThatDripsIsRefusedInTime() {
    options.setBodyTimeout(Duration.ofMillis(200));
    listen();
    NetSocket socket =
        Server.await(vertx.get().createNetClient().connect(server.port, "localhost"));
    Buffer answer = Buffer.buffer();
    CompletableFuture<Void> closed = new CompletableFuture<>();
    socket.handler(answer::appendBuffer).closeHandler(closed::complete);
    socket.write("POST /live/publish HTTP/1.1\r\nHost: a\r\n" + JSON + "\r\n" + MORE + "\r\n\r\n");
    long drip = vertx.get().setPeriodic(5, tick -> socket.write("1"));
    closed.join();
    vertx.get().cancelTimer(drip);
    assertThat(answer.toString()).startsWith("HTTP/1.1 408 ").contains("request-timeout");
  }

  @Test
  void overHttp2OnlyTheStreamEnds() {
    options.setBodyTimeout(Duration.ofMillis(100));
    listen();
    HttpClient client = vertx.client(HttpVersion.HTTP_2);
    HttpClientRequest stalled = post(client).setChunked(true);
    stalled.write("{");
    HttpClientResponse answer = Server.await(stalled.response());
    assertThat(answer.statusCode()).isEqualTo(408);
    nothingLeft();
    HttpClientRequest next = post(client);
    assertThat(next.connection()).isSameAs(stalled.connection());
    assertThat(Server.await(next.send(MESSAGE)).statusCode()).isEqualTo(200);
    Server.await(client.close());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/negotiate", "/nothing", "/millrace.js", "/negotiate?nothing-follows"})
  void aStreamOverHttp2ThatIsAnsweredDoesNotStayOpen(String target) {
    listen();
    HttpClient client = vertx.client(HttpVersion.HTTP_2);
    HttpClientRequest open =
        Server.await(client.request(HttpMethod.GET, server.port, "localhost", "/live" + target));
    if (target.endsWith("nothing-follows")) {
      open.putHeader("Content-Length", "0");
    }
    Promise<Throwable> reset = Promise.promise();
    open.exceptionHandler(reset::tryComplete);
    Future<Buffer> answer = open.response().compose(HttpClientResponse::body);
    Server.await(open.sendHead());
    assertThat(Server.await(answer).length()).isPositive();
    eventually(() -> assertThat(reset.future().result()).isInstanceOf(StreamResetException.class));
    Server.await(client.close());
  }

  /** Many begin before the event loop can do anything else. */
  @Test
  void aBurstOfBodiesIsBoundedWhileItArrives() throws IOException {
    options.setBodyBytes(100_000);
    server = new Server(vertx, options);
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger open = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch stalled = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    Router router = Router.router(vertx.get());
    router
        .get("/stall")
        .handler(
            context -> {
              stalled.countDown();
              awaitQuietly(released);
              context.end();
            });
    router
        .route("/live*")
        .handler(
            context -> {
              most.accumulateAndGet(open.incrementAndGet(), Math::max);
              context.addEndHandler(ended -> open.decrementAndGet());
              context.next();
              begun.incrementAndGet();
            });
    router.route("/live*").subRouter(server.node.router());
    server.listen(router);
    Socket stalling = new Socket("localhost", server.port);
    sockets.add(stalling);
    for (int i = 0; i < 40; i++) {
      sockets.add(new Socket("localhost", server.port));
    }
    send(stalling, "GET /stall HTTP/1.1\r\nHost: localhost\r\n\r\n");
    awaitQuietly(stalled);
    for (Socket socket : sockets.subList(1, 41)) {
      send(
          socket,
          "POST /live/publish HTTP/1.1\r\nHost: localhost\r\n"
              + JSON
              + "\r\n"
              + MORE
              + "\r\n\r\n{");
    }
    released.countDown();
    eventually(() -> assertThat(begun).hasValue(40));
    eventually(() -> assertThat(open).hasValueLessThanOrEqualTo(6));
    assertThat(most).hasValueLessThan(10);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void bodiesThatStallMakeRoomForThoseThatArrive() throws IOException {
    options.setBodyBytes(100_000);
    listen();
    for (int i = 0; i < 20; i++) {
      stall();
      assertThat(server.publish(MESSAGE).status()).isEqualTo(200);
    }
    assertThat(server.mount().bodies().room().held()).isBetween(50_000L, 100_000L);
    for (Socket refused : sockets.subList(0, 14)) {
      assertThat(head(refused)).startsWith("HTTP/1.1 503 ").containsIgnoringCase("retry-after: ");
    }
    Socket youngest = sockets.get(19);
    send(youngest, MESSAGE.substring(1) + " ".repeat(1000 - MESSAGE.length()));
    assertThat(head(youngest)).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void bodiesThatStallOverHttp2MakeRoomToo() {
    options.setBodyBytes(100_000);
    listen();
    HttpClient client = vertx.client(HttpVersion.HTTP_2);
    List<HttpClientRequest> stalled = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      HttpClientRequest request = post(client).setChunked(true);
      request.write("{");
      stalled.add(request);
    }
    for (HttpClientRequest refused : stalled.subList(0, 14)) {
      assertThat(Server.await(refused.response()).statusCode()).isEqualTo(503);
    }
    assertThat(Server.await(post(client).send(MESSAGE)).statusCode()).isEqualTo(200);
    assertThat(server.mount().bodies().room().held()).isLessThan(100_000);
    stalled.forEach(HttpClientRequest::reset);
    nothingLeft();
    Server.await(client.close());
  }

  @Test
  void oneBodyAlwaysFits() {
    options.setBodyBytes(0);
    listen();
    String message = "{\"channel\":\"a\",\"data\":\"" + "x".repeat(9_000) + "\"}";
    assertThat(server.publish(message).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoLeavesInTheMiddleOfABodyLeavesNothing(boolean reset) throws IOException {
    listen();
    for (int i = 0; i < 10; i++) {
      stall().setSoLinger(reset, 0);
    }
    eventually(() -> assertThat(server.mount().bodies().room().held()).isPositive());
    for (Socket socket : sockets) {
      socket.close();
    }
    nothingLeft();
  }

  @Test
  void theBodyOfARefusedRequestHasNoLongerToPass() throws IOException {
    options.setBodyTimeout(Duration.ofMillis(100));
    listen();
    String open = "Connection: keep-alive";
    assertThat(rest(begin("POST", "/publish", "x", "Content-Type: text/plain", MORE, open)))
        .startsWith("HTTP/1.1 415 ");
    assertThat(rest(begin("POST", "/once", "x", JSON, "Content-Length: 10001", open)))
        .startsWith("HTTP/1.1 413 ");
    assertThat(rest(begin("GET", "/negotiate", "x", MORE, open))).startsWith("HTTP/1.1 200 ");
    assertThat(rest(begin("GET", "/stay?channels=a", "x", MORE, open))).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void aConnectionIsUsedOnAfterTheBodyOfARefusedRequestHasPassed() throws IOException {
    listen();
    Socket socket =
        begin("POST", "/publish", "x", "Content-Type: text/plain", MORE, "Connection: keep-alive");
    assertThat(head(socket)).startsWith("HTTP/1.1 415 ");
    assertThat(server.node.counts().timers()).isEqualTo(1);
    send(socket, "x".repeat(999));
    nothingLeft();
    send(socket, "GET /live/negotiate HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assertThat(rest(socket)).contains("HTTP/1.1 200 ");
  }

  @Test
  void whatWaitsForTheBrokerCountsUntilItIsAnswered() throws IOException {
    options.setBodyBytes(100_000).setPublishTimeout(Duration.ofMillis(500));
    listen();
    List<Promise<Publication>> taken = new CopyOnWriteArrayList<>();
    server.broker.publishing = message -> asked(taken);
    for (int i = 0; i < 20; i++) {
      sockets.add(server.open("POST", "/publish", MESSAGE, JSON));
    }
    List<String> statuses = new ArrayList<>();
    for (Socket socket : sockets) {
      statuses.add(rest(socket).substring(9, 12));
    }
    assertThat(statuses).contains("503", "504");
    // The broker still has a message for which nobody waits any more.
    assertThat(server.publishing().unanswered().taken()).isPositive();
    taken.forEach(promise -> promise.complete(Publication.unnamed()));
    nothingLeft();
    server.broker.publishing =
        message ->
            Future.failedFuture(
                new MillraceException(MillraceException.Code.UNAVAILABLE, "No link."));
    assertThat(server.publish(MESSAGE).json().getString("detail")).isEqualTo("No link.");
  }

  private static Future<Publication> asked(List<Promise<Publication>> taken) {
    Promise<Publication> promise = Promise.promise();
    taken.add(promise);
    return promise.future();
  }

  @Test
  void whatABrokerNeverAnswersIsBoundedAndWhoArrivesIsNotDisturbed() throws IOException {
    options.setBodyBytes(0).setPublishTimeout(Duration.ofMillis(50));
    listen();
    List<Promise<Publication>> taken = new CopyOnWriteArrayList<>();
    server.broker.publishing = message -> asked(taken);
    String large = "{\"channel\":\"a\",\"data\":\"" + "x".repeat(9_000) + "\"}";
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      statuses.add(server.publish(large).status());
    }
    assertThat(statuses).startsWith(504).endsWith(503);
    assertThat(taken).hasSizeBetween(1, 4);
    Server.Answer refused = server.publish(large);
    assertThat(refused.json().getString("code")).isEqualTo("unavailable");
    assertThat(refused.header("retry-after")).isEqualTo("5");
    // A client that attaches by a body finds room for it.
    assertThat(server.request("POST", "/once", "{\"channels\":[\"a\"]}", JSON).status())
        .isEqualTo(200);
    taken.forEach(promise -> promise.complete(Publication.unnamed()));
    nothingLeft();
    server.broker.publishing = message -> Future.succeededFuture(Publication.unnamed());
    assertThat(server.publish(large).status()).isEqualTo(200);
  }

  @Test
  void whoseMessagesTheBrokerNeverAnswersLeavesRoomForOthers() throws IOException {
    options.setBodyBytes(200_000).setPublishTimeout(Duration.ofMillis(1));
    listen();
    List<Promise<Publication>> taken = new CopyOnWriteArrayList<>();
    server.broker.publishing =
        message ->
            message.length() > 1 ? asked(taken) : Future.succeededFuture(Publication.unnamed());
    String never = "{\"channel\":\"a\",\"data\":22}";
    int published = 0;
    while (server.publish(never).status() == 504) {
      assertThat(published++).isLessThan(1000);
    }
    assertThat(server.publish(MESSAGE).status()).isEqualTo(503);
    String[] json = {JSON};
    assertThat(server.requestFrom("127.0.0.2", "/publish", MESSAGE, json).status()).isEqualTo(200);
    taken.forEach(promise -> promise.complete(Publication.unnamed()));
    nothingLeft();
  }

  @Test
  void whoRepeatsAKeyThatIsNotAnsweredIsBoundedToo() {
    options.setBodyBytes(0).setPublishTimeout(Duration.ofMillis(50));
    listen();
    List<Promise<Publication>> taken = new CopyOnWriteArrayList<>();
    server.broker.publishing = message -> asked(taken);
    String keyed = MESSAGE.replace("{", "{\"key\":\"k\",");
    int repeats = 0;
    while (server.publish(keyed).status() == 504) {
      assertThat(repeats++).isLessThan(40);
    }
    assertThat(taken).hasSize(1);
    taken.forEach(promise -> promise.complete(Publication.unnamed()));
    nothingLeft();
    assertThat(server.publish(keyed).status()).isEqualTo(200);
    assertThat(taken).hasSize(1);
  }

  @Test
  void theBodyThatAskedForAStreamDoesNotLast() throws IOException {
    listen();
    sockets.add(server.open("POST", "/stay", "{\"channels\":[\"a\"]}", JSON));
    eventually(() -> assertThat(server.node.counts().readers()).isEqualTo(1));
    assertThat(server.mount().bodies().room().held()).isZero();
  }

  @Test
  void aHandlerOfTheApplicationMayAnswerWhileABodyStalls() throws IOException {
    server = new Server(vertx, options);
    Router router = Router.router(vertx.get());
    router.route().handler(TimeoutHandler.create(50));
    router.route("/live*").subRouter(server.node.router());
    server.listen(router);
    Socket socket = stall();
    assertThat(head(socket)).startsWith("HTTP/1.1 503 ");
    send(socket, "x".repeat(999));
    nothingLeft();
  }

  @Test
  void aClientMayAskWhetherItsBodyIsWanted() throws IOException {
    listen();
    Socket socket =
        begin("POST", "/publish", "", JSON, "Expect: 100-Continue", "Content-Length: 24");
    assertThat(head(socket)).startsWith("HTTP/1.1 100 ");
    send(socket, MESSAGE + " ".repeat(24 - MESSAGE.length()));
    assertThat(head(socket)).startsWith("HTTP/1.1 200 ");
    Socket other = begin("POST", "/publish", "", JSON, "Expect: more", "Content-Length: 24");
    assertThat(head(other)).startsWith("HTTP/1.1 400 ");
    send(other, " ".repeat(24));
  }

  @Test
  void refusedRequestsWhoseBodiesStallAreBoundedToo() throws IOException {
    options.setBodyBytes(100_000);
    listen();
    for (int i = 0; i < 20; i++) {
      String keep = "Connection: keep-alive";
      Socket refused = begin("POST", "/publish", "x", "Content-Type: text/plain", MORE, keep);
      assertThat(head(refused)).startsWith("HTTP/1.1 415 ");
    }
    for (Socket ended : sockets.subList(0, 14)) {
      assertThat(rest(ended)).contains("415");
    }
    assertThat(server.mount().bodies().room().held()).isLessThanOrEqualTo(100_000);
    assertThat(server.publish(MESSAGE).status()).isEqualTo(200);
    for (Socket left : sockets) {
      left.setSoLinger(true, 0);
    }
  }
}
