package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.spi.Transport;
import io.millrace.tck.TestClient.Ability;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** T33 to T42, T57 to T59: how requests are answered. */
abstract class HttpRules extends BatchRules {

  /** A client that reads nothing but bytes. */
  private static final TestClient BYTES =
      new TestClient() {
        @Override
        public Map<String, String> headers() {
          return Map.of();
        }

        @Override
        public Codec codec() {
          return bytes -> List.of();
        }
      };

  private String forced() {
    return TestNode.MOUNT + "/" + newTransport().name();
  }

  private Connection get(TestNode node, String path, String query, Map<String, String> headers) {
    return request(node, "GET", path, query, headers);
  }

  /** Asserts that a request is refused (RFC 9457), and that nothing remains of it. */
  private void refused(TestNode node, Connection connection, int... statuses) {
    assertThat(connection.awaitEnd(patience())).as("an answer").isTrue();
    assertThat(connection.status()).as("%s", connection.body()).isIn(boxed(statuses));
    assertThat(connection.header("content-type")).contains("application/problem+json");
    JsonObject problem = new JsonObject(connection.body());
    assertThat(problem.getInteger("status")).isEqualTo(connection.status());
    assertThat(problem.getString("detail", problem.getString("title"))).isNotBlank();
    assertThat(node.millrace().counts().readers()).isZero();
    connection.close();
  }

  private static List<Integer> boxed(int... statuses) {
    return IntStream.of(statuses).boxed().toList();
  }

  /** Asserts that a request is served, and closes it. */
  private void served(TestNode node, Connection connection) {
    if (stays()) {
      patiently().until(() -> node.millrace().counts().readers() > 0);
      node.publish("a", Message.json("served"));
    }
    assertThat(connection.awaitHead(patience())).isTrue();
    assertThat(connection.status()).isIn(101, 200);
    connection.reset();
    patiently().until(() -> node.millrace().counts().readers() == 0);
  }

  @Test
  void required_T33_aTransportIsChosenByItsHeadersAndByItsPathAndIsListed() {
    TestNode node = node();
    for (String path : List.of(TestNode.MOUNT, forced())) {
      served(node, get(node, path, "channels=a", Map.of()));
    }
    Connection negotiate =
        closing(
            Connection.open(
                node.port(), BYTES, "GET", TestNode.MOUNT + "/negotiate", "", Map.of()));
    assertThat(negotiate.awaitEnd(patience())).isTrue();
    JsonArray listed = new JsonObject(negotiate.body()).getJsonArray("transports");
    JsonObject entry =
        listed.stream()
            .map(JsonObject.class::cast)
            .filter(transport -> transport.getString("name").equals(newTransport().name()))
            .findFirst()
            .orElseThrow(() -> new AssertionError("Not listed: " + listed));
    assertThat(entry.getString("url")).isEqualTo(forced());
    assertThat(entry.getBoolean("duplex")).isEqualTo(has(Transport.Trait.DUPLEX));
    assertThat(entry.getBoolean("streaming")).isEqualTo(has(Transport.Trait.STREAMING));
  }

  @Test
  void required_T34_aStreamBeginsAtOnceAlsoWhenNothingIsPublished() {
    needs(Transport.Trait.STREAMING);
    TestNode node = node();
    Connection connection = open(node, "channels=a");
    assertThat(connection.awaitHead(patience())).isTrue();
    assertThat(connection.status()).isIn(101, 200);
    if (can(Ability.CURSOR)) {
      assertThat(connection.next(patience()).flatMap(Frame::cursor)).as("a cursor").isPresent();
    }
  }

  @Test
  void required_T35_noCacheKeepsAnAnswer() {
    TestNode node = node();
    publish(node, "a", 0, 1);
    Connection connection = open(node, "channels=a&last=1");
    assertThat(connection.awaitHead(patience())).isTrue();
    if (connection.status() == 101) {
      return; // RFC 9111 caches final responses only.
    }
    assertThat(connection.header("cache-control").orElse("")).contains("no-store");
  }

  @Test
  void required_T36_aBadQueryIsRefused() {
    TestNode node = node();
    String many =
        IntStream.rangeClosed(0, 100).mapToObj(i -> "c" + i).collect(Collectors.joining(","));
    List<String> queries =
        List.of(
            "channels=a%20b",
            "channels=a/b",
            "channels=a..b",
            "channels=.a",
            "channels=%ED%95%9C",
            "channels=a%0D%0Ab",
            "channels=a%00",
            "channels=**.a",
            "channels=a*",
            "channels=" + "x".repeat(201),
            "channels=" + many,
            "channels=a&last=-1",
            "channels=a&last=x",
            "channels=a&last=1001",
            "channels=a&last=1.5",
            "channels=a&format=xml");
    for (String query : queries) {
      refused(node, get(node, TestNode.MOUNT, query, Map.of()), 400);
    }
    if (!has(Transport.Trait.DUPLEX)) {
      refused(node, get(node, TestNode.MOUNT, "", Map.of()), 400);
      refused(node, get(node, forced(), "channels=", Map.of()), 400);
    }
    served(node, get(node, TestNode.MOUNT, "channels=a&unknown=%00", Map.of()));
  }

  @Test
  void required_T37_aPatternThatIsNotAllowedIsRefused() {
    TestNode node = node(new MillraceOptions().addSubscribable("a.*"));
    for (String pattern : List.of("*", "**", "a.**", "a.*.b", "b.*")) {
      refused(node, get(node, TestNode.MOUNT, "channels=a," + pattern, Map.of()), 403);
    }
    served(node, get(node, TestNode.MOUNT, "channels=a,a.*", Map.of()));
  }

