package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebTest {

  private final HttpClient client = HttpClient.newHttpClient();
  private DemoServer server;

  @BeforeEach
  void start() {
    server = BrowserTest.start(0);
  }

  @AfterEach
  void stop() {
    server.close().await();
  }

  private HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> publish(String channel) throws IOException, InterruptedException {
    String body = "{\"channel\":\"" + channel + "\",\"data\":1}";
    return client.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + "/live/publish"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void everyFileIsServed() throws Exception {
    Path web = Path.of("src/main/resources/io/millrace/samples/demo/web");
    try (Stream<Path> files = Files.list(web)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(Pages.FILES);
    }
    for (String file : Pages.FILES) {
      assertThat(get("/" + file).body()).isEqualTo(Files.readString(web.resolve(file)));
    }
  }

  @Test
  void aPageIsAskedForEachTimeAndSentWhenItHasChanged() throws Exception {
    for (String path : List.of("/", "/chat", "/feed", "/transports", "/style.css")) {
      HttpResponse<String> page = get(path);
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-cache");
      assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
          .contains("script-src 'self';")
          .doesNotContain("unsafe");
      String etag = page.headers().firstValue("ETag").orElseThrow();

      HttpResponse<String> again = get(path, "If-None-Match", etag);
      assertThat(again.statusCode()).isEqualTo(304);
      assertThat(again.body()).isEmpty();
    }
  }

  @Test
  void nothingButTheFilesIsServed() throws Exception {
    for (String path :
        List.of(
            "/nothing", "/congress.json", "/web/index.html", "/../congress.json", "/%2e%2e/x")) {
      assertThat(get(path).statusCode()).as(path).isEqualTo(404);
    }
  }

  /** Written by hand, because {@code URI} would not accept them. */
  @Test
  void aUrlThatCannotBeReadIsABadRequestAndNoFailureOfTheServer() throws Exception {
    for (String target :
        List.of("/live?channels=%zz", "/live?channels=%", "/live/%zz", "/%", "/lab/%zz")) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        String request =
            "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answer)
            .as(target)
            .startsWith("HTTP/1.1 400 ")
            .containsIgnoringCase("content-type: application/problem+json");
      }
    }
  }

  @Test
  void pagesHoldNoScriptOrStyleOfTheirOwnAndNothingFromElsewhere() throws Exception {
    for (String path : List.of("/", "/chat", "/feed", "/transports")) {
      assertThat(get(path).body())
          .doesNotContain("<style", " style=", "onclick=", "://")
          .doesNotContainPattern("<script(?![^>]*src=\"/)");
    }
  }

  @Test
  void clientsPublishWhereTheyMay() throws Exception {
    assertThat(publish("chat.lobby").statusCode()).isEqualTo(200);
    assertThat(publish("chat.x.y").statusCode()).isEqualTo(200);
    assertThat(publish("lab.x").statusCode()).isEqualTo(403);
    assertThat(publish("feed.congress").statusCode()).isEqualTo(403);
    assertThat(publish("chat").statusCode()).isEqualTo(403);
  }

  @Test
  void clientsReadThePatternsTheyMay() throws Exception {
    for (String pattern : List.of("chat.**", "chat.*", "feed.*", "feed.congress")) {
      assertThat(get("/live/poll?channels=" + pattern).statusCode()).as(pattern).isEqualTo(200);
    }
    for (String pattern : List.of("**", "*", "other.*", "feed.**", "lab.*", "lab.**")) {
      assertThat(get("/live/poll?channels=" + pattern).statusCode()).as(pattern).isEqualTo(403);
    }
  }

  @Test
  void theBundledFeedIsAnAtomFeedThatAnswersConditions() throws Exception {
    HttpResponse<String> feed = get("/feed.xml");
    assertThat(feed.headers().firstValue("Content-Type")).hasValue("application/atom+xml");
    assertThat(FeedParser.parse(feed.body().getBytes(StandardCharsets.UTF_8), "", List.of()))
        .hasSize(20);
    assertThat(feed.headers().firstValue("ETag")).isPresent();
  }

  @Test
  void nothingIsCompressed() throws Exception {
    assertThat(
            get("/style.css", "Accept-Encoding", "gzip").headers().firstValue("Content-Encoding"))
        .isEmpty();
  }
}
