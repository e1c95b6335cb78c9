package io.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceOptions;
import io.millrace.tck.Connection;
import io.millrace.tck.Follower;
import io.millrace.tck.Frame;
import io.millrace.tck.TestClient;
import io.millrace.tck.TestClients;
import io.millrace.tck.TestNode;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One URL, all techniques at the same time. */
class FiveTechniquesTest {

  private static final int MESSAGES = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Map<String, TestClient> TECHNIQUES = new LinkedHashMap<>();

  static {
    TECHNIQUES.put("sse plain", TestClients.ssePlain());
    TECHNIQUES.put("sse envelope", TestClients.sseEnvelope());
    TECHNIQUES.put("websocket plain", TestClients.webSocketPlain());
    TECHNIQUES.put("websocket millrace.v1", TestClients.webSocket());
    TECHNIQUES.put("stream", TestClients.stream());
    TECHNIQUES.put("longpoll", TestClients.longPoll());
    TECHNIQUES.put("poll", TestClients.poll());
  }

  @Test
  void whatIsPublishedOverHttpArrivesEqualAndInOrderOverEveryTechnique() throws Exception {
    try (TestNode node = TestNode.start(new MillraceOptions().addPublishable("chat.**"))) {
      Map<String, Follower> followers = new LinkedHashMap<>();
      TECHNIQUES.forEach((name, client) -> followers.put(name, attached(node, client)));
      List<Object> published = new ArrayList<>();
      for (int i = 0; i < MESSAGES; i++) {
        JsonObject data = new JsonObject().put("n", i).put("text", "의회 🏛 <b>" + i + "</b>");
        published.add(data);
        publish(node.port(), data);
      }
      followers.forEach(
          (name, follower) ->
              assertThat(
                      follower.untilDelivered(MESSAGES).texts().stream()
                          .map(Json::decodeValue)
                          .toList())
                  .as(name)
                  .isEqualTo(published));
      followers.values().forEach(Follower::close);
    }
  }

  /** Asks the node, because a plain WebSocket sends nothing when it is attached. */
  private static Follower attached(TestNode node, TestClient client) {
    Follower follower = new Follower(node.port(), client, "channels=chat.lobby", PATIENCE);
    if (client.abilities().contains(TestClient.Ability.CURSOR)
        && !client.abilities().contains(TestClient.Ability.HOLD)) {
      return follower.until(self -> self.cursor().isPresent(), "a cursor");
    }
    if (client.abilities().contains(TestClient.Ability.HOLD)) {
      return follower.from(beginning(node.port()));
    }
    int before = node.millrace().counts().readers();
    return follower.until(self -> node.millrace().counts().readers() > before, "to be attached");
  }

  private static String beginning(int port) {
    try (Connection poll = Connection.open(port, TestClients.poll(), "channels=chat.lobby")) {
      return poll.next(PATIENCE).flatMap(Frame::cursor).orElseThrow();
    }
  }

  private static void publish(int port, JsonObject data) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + TestNode.MOUNT + "/publish"))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    new JsonObject().put("channel", "chat.lobby").put("data", data).encode()))
            .build();
    HttpResponse<String> response =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .build()
            .send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }
}
