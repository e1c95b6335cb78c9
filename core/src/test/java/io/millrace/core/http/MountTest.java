package io.millrace.core.http;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Authorizer;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.core.Server;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MountTest {

  private static final String[] UPGRADE = {
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
  };

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options = new MillraceOptions().addPublishable("pub.**");

  /** Decisions that the test has not made yet. */
  private final List<Promise<Boolean>> decisions = new CopyOnWriteArrayList<>();

  private Server server(Optional<Authorizer> authorizer) {
    return new Server(vertx, options, authorizer);
  }

  private Server server() {
    return server(Optional.empty()).listen();
  }

  private Server asking() {
    return server(
            Optional.of(
                (request, action, target) -> {
                  Promise<Boolean> decision = Promise.promise();
                  decisions.add(decision);
                  return decision.future();
                }))
        .listen();
  }

  private static void problem(Server.Answer answer, int status, String code) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    assertThat(answer.header("cache-control")).isEqualTo("no-store");
    assertThat(answer.json().getString("code")).isEqualTo(code);
    assertThat(answer.json().getInteger("status")).isEqualTo(status);
    assertThat(answer.json().getString("detail")).isNotEmpty();
    assertThat(answer.json().getString("title")).isNotEmpty();
  }

  private static void append(Server server, String channel) {
    server.append(channel, Message.json(1));
  }

  @Test
  void theRequestsOwnHeadersChooseTheTransportAndThePathForcesIt() throws IOException {
    Server server = server();
    append(server, "a");
    assertThat(server.get("?channels=a&last=1").body()).contains("\"type\":\"batch\"");
    assertThat(server.get("/?channels=a&last=1").body()).contains("\"type\":\"batch\"");
    assertThat(server.get("/once?channels=a&last=1").body()).contains("\"type\":\"batch\"");
    for (String path : List.of("/stay?channels=a", "?channels=a", "/?channels=a")) {
      try (Socket socket = server.open("GET", path, "", "X-Transport: stay")) {
        byte[] head = socket.getInputStream().readNBytes(15);
        assertThat(new String(head, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200 OK");
        eventually(() -> assertThat(server.node.counts().readers()).isEqualTo(1));
      }
      server.nothingRemains();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing",
        "/once/",
        "/once/more",
        "/millrace.js",
        "/nothing.js",
        "/nothing.js.map",
        "/for-tests.js.mapx",
        "/for-tests.map",
        "/ONCE",
        "x",
        "xonce",
        "/%6fnce",
        "//once",
        "/.js"
      })
  void whatIsNotThereIsNotFound(String path) {
    problem(server().get(path + "?channels=a"), 404, "not-found");
  }

  /** Routing treats two slashes as one. What follows must not be treated as nothing. */
  @Test
  void aPathThatIsWrittenOtherwiseThanTheMountIsNotFound() throws IOException {
    Server server = server();
    for (String target : List.of("//live/once", "/x/../live/once", "/%6cive/once")) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port)) {
        String head = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        socket
            .getOutputStream()
            .write(("GET " + target + "?channels=a" + head).getBytes(StandardCharsets.US_ASCII));
        byte[] answer = socket.getInputStream().readAllBytes();
        assertThat(new String(answer, StandardCharsets.UTF_8)).startsWith("HTTP/1.1 404 ");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "POST, '', 'GET, HEAD, POST, OPTIONS'",
    "PUT, /once, 'GET, HEAD, POST, OPTIONS'",
    "DELETE, /negotiate, 'GET, HEAD, OPTIONS'",
    "GET, /publish, 'POST, OPTIONS'",
    "HEAD, /publish, 'POST, OPTIONS'",
    "PUT, /publish, 'POST, OPTIONS'",
    "PATCH, /, 'GET, HEAD, POST, OPTIONS'"
  })
  void anotherMethodIsRefusedWithThoseThatAreAllowed(String method, String path, String allowed) {
    Server.Answer answer = server().request(method, path, "");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("allow")).isEqualTo(allowed);
    if (!method.equals("HEAD")) {
      problem(answer, 405, "method-not-allowed");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', 'GET, HEAD, POST, OPTIONS'",
    "/once, 'GET, HEAD, POST, OPTIONS'",
    "/negotiate, 'GET, HEAD, OPTIONS'",
    "/publish, 'POST, OPTIONS'"
  })
  void optionsTellsWhatIsAllowed(String path, String allowed) {
    Server.Answer answer = server().request("OPTIONS", path, "");
    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.header("allow")).isEqualTo(allowed);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void headAnswersHeadersAndHoldsNothing() {
    Server server = server();
    for (String path : List.of("/once?channels=a", "/stay?channels=a", "?channels=a")) {
      Server.Answer answer = server.request("HEAD", path, "", "X-Hold: 60000");
      assertThat(answer.status()).as(path).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
      server.nothingRemains();
    }
    Server.Answer negotiate = server.request("HEAD", "/negotiate", "");
    assertThat(negotiate.status()).isEqualTo(200);
    assertThat(negotiate.body()).isEmpty();
    assertThat(server.request("HEAD", "/once", "").status()).isEqualTo(400);
  }

  @Test
  void headAsksNothingOfTheBrokerOrTheLog() {
    Server server = server();
    server.broker.selective = true;
    Server.Answer answer = server.request("HEAD", "/once?channels=a,b&last=1000", "");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(server.node.counts().brokerSubscriptions()).isZero();
    assertThat(server.log().head()).as("no subscription was confirmed").isZero();
    assertThat(server.request("HEAD", "/once?channels=a.*", "").status()).isEqualTo(403);
  }

  @Test
  void negotiateTellsTheTransportsInServiceAndTheLimits() {
    options.setRetry(Duration.ofSeconds(4)).setMaxChannels(7).setPublishesPerSecond(3);
    Server server = server();
    server.node.enableTransport("stay", false);
    JsonObject answer = server.get("/negotiate").json();
    assertThat(answer.getInteger("version")).isEqualTo(1);
    assertThat(answer.getInteger("retry")).isEqualTo(4000);
    assertThat(answer.getJsonObject("limits"))
        .isEqualTo(
            new JsonObject()
                .put("channels", 7)
                .put("message", 256 << 10)
                .put("last", 1000)
                .put("publishesPerSecond", 3)
                .put("commandsPerSecond", 100)
                .put("attachesPerSecond", 200)
                .put("readersPerUser", 1000));
    assertThat(
            answer.getJsonArray("transports").stream()
                .map(it -> ((JsonObject) it).getString("url")))
        .containsExactly("/live/duplex", "/live/later", "/live/upgrade", "/live/once");
    assertThat(answer.getJsonArray("transports").getJsonObject(0))
        .isEqualTo(
            new JsonObject()
                .put("name", "duplex")
                .put("url", "/live/duplex")
                .put("duplex", true)
                .put("streaming", true)
                .put("heartbeat", 15_000));
    Server.Answer refusal = server.get("/stay?channels=a");
    problem(refusal, 404, "transport-off");
    assertThat(refusal.json().getString("detail"))
        .isEqualTo(
            "The transport stay is switched off. Transports in service are duplex, later, upgrade, once.");
    server.node.enableTransport("stay", true);
    assertThat(server.get("/negotiate").json().getJsonArray("transports")).hasSize(5);
  }

  @Test
  void theBrowserClientIsServedFromTheClassPath() {
    Server server = server();
    Server.Answer answer = server.get("/for-tests.js");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("content-type")).isEqualTo("text/javascript; charset=utf-8");
    assertThat(answer.body()).isEqualTo("export const tested = true;\n");
    String tag = answer.header("etag");
    for (String known :
        List.of(tag, "*", "W/" + tag, "\"x\", " + tag, "\"x\",W/" + tag + " ,\"y\"")) {
      assertThat(server.get("/for-tests.js", "If-None-Match: " + known).status()).isEqualTo(304);
    }
    assertThat(server.get("/for-tests.js", "If-None-Match: \"x\", \"y\"").status()).isEqualTo(200);
    Server.Answer head = server.request("HEAD", "/for-tests.js", "");
    assertThat(head.header("content-length")).isEqualTo("28");
    assertThat(head.body()).isEmpty();
  }

  @Test
  void theSourceMapOfTheBrowserClientIsServedToo() {
    Server.Answer answer = server().get("/for-tests.js.map");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("content-type")).isEqualTo("application/json");
    assertThat(answer.json().getInteger("version")).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "?channels=",
        "?channels=a,,b",
        "?channels=a..b",
        "?channels=a%20b",
        "?channels=**.a",
        "?channels=%ED%95%9C",
        "?channels=a&maxRate=0",
        "?channels=a&maxRate=101",
        "?channels=a&maxRate=2.5",
        "?channels=a&last=-1",
        "?channels=a&last=1001",
        "?channels=a&last=x",
        "?channels=a&last=1.5",
        "?channels=a&last=99999999999999999999",
        "?channels=a&events=open",
        "?channels=a&events=x,,y",
        "?channels=a&events=millrace.gap",
        "?channels=a&events=%0a",
        "?channels=a&format=plain",
        "?channels=a&format=ENVELOPE",
        "?channels=a&format=x",
        "?channels=a%zz"
      })
  void badValuesInTheQueryAreRefused(String query) {
    Server server = server();
    problem(server.get("/once" + query), 400, "bad-request");
    assertThat(server.node.counts().readers()).isZero();
  }

  @Test
  void soManyEventsAndNoMoreAreFiltered() {
    Server server = server();
    String most = IntStream.range(0, 100).mapToObj(i -> "e" + i).collect(Collectors.joining(","));
    String query = "/once?channels=a&events=e0," + most;
    assertThat(server.get(query).status()).isEqualTo(200);
    problem(server.get(query + ",one-more"), 400, "bad-request");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?channels=a",
        "?channels=a,a,a",
        "?channels=a&channels=b",
        "?channels=a&what=ever",
        "?channels=a&last=",
        "?channels=a&last=0",
        "?channels=a&last=1000",
        "?channels=a&events=",
        "?channels=a&events=x,%20y&events=z",
        "?channels=a&format=envelope",
        "?channels=a&format=",
        "?channels=a&cursor=&last=3"
      })
  void goodAndUnknownValuesInTheQueryAreTaken(String query) {
    assertThat(server().get("/once" + query).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "-", "a-b", "k-1", "k-99999999999999999999", "%00", "-5", "k-"})
  void aCursorThatCannotBeContinuedIsAGapAndNoError(String cursor) {
    Server server = server();
    append(server, "a");
    Server.Answer answer = server.get("/once?channels=a&cursor=" + cursor);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).contains("\"reason\":\"").contains("\"data\":1");
  }

  @Test
  void aClientThatAsksForARateGetsOnlyTheNewest() {
    Server server = server();
    String first = server.log().cursor(0).toString();
    append(server, "a");
    append(server, "a");
    String url = "/once?channels=a&cursor=" + first;
    assertThat(server.get(url).body()).contains("-1\"");
    assertThat(server.get(url + "&maxRate=20").body()).contains("-2\"").doesNotContain("-1\"");
    String body = "{\"channels\":[\"a\"],\"cursor\":\"" + first + "\",\"maxRate\":20}";
    assertThat(server.request("POST", "/once", body, "Content-Type: application/json").body())
        .contains("-2\"")
        .doesNotContain("-1\"");
  }

  @Test
  void theCursorThatABrowserHasSeenWinsOverThatOfTheUrl() {
    Server server = server();
    String first = server.log().cursor(0).toString();
    for (int i = 0; i < 3; i++) {
      append(server, "a");
    }
    String second = server.log().cursor(2).toString();
    String url = "/once?channels=a&cursor=" + first;
    assertThat(server.get(url, "Last-Event-ID: " + second).body()).doesNotContain("-1\"");
    assertThat(server.get(url, "Last-Event-ID: ").body()).contains("-1\"");
    for (String both :
        List.of(
            "cursor=" + first + "&lastEventId=" + second,
            "cursor=" + second + "&lastEventId=" + first,
            "lastEventId=" + second + "&cursor=" + first,
            "cursor=" + first + "&lastEventId=" + second + "&lastEventId=" + first,
            "cursor=&lastEventId=" + second,
            "cursor=other-9&lastEventId=" + second,
            "cursor=" + second + "&lastEventId=?",
            "cursor=?&lastEventId=" + second)) {
      assertThat(server.get("/once?channels=a&" + both).body())
          .as(both)
          .doesNotContain("-1\"")
          .doesNotContain("gap");
    }
    assertThat(server.get("/once?channels=a&cursor=" + second + "&lastEventId=other-1").body())
        .as("of two epochs, the one that was added to the URL is newer")
        .contains("epoch");
    assertThat(server.get("/once?channels=a&lastEventId=" + second).body())
        .contains("-3\"")
        .doesNotContain("-2\"");
  }

  @Test
  void tooManyChannelsAreRefused() {
    options.setMaxChannels(3);
    Server server = server();
    assertThat(server.get("/once?channels=a,b,c,a").status()).isEqualTo(200);
    problem(server.get("/once?channels=a,b,c,d"), 400, "bad-request");
  }

  @Test
  void patternsAreForbiddenUnlessTheyAreAllowedByConfiguration() {
    options.addSubscribable("open.**");
    Server server = server();
    problem(server.get("/once?channels=a,b.*"), 403, "forbidden");
    problem(server.get("/once?channels=**"), 403, "forbidden");
    assertThat(server.get("/once?channels=open.*,open.a.**,a").status()).isEqualTo(200);
  }

  /** All clients that are up to date make the same request, and many share an address. */
  @Test
  void whoPollsIsNotRefusedBecauseANeighbourDid() {
    Server server = server();
    String url = "/once?channels=a&cursor=" + server.log().cursor(0);
    for (int i = 0; i < 100; i++) {
      assertThat(server.get(url).status()).isEqualTo(200);
    }
    server.nothingRemains();
  }

  @Test
  void aPollWithAnotherCursorInItsHeaderIsAnotherPoll() {
    Server server = server();
    append(server, "b");
    String url = "/once?channels=a";
    for (int seq = 0; seq < 2; seq++) {
      String seen = "Last-Event-ID: " + server.log().cursor(seq);
      assertThat(server.get(url, seen).status()).isEqualTo(200);
    }
  }

  @Test
  void aFullNodeSaysWhenToComeBack() throws IOException {
    options.setMaxReaders(1);
    Server server = server();
    try (Socket socket = server.open("GET", "/stay?channels=a", "")) {
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      Server.Answer answer = server.get("/once?channels=a");
      problem(answer, 503, "unavailable");
      assertThat(answer.header("retry-after")).isEqualTo("15");
      server.once.refusing = true;
      answer = server.get("/once?channels=a");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("come back");
    }
    eventually(() -> assertThat(server.get("/once?channels=b").body()).contains("batch"));
  }

  @Test
  void whoIsRefusedIsNotCounted() {
    options.setMaxReaders(1);
    Server server = server();
    for (int i = 0; i < 5; i++) {
      problem(server.get("/once"), 400, "bad-request");
      problem(server.get("/once?channels=**"), 403, "forbidden");
      problem(server.get("/once?channels=a&last=x"), 400, "bad-request");
    }
    assertThat(server.get("/once?channels=a").status()).isEqualTo(200);
  }

  @Test
  void aNodeThatStartsOrClosesSaysWhenToComeBack() {
    Server server = new Server(vertx, options).listen();
    Server.await(server.node.close());
    Server.Answer answer = server.get("/once?channels=a");
    problem(answer, 503, "unavailable");
    assertThat(answer.header("retry-after")).isEqualTo("15");
    problem(server.publish("{\"channel\":\"pub.a\",\"data\":1}"), 503, "unavailable");
  }

  @Test
  void aBodyOfJsonAsksForWhatTheQueryOtherwiseDoes() {
    Server server = server();
    append(server, "a");
    append(server, "b");
    append(server, "b");
    String seen = server.log().cursor(2).toString();
    String json = "Content-Type: application/json";

    assertThat(
            server.request("POST", "/once", "{\"channels\":[\"a\",\"b\"],\"last\":1}", json).body())
        .contains("\"channel\":\"a\"", "\"channel\":\"b\"");
    assertThat(
            server
                .request(
                    "POST",
                    "/once?channels=a&last=1",
                    "{\"channels\":[\"b\"],\"cursor\":\"" + seen + "\"}",
                    json + "; charset=utf-8")
                .body())
        .containsOnlyOnce("\"channel\":\"b\"")
        .doesNotContain("\"channel\":\"a\"");
    assertThat(
            server
                .request(
                    "POST",
                    "/once",
                    "{\"channels\":[\"b\"],\"last\":1,\"events\":[\"x\"],\"format\":\"envelope\"}",
                    json)
                .body())
        .doesNotContain("\"channel\":\"b\"");
    for (String bad :
        List.of(
            "{\"channels\":[]}",
            "{\"channels\":[\"a\"],\"last\":\"1\"}",
            "{\"channels\":[\"a\"],\"last\":1001}",
            "{\"channels\":[\"a\"],\"cursor\":1}",
            "{\"channels\":[\"a\"],\"client\":\"short\"}",
            "{\"channels\":[\"a\"],\"maxRate\":0}",
            "{\"channels\":[\"a\"],\"format\":\"plain\"}",
            "[{\"channels\":[\"a\"]},{}]")) {
      problem(server.request("POST", "/once", bad, json), 400, "bad-request");
    }
    problem(
        server.request("POST", "/once", "channels=a", "Content-Type: text/plain"),
        405,
        "method-not-allowed");
    problem(server.request("POST", "/negotiate", "{}", json), 405, "method-not-allowed");
    problem(
        server.request("POST", "/once", "{}", json, "Content-Encoding: gzip"),
        415,
        "unsupported-media-type");
    server.nothingRemains();
  }

  @Test
  void aBodyThatWasReadOverHttp2WaitsForAnAuthorizerToo() {
    Server server = asking();
    append(server, "a");
    HttpClient client = vertx.client(HttpVersion.HTTP_2);
    Future<Integer> status =
        client
            .request(HttpMethod.POST, server.port, "localhost", "/live/once")
            .compose(
                request ->
                    request
                        .putHeader("Content-Type", "application/json")
                        .send("{\"channels\":[\"a\"],\"last\":1}"))
            .map(HttpClientResponse::statusCode);
    eventually(() -> assertThat(decisions).hasSize(2));
    decisions.forEach(it -> it.complete(true));
    assertThat(Server.await(status)).isEqualTo(200);
    server.nothingRemains();
    Server.await(client.close());
  }

  @Test
  void aReadByABodyNeedsNoOriginUnlessItHasCredentials() {
    Server server = server();
    String body = "{\"channels\":[\"a\"]}";
    String[] foreign = {"Content-Type: application/json", "Origin: https://other.example"};

    assertThat(server.request("POST", "/once", body, foreign).status()).isEqualTo(200);
    problem(
        server.request("POST", "/once", body, foreign[0], foreign[1], "Cookie: a=b"),
        403,
        "forbidden");
    problem(server.request("POST", "/publish", body, foreign), 403, "forbidden");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/negotiate", "/once?channels=a", "/millrace.js"})
  void twoHostsAreRefused(String path) {
    problem(
        server().request("GET", path, "", "Host: a.example", "Host: b.example"),
        400,
        "bad-request");
  }

  /** RFC 9113, section 8.3.1. */
  @ParameterizedTest
  @CsvSource({
    "app.example, app.example, 200",
    "app.example:8080, app.example:8080, 200",
    "app.example, other.example, 0",
    "app.example, app.example:8080, 0",
    "app.example, a b, 0"
  })
  void overHttp2AHostIsTheAuthorityOrIsRefused(String authority, String host, int status) {
    HttpClient client = vertx.client(HttpVersion.HTTP_2);
    Future<Integer> answered =
        client
            .request(HttpMethod.GET, server().port, "localhost", "/live/negotiate")
            .compose(
                request ->
                    request
                        .authority(HostAndPort.parseAuthority(authority, 80))
                        .putHeader("Host", host)
                        .send())
            .map(HttpClientResponse::statusCode)
            .recover(
                reset ->
                    reset instanceof StreamResetException
                        ? Future.succeededFuture(0)
                        : Future.failedFuture(reset));
    assertThat(Server.await(answered)).isEqualTo(status);
    Server.await(client.close());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "a/b",
        "a\\b",
        "a?b",
        "a#b",
        "user@a",
        "a:b",
        "a:80:80",
        "http://a",
        "<a>",
        "a\"b",
        "[::1",
        "::1",
        "[]",
        "[::1]x",
        "[:/:]",
        "한국",
        "a^b",
        "{a}",
        "a|b"
      })
  void whatIsNoHostIsRefused(String host) {
    problem(server().request("GET", "/negotiate", "", "Host: " + host), 400, "bad-request");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "A.example:8080",
        "my_app",
        "192.0.2.1:80",
        "[::1]",
        "[2001:db8::1]:443",
        "a.",
        "a:",
        "xn--3e0b707e.kr",
        ""
      })
  void aHostIsTakenAsItsRfcAllows(String host) {
    assertThat(server().request("GET", "/negotiate", "", "Host: " + host).status()).isEqualTo(200);
  }

  @Test
  void onlyHttp11NeedsAHost() throws IOException {
    Server server = server();
    problem(
        server.raw("GET /live/negotiate HTTP/1.1\r\nConnection: close\r\n\r\n"),
        400,
        "bad-request");
    assertThat(server.raw("GET /live/negotiate HTTP/1.0\r\n\r\n").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Content-Encoding: identity|Content-Encoding: gzip|415",
        "Content-Encoding: identity, gzip|X: y|415",
        "Content-Encoding: gzip, identity|X: y|415",
        "Content-Encoding: |Content-Encoding: br|415",
        "Content-Encoding: Identity|Content-Encoding: identity|200",
        "Content-Encoding: identity , IDENTITY|X: y|200",
        "Content-Encoding: |X: y|200"
      })
  void allLinesOfContentEncodingCount(String one, String other, int status) {
    assertThat(
            server()
                .request(
                    "POST",
                    "/publish",
                    "{\"channel\":\"pub.a\",\"data\":1}",
                    "Content-Type: application/json",
                    one,
                    other)
                .status())
        .isEqualTo(status);
  }

  /** First Wi-Fi and then mobile, or one ingress and then another. */
  @Test
  void aRandomKeyIsTheSameFromWhereverItComes() throws IOException {
    Server server = server();
    String json = "Content-Type: application/json";
    String random = "3141592653-2718281828-1414213562";
    String message = "{\"channel\":\"pub.a\",\"data\":1,\"key\":\"%s\"}";
    for (String key : List.of(random, "x".repeat(22), "order-17")) {
      Server.Answer first =
          server.requestFrom("127.0.0.2", "/publish", message.formatted(key), json);
      Server.Answer again =
          server.requestFrom("127.0.0.3", "/publish", message.formatted(key), json);
      assertThat(first.status()).isEqualTo(200);
      // A short one may be that of anybody.
      assertThat(again.body().equals(first.body())).as(key).isEqualTo(!key.equals("order-17"));
    }
    problem(
        server.requestFrom(
            "127.0.0.4", "/publish", message.formatted(random).replace("1,", "2,"), json),
        409,
        "conflict");
  }

  @Test
  void aMessageIsPublished() {
    Server server = server();
    Server.Answer answer =
        server.request(
            "POST",
            "/publish",
            "{\"channel\":\"pub.a\",\"event\":\"x\",\"data\":{\"b\":1.50,\"a\":\"한\"}}",
            "Content-Type: Application/JSON; charset=utf-8");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("content-type")).isEqualTo("application/json");
    assertThat(answer.json().getString("published")).endsWith("-1");
    assertThat(server.get("/once?channels=pub.a&last=1").body())
        .contains("\"event\":\"x\"")
        .contains("\"data\":{\"b\":1.50,\"a\":\"한\"}}");
    assertThat(server.publish("{\"channel\":\"pub.a\",\"base64\":\"AAH/\"}").status())
        .isEqualTo(200);
    assertThat(server.publish("{\"channel\":\"pub.a\",\"data\":null}").status()).isEqualTo(200);
    assertThat(server.publish("{\"channel\":\"pub.a\",\"data\":1,\"priority\":\"low\"}").status())
        .isEqualTo(200);
  }

  @Test
  void aPublishIsAnsweredWithTheNameOfTheMessageOrNull() {
    Server server = server();
    server.broker.publishing = message -> Future.succeededFuture(Publication.named("n"));
    assertThat(server.publish("{\"channel\":\"pub.a\",\"data\":1}").body())
        .isEqualTo("{\"published\":\"n\"}");
    server.broker.named = false;
    assertThat(server.publish("{\"channel\":\"pub.a\",\"data\":1}").body())
        .isEqualTo("{\"published\":null}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "1",
        "{}",
        "[{\"channel\":\"pub.a\",\"data\":1},{}]",
        "{\"channel\":\"pub.a\"}",
        "{\"data\":1}",
        "{\"channel\":1,\"data\":1}",
        "{\"channel\":\"pub.*\",\"data\":1}",
        "{\"channel\":\"\",\"data\":1}",
        "{\"channel\":\"pub.a\",\"data\":1,\"base64\":\"\"}",
        "{\"channel\":\"pub.a\",\"base64\":\"?\"}",
        "{\"channel\":\"pub.a\",\"base64\":1}",
        "{\"channel\":\"pub.a\",\"data\":NaN}",
        "{\"channel\":\"pub.a\",\"data\":1,\"event\":\"open\"}",
        "{\"channel\":\"pub.a\",\"data\":1,\"event\":\"\"}",
        "{\"channel\":\"pub.a\",\"data\":1,\"event\":\"a\\nb\"}",
        "{\"channel\":\"pub.a\",\"data\":1,\"key\":\"\"}",
        "{\"channel\":\"pub.a\",\"data\":1,\"key\":\"a b\"}",
        "{\"channel\":\"pub.a\",\"data\":1,\"priority\":\"LOW\"}"
      })
  void whatIsNoMessageIsRefused(String body) {
    Server server = server();
    problem(server.publish(body), 400, "bad-request");
    assertThat(server.log().head()).isZero();
  }

  @Test
  void publishingIsRefusedWhereItIsNotSwitchedOn() {
    Server server = server();
    problem(server.publish("{\"channel\":\"other\",\"data\":1}"), 403, "forbidden");
    problem(server.publish("{\"channel\":\"pub\",\"data\":1}"), 403, "forbidden");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Type: text/plain",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Type: application/jsonp",
        "X-No: type",
        "Content-Type: "
      })
  void onlyJsonIsPublished(String type) {
    problem(
        server().request("POST", "/publish", "{\"channel\":\"pub.a\",\"data\":1}", type),
        415,
        "unsupported-media-type");
  }

  @Test
  void aBodyThatIsTooLargeIsRefused() {
    options.setMaxClientMessageBytes(100).setMaxMessageBytes(50);
    Server server = server();
    String payload = "x".repeat(60);
    problem(
        server.publish("{\"channel\":\"pub.a\",\"data\":\"" + payload + "\"}"), 413, "too-large");
    problem(
        server.publish("{\"channel\":\"pub.a\",\"data\":\"" + payload.repeat(2) + "\"}"),
        413,
        "too-large");
    assertThat(server.log().head()).isZero();
  }

  @Test
  void aKeyIsPublishedOnceAndAConflictIsOne() {
    Server server = server();
    String message = "{\"channel\":\"pub.a\",\"data\":%d,\"key\":\"k\"}";
    JsonObject first = server.publish(String.format(message, 1)).json();
    assertThat(server.publish(String.format(message, 1)).json()).isEqualTo(first);
    problem(server.publish(String.format(message, 2)), 409, "conflict");
    assertThat(server.log().head()).isEqualTo(1);
  }

  @Test
  void whatTheBrokerFailsWithIsToldWithoutDetails() {
    Server server = server();
    String message = "{\"channel\":\"pub.a\",\"data\":1}";
    server.broker.publishing = it -> Future.failedFuture(new IllegalStateException("secret"));
    Server.Answer answer = server.publish(message);
    problem(answer, 500, "internal");
    assertThat(answer.body()).doesNotContain("secret");
    server.broker.publishing =
        it ->
            Future.failedFuture(
                new MillraceException(MillraceException.Code.UNAVAILABLE, "No link."));
    answer = server.publish(message);
    problem(answer, 503, "unavailable");
    assertThat(answer.header("retry-after")).isEqualTo("5");
    server.broker.publishing =
        it -> {
          throw new IllegalStateException("secret");
        };
    problem(server.publish(message), 500, "internal");
  }

  @Test
  void aKeyedPublishThatTheBrokerConfirmsLateIsPublishedOnceHoweverOftenItIsRepeated() {
    options.setPublishTimeout(Duration.ofMillis(50));
    Server server = server();
    List<Promise<Publication>> given = new CopyOnWriteArrayList<>();
    server.broker.publishing =
        it -> {
          Promise<Publication> promise = Promise.promise();
          given.add(promise);
          return promise.future();
        };
    String message = "{\"channel\":\"pub.a\",\"data\":1,\"key\":\"k\"}";
    for (int i = 0; i < 3; i++) {
      problem(server.publish(message), 504, "timeout");
    }
    assertThat(given).hasSize(1);
    given.get(0).complete(Publication.named("n"));
    assertThat(server.publish(message).json().getString("published")).isEqualTo("n");
    assertThat(given).hasSize(1);
  }

  @Test
  void aBrokerThatDoesNotConfirmInTimeIsATimeout() {
    options.setPublishTimeout(Duration.ofMillis(50));
    Server server = server();
    server.broker.publishing = it -> Promise.<Publication>promise().future();
    Server.Answer answer = server.publish("{\"channel\":\"pub.a\",\"data\":1}");
    problem(answer, 504, "timeout");
    assertThat(answer.header("retry-after")).isEqualTo("5");
  }

  @ParameterizedTest
  @CsvSource({"/live*, ''", "/*, ''", "/live*, /api", "/*, /api"})
  void itMayBeMountedAnywhere(String route, String outer) {
    Server server = server(Optional.empty());
    Router router = Router.router(vertx.get());
    router.route(route).subRouter(server.node.router());
    Router root = router;
    if (!outer.isEmpty()) {
      root = Router.router(vertx.get());
      root.route(outer + "*").subRouter(router);
    }
    server.mount = outer + (route.equals("/*") ? "" : "/live");
    server.listen(root);
    append(server, "a");
    if (!server.mount.isEmpty()) {
      assertThat(server.get("?channels=a&last=1").body()).contains("\"data\":1");
    }
    assertThat(server.get("/?channels=a&last=1").body()).contains("\"data\":1");
    assertThat(server.get("/once?channels=a&last=1").body()).contains("\"data\":1");
    assertThat(server.get("/for-tests.js").status()).isEqualTo(200);
    problem(server.get("/nothing?channels=a"), 404, "not-found");
    problem(server.get("/publish"), 405, "method-not-allowed");
    assertThat(server.publish("{\"channel\":\"pub.a\",\"data\":1}").status()).isEqualTo(200);
    assertThat(
            server
                .get("/negotiate")
                .json()
                .getJsonArray("transports")
                .getJsonObject(0)
                .getString("url"))
        .isEqualTo(server.mount + "/duplex");
  }

  @Test
  void anAuthorizerThatAnswersLateFromAnotherThreadIsWaitedFor() throws IOException {
    Server server = asking();
    append(server, "a");
    append(server, "b");
    try (Socket socket = server.open("GET", "/once?channels=a,b&last=1", "")) {
      eventually(() -> assertThat(decisions).hasSize(4));
      assertThat(server.node.counts().subscriptions()).isZero();
      new Thread(() -> decisions.forEach(it -> it.complete(true))).start();
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 200").contains("\"cursor\"");
    }
    server.nothingRemains();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTransportGetsItsRequestUnreadHoweverLateItWasAuthorised(boolean late) throws IOException {
    Server server = late ? asking() : server();
    try (Socket socket = server.open("GET", "/upgrade?channels=a", "", UPGRADE)) {
      if (late) {
        eventually(() -> assertThat(decisions).hasSize(1));
        decisions.get(0).complete(true);
      }
      byte[] answer = socket.getInputStream().readNBytes(12);
      assertThat(answer).asString().isEqualTo("HTTP/1.1 101");
    }
    server.nothingRemains();
  }

  @Test
  void anAuthorizerThatRefusesOrFailsRefuses() {
    Server refusing =
        server(
                Optional.of(
                    (request, action, target) ->
                        switch (target.toString()) {
                          case "failing" -> Future.failedFuture("on purpose");
                          case "throwing" -> throw new IllegalStateException("on purpose");
                          default -> Future.succeededFuture(target.toString().startsWith("ok"));
                        }))
            .listen();
    for (String channel : List.of("failing", "throwing", "no", "ok,no", "**")) {
      problem(refusing.get("/once?channels=" + channel), 403, "forbidden");
    }
    assertThat(refusing.get("/once?channels=ok,ok.*").status()).isEqualTo(200);
    problem(refusing.publish("{\"channel\":\"pub.a\",\"data\":1}"), 403, "forbidden");
    refusing.nothingRemains();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/once", "/stay", "/duplex", "/later"})
  void aRequestThatDiesWhileItsAuthorisationIsPendingLeavesNothing(String path) throws IOException {
    options.setMaxReaders(1);
    Server server = asking();
    try (Socket socket = server.open("GET", path + "?channels=a", "", "X-Hold: 60000")) {
      eventually(() -> assertThat(decisions).hasSize(1));
      socket.setSoLinger(true, 0);
    }
    // Only after the connection is known to be gone.
    eventually(() -> assertThat(server.isConnected()).isFalse());
    decisions.get(0).complete(true);
    server.nothingRemains();
    eventually(
        () -> {
          try (Socket next = server.open("GET", "/once?channels=b", "")) {
            decisions.get(decisions.size() - 1).tryComplete(true);
            eventually(() -> assertThat(decisions.size()).isGreaterThan(1));
            decisions.get(decisions.size() - 1).tryComplete(true);
            assertThat(next.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 200");
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aConnectionThatDiesBeforeItsTransportHasAttachedLeavesNothing(boolean attach)
      throws IOException {
    Server server = server();
    try (Socket socket = server.open("GET", "/later?channels=a", "")) {
      eventually(() -> assertThat(server.waiting).hasSize(1));
      assertThat(server.node.counts().subscriptions()).isEqualTo(1);
      socket.setSoLinger(true, 0);
    }
    server.nothingRemains();
    if (attach) {
      TestOutlet outlet = new TestOutlet();
      server.waiting.get(0).attach(Server.TinyTransport.FRAMING, outlet);
      assertThat(outlet.endings).hasSize(1);
      assertThat(outlet.writes).isEmpty();
      server.nothingRemains();
    }
  }

  @Test
  void whoIsStillBeingAuthorisedWhenTheNodeClosesIsToldToComeBack() throws IOException {
    Server server = asking();
    try (Socket socket = server.open("GET", "/stay?channels=a", "")) {
      eventually(() -> assertThat(decisions).hasSize(1));
      Server.await(server.node.close());
      decisions.get(0).complete(true);
      assertThat(socket.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 503");
    }
    server.nothingRemains();
  }

  @Test
  void whoseTransportAttachesOnlyAfterTheNodeHasClosedIsEnded() throws IOException {
    Server server = server();
    try (Socket socket = server.open("GET", "/later?channels=a", "")) {
      eventually(() -> assertThat(server.waiting).hasSize(1));
      Server.await(server.node.close());
      TestOutlet outlet = new TestOutlet();
      server.waiting.get(0).attach(Server.TinyTransport.FRAMING, outlet);
      assertThat(outlet.endings).hasSize(1);
      assertThat(outlet.endings.get(0).mayReconnect()).isTrue();
      server.nothingRemains();
      assertThat(socket.isConnected()).isTrue();
    }
  }
}
