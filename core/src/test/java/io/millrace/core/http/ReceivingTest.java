package io.millrace.core.http;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceOptions;
import io.millrace.core.Server;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Ending;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReceivingTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options =
      new MillraceOptions()
          .addPublishable("**")
          .setPublishesPerSecondPerAddress(0)
          .setMaxClientMessageBytes(10_000)
          .setBodyBytes(100_000)
          .setBodyTimeout(Duration.ofDays(1))
          .setCommandsPerSecond(1);
  private Server server;

  @BeforeEach
  void listen() {
    server = new Server(vertx, options).listen();
  }

  @AfterEach
  void nothingIsHeld() throws IOException {
    server.close();
    eventually(() -> assertThat(held()).isZero());
  }

  private long held() {
    return server.mount().bodies().room().held();
  }

  private void holds(int connection, int bytes, boolean begun) {
    Server.await(
        server.onLoop(
            connection,
            () -> {
              server.attachments.get(connection).holds(bytes, begun);
              return Future.succeededFuture();
            }));
  }

  private void ended(int connection, Ending... endings) {
    eventually(() -> assertThat(server.outlets.get(connection).endings).containsExactly(endings));
  }

  @Test
  void aMessageHasItsTimeAndOnlyWhileTheClientOwesItsRest() throws IOException {
    int connection = server.connect("?channels=a");
    int timers = server.node.counts().timers();
    holds(connection, 10, true);
    holds(connection, 5_000, true);
    assertThat(server.node.counts().timers()).isEqualTo(timers + 1);
    assertThat(held()).isGreaterThanOrEqualTo(5_000);
    holds(connection, 5_000, false);
    assertThat(server.node.counts().timers()).isEqualTo(timers);
    assertThat(held()).isGreaterThanOrEqualTo(5_000);
    holds(connection, 0, false);
    assertThat(held()).isZero();
  }

  @Test
  void whoStallsForLongestMakesRoomForOthersAndForBodies() throws IOException {
    for (int i = 0; i < 4; i++) {
      server.connect("?channels=a");
      holds(i, 40_000, true);
    }
    ended(0, Ending.UNFINISHED);
    ended(1, Ending.UNFINISHED);
    assertThat(held()).isBetween(80_000L, 100_000L);
    assertThat(server.publish("{\"channel\":\"a\",\"data\":1}").status()).isEqualTo(200);
    assertThat(
            server.publish("{\"channel\":\"a\",\"data\":\"" + "x".repeat(5_000) + "\"}").status())
        .isEqualTo(200);
    ended(2, Ending.UNFINISHED);
    ended(3);
  }

  @Test
  void aLongFrameCountsUntilItIsCarriedOut() throws IOException {
    int connection = server.connect("?channels=a");
    String ping = "{\"type\":\"ping\"}";
    var unused = server.send(connection, "[" + (ping + ",").repeat(500) + ping + "]");
    eventually(() -> assertThat(held()).isGreaterThan(5_000));
    for (int i = 1; i < 4; i++) {
      server.connect("?channels=a");
      holds(i, 40_000, true);
    }
    ended(connection, Ending.UNFINISHED);
    ended(3);
  }

  @Test
  void aConnectionThatIsGoneHoldsNothing() throws IOException {
    int connection = server.connect("?channels=a");
    holds(connection, 40_000, true);
    Server.await(
        server.onLoop(
            connection,
            () -> {
              server.outlets.get(connection).close();
              return Future.succeededFuture();
            }));
    assertThat(held()).isZero();
    holds(connection, 40_000, true);
    assertThat(held()).isZero();
  }
}
