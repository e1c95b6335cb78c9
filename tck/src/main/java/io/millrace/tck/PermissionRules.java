package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.BearerToken;
import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.tck.TestClient.Ability;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** T60 to T63: nobody receives what they may not. Each user may read the channel of its name. */
abstract class PermissionRules extends LifecycleRules {

  private static final String SECRET = "for the eyes of ann";
  private static final int EXPIRED = 4103;
  private static final int REVOKED = 4105;
  private static final int DISCONNECTED = 4001;

  /** A token is a user's name, perhaps followed by what is special about it. */
  private static Client client(String token) {
    String[] words = token.split(" ", -1);
    Client client = Client.of(words[0]);
    return switch (words[words.length - 1]) {
      case "expired" -> client.withExpiry(Instant.EPOCH);
      case "expiring" -> client.withExpiry(Instant.now().plusSeconds(1));
      case "old" -> client.withIssued(Instant.EPOCH);
      default -> client;
    };
  }

  private static Millrace.Builder guarded(Millrace.Builder builder) {
    return builder
        .authenticator(
            request ->
                Future.succeededFuture(
                    BearerToken.of(request)
                        .map(PermissionRules::client)
                        .orElse(Client.anonymous())))
        .authorizer(
            (client, action, target) ->
                Future.succeededFuture(
                    client.user().filter(target.toString()::equals).isPresent()));
  }

  private TestNode guardedNode() {
    MillraceOptions options = options().setExpiryGrace(Duration.ZERO);
    return closing(
        TestNode.start(
            new TestBroker(), options, PermissionRules::guarded, List.of(newTransport())));
  }

  private Connection as(TestNode node, String token, String query) {
    Map<String, String> headers =
        token.isEmpty() ? Map.of() : Map.of("Authorization", "Bearer " + token);
    return request(node, "GET", TestNode.MOUNT, query, headers);
  }

  private void refused(Connection connection, int status, String what) {
    assertThat(connection.awaitEnd(patience())).as(what).isTrue();
    assertThat(connection.status()).as(what).isEqualTo(status);
    assertThat(connection.body().toString()).as(what).doesNotContain(SECRET);
  }

  @Test
  void required_T60_nobodyReceivesOrLearnsWhatTheyMayNot() {
    TestNode node = guardedNode();
    String begin =
        TestNode.await(node.millrace().channel("ann").publish(Message.json(0)))
            .name()
            .orElseThrow();
    TestNode.await(node.millrace().revoke("ann", ChannelPattern.of("ann")));
    node.publish("ann", Message.json(SECRET));
    Map<String, Integer> intruders =
        Map.of("", 403, "bob", 403, "ann expired", 401, "ann old", 403);
    for (String query :
        List.of("channels=ann", "channels=ann&last=10", "channels=ann&cursor=" + begin)) {
      intruders.forEach(
          (intruder, status) ->
              refused(as(node, intruder, query), status, "\"" + intruder + "\" " + query));
    }
    refused(as(node, "ann", "channels=ann,bob&last=10"), 403, "one channel of two");
    nothingRemains(node);
    Connection granted = as(node, "ann", "channels=ann&last=10");
    assertThat(granted.awaitHead(patience())).isTrue();
    assertThat(granted.status()).isIn(101, 200);
  }

  /** Returns the texts of the next messages, without quotes. */
  private List<String> deliveries(Connection connection, int count) {
    List<String> texts = new ArrayList<>();
    long deadline = System.nanoTime() + patience().toNanos();
    while (texts.size() < count && !connection.ended() && System.nanoTime() < deadline) {
      if (connection.next(patience()).orElse(null) instanceof Frame.Delivery delivery) {
        texts.add(delivery.text().replace("\"", ""));
      }
    }
    return texts;
  }

  /** Asserts that what is read ends, and why if that can be seen. */
  private void ends(Connection connection, int code, String reason) {
    List<Frame> frames = new ArrayList<>();
    Optional<Frame> next = connection.next(patience());
    while (next.isPresent()) {
      frames.add(next.get());
      if (next.get() instanceof Frame.Closed) {
        connection.close();
      }
      next = connection.next(patience());
    }
    assertThat(connection.ended()).as("ended").isTrue();
    if (connection.status() == 101) {
      assertThat(frames)
          .anyMatch(frame -> frame instanceof Frame.Closed closed && closed.code() == code);
    } else {
      assertThat(connection.status()).isEqualTo(200);
      assertThat(connection.complete()).as("the response's proper end").isTrue();
    }
    if (can(Ability.STATE)) {
      assertThat(
              frames.stream()
                  .filter(Frame.Note.class::isInstance)
                  .map(frame -> ((Frame.Note) frame).type())
                  .collect(Collectors.toSet()))
          .as(reason)
          .contains("goodbye");
    }
  }

  private Connection attached(TestNode node, String token) {
    int before = node.millrace().counts().readers();
    Connection connection = as(node, token, "channels=ann");
    if (stays()) {
      patiently().until(() -> node.millrace().counts().readers() > before);
    } else {
      assertThat(connection.awaitHead(patience())).isTrue();
    }
    return connection;
  }

  @Test
  void required_T61_whatIsReadEndsWhenCredentialsHaveExpired() {
    TestNode node = guardedNode();
    Connection reader = attached(node, "ann expiring");
    ends(reader, EXPIRED, "expired");
    nothingRemains(node);
  }

  @Test
  void required_T62_whatIsReadEndsWhenPermissionIsTakenAway() {
    TestNode node = guardedNode();
    Connection revoked = attached(node, "ann old");
    TestNode.await(node.millrace().revoke("ann", ChannelPattern.of("ann")));
    ends(revoked, REVOKED, "revoked");
    // What is taken away counts for all that was issued up to this millisecond.
    long then = System.currentTimeMillis();
    patiently().until(() -> System.currentTimeMillis() > then);
    Connection disconnected = attached(node, "ann");
    TestNode.await(node.millrace().disconnect("ann"));
    ends(disconnected, DISCONNECTED, "disconnected");
    refused(as(node, "ann old", "channels=ann"), 403, "after that");
    nothingRemains(node);
  }

  @Test
  void required_T63_aTicketOpensOneAttach() {
    TestNode node = guardedNode();
    String ticket =
        TestNode.await(
            node.vertx()
                .createHttpClient()
                .request(HttpMethod.POST, node.port(), "localhost", TestNode.MOUNT + "/ticket")
                .compose(
                    request ->
                        // Inside, so that the body cannot arrive before somebody waits for it.
                        request
                            .putHeader("Authorization", "Bearer ann")
                            .send()
                            .compose(HttpClientResponse::body))
                .map(body -> body.toJsonObject().getString("ticket")));
    String query = "channels=ann&last=1&ticket=" + ticket;
    node.publish("ann", Message.json(SECRET));
    assertThat(deliveries(as(node, "", query), 1)).containsExactly(SECRET);
    refused(as(node, "", query), 401, "again");
  }
}