  @Test
  void required_T38_anotherMethodThanGetIsRefused() {
    TestNode node = node();
    for (String method : List.of("POST", "PUT", "DELETE")) {
      for (String path : List.of(TestNode.MOUNT, forced())) {
        Connection connection =
            request(node, method, path, "channels=a", Map.of("Content-Length", "0"));
        // An opening handshake must be a GET (RFC 6455, section 4.2.1).
        refused(
            node, connection, has(Transport.Trait.DUPLEX) ? new int[] {400, 405} : new int[] {405});
        if (connection.status() == 405) {
          assertThat(connection.header("allow").orElse("")).contains("GET");
        }
      }
    }
  }

  @Test
  void required_T39_whatIsNotThereIsNotFound() {
    TestNode node = node();
    refused(node, get(node, forced() + "x", "channels=a", Map.of()), 404);
    refused(node, get(node, TestNode.MOUNT + "/nothing", "channels=a", Map.of()), 404);
    refused(node, get(node, forced() + "/x", "channels=a", Map.of()), 404);
  }

  @Test
  void required_T40_headIsAnsweredWithHeadersAndNeverHeld() {
    TestNode node = node();
    for (String path : List.of(TestNode.MOUNT, forced())) {
      Connection connection = request(node, "HEAD", path, "channels=a", Map.of());
      assertThat(connection.awaitEnd(patience())).isTrue();
      assertThat(connection.status())
          .isIn(has(Transport.Trait.DUPLEX) ? boxed(200, 400, 405, 426) : boxed(200));
      assertThat(connection.body().length()).isZero();
      assertThat(node.millrace().counts().readers()).isZero();
    }
  }

  @Test
  void required_T41_aPageOfAForeignOriginIsRefusedWhatItSendsWithCredentials() {
    TestNode node = node(options().addAllowedOrigin("https://app.example"));
    String own = "localhost:" + node.port();
    for (String origin :
        List.of(
            "null",
            "http://evil.example",
            "https://" + own,
            "http://localhost",
            "http://" + own + ".evil.example",
            "http://localhost.evil.example:" + node.port(),
            "http://app.example",
            "https://app.example:8443",
            "https://app.example.evil.example",
            "https://evil-app.example")) {
      Map<String, String> headers = Map.of("Origin", origin, "Cookie", "session=1");
      refused(node, get(node, TestNode.MOUNT, "channels=a", headers), 403);
    }
  }

  @Test
  void required_T42_aPageOfTheOwnOrAnAllowedOriginIsServed() {
    TestNode node = node(options().addAllowedOrigin("https://app.example"));
    served(node, get(node, TestNode.MOUNT, "channels=a", Map.of()));
    for (String origin : List.of("http://localhost:" + node.port(), "https://app.example")) {
      served(node, get(node, TestNode.MOUNT, "channels=a", Map.of("Origin", origin)));
    }
  }

  @Test
  void required_T57_ofTheCursorsInTheUrlTheNewestCounts() {
    TestNode node = node();
    publish(node, "a", 0, 6);
    String older = node.broker().appended().get(1).cursor();
    String newer = node.broker().appended().get(3).cursor();
    for (String both :
        List.of(
            "&cursor=" + older + "&lastEventId=" + newer,
            "&cursor=" + newer + "&lastEventId=" + older)) {
      Follower reader = follow(node, "channels=a" + both);
      assertThat(reader.untilDelivered(2).texts()).as(both).containsExactly("4", "5");
      reader.close();
    }
  }

  @Test
  void required_T58_whatCanBePublishedArrivesAndWhatCannotIsRefused() {
    TestNode node = node();
    Follower reader = attached(node, follow(node, "channels=a"));
    for (String text :
        List.of(nested(900), "1".repeat(1000), "{\"" + "n".repeat(50_000) + "\":1}")) {
      node.publish("a", Message.jsonText(Buffer.buffer(text)));
    }
    reader.untilDelivered(3);
    verifyAll(node, reader, on("a"));
    for (String text :
        List.of(nested(1001), "1".repeat(1001), "{\"" + "n".repeat(50_001) + "\":1}")) {
      assertThatThrownBy(() -> Message.jsonText(Buffer.buffer(text)))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(MillraceException.Code.BAD_REQUEST));
    }
  }

  @Test
  void required_T59_aPostAsksForWhatNoUrlHolds() {
    Assumptions.assumeFalse(has(Transport.Trait.DUPLEX), "Its clients subscribe by frames.");
    TestNode node = node();
    JsonArray channels = new JsonArray().add("a");
    IntStream.range(1, 100).forEach(i -> channels.add("x".repeat(190) + i));
    JsonObject asked = new JsonObject().put("channels", channels);
    if (client().query().contains("format=envelope")) {
      asked.put("format", "envelope");
    }
    for (String path : List.of(TestNode.MOUNT, forced())) {
      served(node, Connection.post(node.port(), client(), path, asked.encode()));
    }
    for (String json :
        List.of("{}", "[]", "{\"channels\":\"a\"}", "{\"channels\":[\"a b\"]}", "{", "1")) {
      refused(node, Connection.post(node.port(), client(), forced(), json), 400);
    }
  }

  private static String nested(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }
}
