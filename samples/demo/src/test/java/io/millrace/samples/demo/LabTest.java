package io.millrace.samples.demo;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LabTest {

  private static final String JSON = "application/json";

  private final HttpClient client = HttpClient.newHttpClient();
  private DemoServer server;

  @BeforeEach
  void start() {
    server =
        BrowserTest.await(DemoServer.start(new DemoOptions(0, 2, List.of(), BrokerChoice.MEMORY)));
  }

  @AfterEach
  void stop() {
    BrowserTest.await(server.close());
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    String[] given = headers.length == 0 ? new String[] {"Content-Type", JSON} : headers;
    return client.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path))
            .headers(given)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonObject json(String method, String path, String body)
      throws IOException, InterruptedException {
    return new JsonObject(send(method, path, body).body());
  }

  private String visitor() throws IOException, InterruptedException {
    return json("POST", "/lab", "").getString("visitor");
  }

  private Socket request(String visitor, String path) throws IOException {
    return request(new Socket(), visitor, path);
  }

  private Socket request(Socket socket, String visitor, String path) throws IOException {
    socket.connect(new InetSocketAddress("localhost", server.port()));
    String head =
        "GET /live/%s&visitor=%s&lane=sse HTTP/1.1\r\nHost: localhost\r\n\r\n"
            .formatted(path, visitor);
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void every_byte_of_a_lane_is_counted() throws Exception {
    String visitor = visitor();
    try (Socket socket = request(visitor, "poll?channels=a.b")) {
      InputStream in = socket.getInputStream();
      StringBuilder answer = new StringBuilder();
      while (answer.indexOf("}") < 0) {
        answer.append((char) in.read());
      }

      JsonObject lane =
          json("GET", "/lab/" + visitor, "").getJsonObject("lanes").getJsonObject("sse");
      int asked = "GET /live/poll?channels=a.b&visitor=&lane=sse HTTP/1.1".length();
      assertThat(lane.getInteger("received"))
          .isEqualTo(asked + visitor.length() + "\r\nHost: localhost\r\n\r\n".length());
      assertThat(lane.getInteger("sent")).isEqualTo(answer.length());
      assertThat(lane.getInteger("requests")).isEqualTo(1);
    }
  }

  @Test
  void a_cut_resets_the_connection_that_is_being_answered() throws Exception {
    String visitor = visitor();
    try (Socket socket = request(visitor, "sse?channels=a.b")) {
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      assertThat(json("POST", "/lab/" + visitor + "/lanes/sse/cut", "").getInteger("cut"))
          .isEqualTo(1);

      assertThat(endsByReset(socket)).isTrue();
    }
  }

  /** Otherwise what was published after a cut could still arrive before it. */
  @Test
  void a_cut_does_not_wait_until_everything_is_sent() throws Exception {
    String visitor = visitor();
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(4096);
      request(socket, visitor, "sse?channels=a.b");
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      fill(visitor, "a.b");
      assertThat(count(visitor, "connections")).isEqualTo(1);

      json("POST", "/lab/" + visitor + "/lanes/sse/cut", "");

      await("the connection, from which nothing more is read")
          .untilAsserted(() -> assertThat(count(visitor, "connections")).isZero());
    }
  }

  /** Publishes until no more is sent to the client, because the socket takes no more. */
  private void fill(String visitor, String channel) throws Exception {
    Message large = Message.json("x".repeat(50_000));
    boolean grew = true;
    while (grew) {
      int sent = count(visitor, "sent");
      BrowserTest.await(server.millrace().channel(channel).publish(large));
      grew = becomes(() -> count(visitor, "sent") > sent);
    }
  }

  private static boolean becomes(Callable<Boolean> condition) {
    try {
      await().atMost(Duration.ofSeconds(2)).until(condition);
      return true;
    } catch (ConditionTimeoutException no) {
      return false;
    }
  }

  private int count(String visitor, String name) throws Exception {
    return json("GET", "/lab/" + visitor, "")
        .getJsonObject("lanes")
        .getJsonObject("sse")
        .getInteger(name);
  }

  @Test
  void between_two_requests_a_cut_hits_the_next_one() throws Exception {
    String visitor = visitor();
    json("POST", "/lab/" + visitor + "/lanes/sse/cut", "");

    try (Socket socket = request(visitor, "poll?channels=a.b")) {
      assertThat(endsByReset(socket)).isTrue();
    }
    try (Socket socket = request(visitor, "poll?channels=a.b")) {
      assertThat(socket.getInputStream().read()).isEqualTo('H');
    }
  }

  @Test
  void a_blocked_lane_is_reset_until_it_is_let_through() throws Exception {
    String visitor = visitor();
    String lane = "/lab/" + visitor + "/lanes/sse";
    assertThat(json("PUT", lane, "{\"blocked\":true}").getBoolean("blocked")).isTrue();
    for (int i = 0; i < 3; i++) {
      try (Socket socket = request(visitor, "sse?channels=a.b")) {
        assertThat(endsByReset(socket)).isTrue();
      }
    }
    json("PUT", lane, "{\"blocked\":false}");
    try (Socket socket = request(visitor, "sse?channels=a.b")) {
      assertThat(socket.getInputStream().read()).isEqualTo('H');
    }
  }

  private static boolean endsByReset(Socket socket) {
    try {
      return socket.getInputStream().readAllBytes().length < 0;
    } catch (IOException reset) {
      return true;
    }
  }

  @Test
  void the_ticker_keeps_to_the_rate_and_stops_when_the_visitor_leaves() throws Exception {
    String visitor = visitor();
    send("PUT", "/lab/" + visitor, "{\"rate\":100}");
    await().until(() -> json("GET", "/lab/" + visitor, "").getInteger("published") > 100);

    assertThat(send("DELETE", "/lab/" + visitor, "").statusCode()).isEqualTo(204);
    assertThat(send("GET", "/lab/" + visitor, "").statusCode()).isEqualTo(404);
    assertThat(server.millrace().counts().readers()).isZero();
  }

  @Test
  void what_makes_no_sense_is_refused() throws Exception {
    String visitor = visitor();
    for (String body :
        List.of("", "x", "[]", "{}", "{\"rate\":101}", "{\"rate\":-1}", "{\"rate\":\"5\"}")) {
      assertThat(send("PUT", "/lab/" + visitor, body).statusCode()).as(body).isEqualTo(400);
    }
    assertThat(send("PUT", "/lab/" + visitor, "x".repeat(2000)).statusCode()).isEqualTo(413);
    assertThat(send("PUT", "/lab/" + visitor + "/lanes/sse", "{}").statusCode()).isEqualTo(400);
    assertThat(send("POST", "/lab/" + visitor + "/lanes/pigeon/cut", "").statusCode())
        .isEqualTo(404);
    assertThat(send("GET", "/lab/nobody", "").statusCode()).isEqualTo(404);
  }

  /** Each call that changes something: method, path below the visitor, body. */
  private static final List<List<String>> CHANGES =
      List.of(
          List.of("PUT", "", "{\"rate\":1}"),
          List.of("PUT", "/lanes/sse", "{\"blocked\":true}"),
          List.of("POST", "/lanes/sse/cut", "{}"),
          List.of("DELETE", "", ""));

  @Test
  void a_foreign_page_changes_nothing() throws Exception {
    String visitor = "/lab/" + visitor();
    String other = "http://localhost:" + (server.port() + 1);
    for (String origin : List.of("https://evil.example", other, "null", "", "http://localhost")) {
      assertThat(send("POST", "/lab", "{}", "Content-Type", JSON, "Origin", origin).statusCode())
          .as(origin)
          .isEqualTo(403);
      for (List<String> change : CHANGES) {
        HttpResponse<String> answer =
            send(
                change.get(0),
                visitor + change.get(1),
                change.get(2),
                "Content-Type",
                JSON,
                "Origin",
                origin);
        assertThat(answer.statusCode()).as(origin + " " + change).isEqualTo(403);
      }
    }
    JsonObject state = json("GET", visitor, "");
    assertThat(state.getInteger("rate")).isEqualTo(5);
    assertThat(state.getJsonObject("lanes").getJsonObject("sse").getBoolean("blocked")).isFalse();
  }

  @Test
  void a_page_of_this_server_may_change_what_is_its_own() throws Exception {
    String visitor = "/lab/" + visitor();
    String own = "http://localhost:" + server.port();
    for (List<String> change : CHANGES) {
      assertThat(
              send(
                      change.get(0),
                      visitor + change.get(1),
                      change.get(2),
                      "Content-Type",
                      "application/json; charset=utf-8",
                      "Origin",
                      own)
                  .statusCode())
          .as(change.toString())
          .isLessThan(300);
    }
  }

  @Test
  void what_a_form_can_send_is_refused() throws Exception {
    String visitor = "/lab/" + visitor();
    for (String type :
        List.of("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "")) {
      assertThat(send("POST", "/lab", "{}", "Content-Type", type).statusCode())
          .as(type)
          .isEqualTo(415);
      for (List<String> change : CHANGES.subList(0, 3)) {
        HttpResponse<String> answer =
            send(change.get(0), visitor + change.get(1), change.get(2), "Content-Type", type);
        assertThat(answer.statusCode()).as(type + " " + change).isEqualTo(415);
        assertThat(answer.body()).contains(JSON);
      }
    }
    assertThat(send("POST", "/lab", "", "X-None", "1").statusCode()).isEqualTo(415);
  }

  /** Anyone who could read an id from a channel could cut that visitor's lanes. */
  @Test
  void an_id_is_in_no_channel_and_the_channel_is_in_no_pattern() throws Exception {
    JsonObject visitor = json("POST", "/lab", "{}");
    String id = visitor.getString("visitor");
    String channel = visitor.getString("channel");
    await().until(() -> json("GET", "/lab/" + id, "").getInteger("published") > 0);

    assertThat(channel).doesNotContain(id);
    assertThat(send("GET", "/lab/" + channel.substring(4), "").statusCode()).isEqualTo(404);
    HttpResponse<String> ticks = send("GET", "/live/poll?channels=" + channel + "&last=5", "");
    assertThat(ticks.body()).contains("tick").doesNotContain(id);
    for (String pattern : List.of("lab.*", "lab.**", "**", "*.*", "demo.**", "demo.ticks.*")) {
      assertThat(send("GET", "/live/poll?channels=" + pattern + "&last=5", "").statusCode())
          .as(pattern)
          .isEqualTo(403);
    }
    String tick = "{\"channel\":\"" + channel + "\",\"event\":\"tick\",\"data\":{\"n\":9}}";
    assertThat(send("POST", "/live/publish", tick).statusCode()).isEqualTo(403);
  }

  @Test
  void there_is_room_for_so_many_visitors_and_no_more() throws Exception {
    for (int i = 0; i < Lab.MAX_VISITORS; i++) {
      assertThat(send("POST", "/lab", "").statusCode()).isEqualTo(201);
    }
    HttpResponse<String> refused = send("POST", "/lab", "");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("Retry-After")).isPresent();
  }
}
