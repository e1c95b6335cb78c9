package io.millrace.transport.websocket;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The closing handshake, and the other ways in which a connection can end. */
class ClosingTest extends ConnectionTest {
  @Test
  void aCloseOfTheClientsIsEchoedAndTheServerEndsTcpFirst() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      client.send(
          ClientFrame.text("last"), ClientFrame.close(4001, "bye"), ClientFrame.text("too late"));
      RawClient.Frame close = client.readFrame();
      assertThat(close.opcode()).isEqualTo(Opcode.CLOSE);
      assertThat(close.code()).isEqualTo(4001);
      client.expectEnd();
      assertThat(seen).containsExactly("last");
      assertThat(ends).containsExactly(4001);
    }
  }

  @Test
  void aCloseWithoutACodeIsAnsweredWithoutOne() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      client.send(ClientFrame.frame(Opcode.CLOSE, Buffer.buffer()));
      assertThat(client.readFrame()).isEqualTo(new RawClient.Frame(Opcode.CLOSE, Buffer.buffer()));
      client.expectEnd();
      assertThat(ends).containsExactly(1005);
    }
  }

  @Test
  void aCloseOfTheServersWaitsForTheAnswerAndThenTheServerEndsTcp() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      onLoop(c -> c.close(4200, "come back"));
      RawClient.Frame close = client.readFrame();
      assertThat(close.opcode()).isEqualTo(Opcode.CLOSE);
      assertThat(close.code()).isEqualTo(4200);
      assertThat(close.text()).isEqualTo("come back");
      client.send(ClientFrame.text("on its way"), ClientFrame.ping(""));
      client.send(ClientFrame.close(4200, ""));
      client.expectEnd();
      assertThat(seen).isEmpty();
      assertThat(ends).containsExactly(4200);
    }
  }

  @Test
  void nothingIsWrittenAfterAClose() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      onLoop(
          c -> {
            c.close(1000, "");
            c.close(1001, "");
            c.write(STUFF);
          });
      assertThat(client.readFrame().code()).isEqualTo(1000);
      client.send(ClientFrame.close(1000, ""));
      client.expectEnd();
      assertThat(ends).containsExactly(1000);
    }
  }

  @Test
  void aClientThatDoesNotAnswerACloseIsCutOffWhenTheTimeIsOver() throws Exception {
    try (RawClient client = RawClient.open(listen(SHORT, this::record))) {
      long start = System.nanoTime();
      onLoop(c -> c.close(1000, ""));
      assertThat(client.readFrame().code()).isEqualTo(1000);
      client.expectEnd();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SHORT);
      assertThat(ends).containsExactly(1000);
    }
  }

  @Test
  void aClientThatReadsNothingIsCutOffWhenTheTimeIsOver() throws Exception {
    try (RawClient client = RawClient.open(listen(SHORT, this::record))) {
      onLoop(
          c -> {
            fill(c);
            c.close(4100, "slow");
          });
      awaitCutOff(client);
      assertThat(ends).containsExactly(4100);
    }
  }

  @Test
  void aClientThatReadsNothingDoesNotStopItsOwnClose() throws Exception {
    try (RawClient client = RawClient.open(listen(SHORT, this::record))) {
      onLoop(ClosingTest::fill);
      client.send(ClientFrame.close(1000, ""));
      awaitCutOff(client);
      assertThat(ends).containsExactly(1000);
    }
  }

  @Test
  void aResetEndsTheConnectionOnceWith1006() throws Exception {
    RawClient client = RawClient.open(listen(LONG, this::record));
    client.reset();
    await().untilAsserted(() -> assertThat(ends).containsExactly(1006));
    onLoop(c -> c.close(1000, ""));
    assertThat(ends).containsExactly(1006);
  }

  @Test
  void anEndOfTcpWithoutACloseIs1006() throws Exception {
    RawClient client = RawClient.open(listen(LONG, this::record));
    client.send(ClientFrame.text("unfinished").more());
    client.close();
    await().untilAsserted(() -> assertThat(ends).containsExactly(1006));
    assertThat(seen).isEmpty();
  }

  @Test
  void theEndOfAClientIsSeenAlthoughReadingIsPaused() throws Exception {
    RawClient client =
        RawClient.open(
            listen(
                LONG,
                c -> {
                  record(c);
                  c.pause();
                }));
    client.send(ClientFrame.text("not read"));
    client.close();
    await().untilAsserted(() -> assertThat(ends).containsExactly(1006));
    assertThat(seen).isEmpty();
  }

  @Test
  void anIdleConnectionIsEndedByTheIdleTimeoutOfTheHttpServer() throws Exception {
    serverOptions.setIdleTimeout(200).setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      client.expectEnd();
      await().untilAsserted(() -> assertThat(ends).containsExactly(1006));
    }
  }

  static List<List<Object>> violations() {
    byte[] bad = {(byte) 0xFF};
    return List.of(
        List.of(1002, ClientFrame.text("a").unmasked().bytes()),
        List.of(1002, ClientFrame.text("a").reserved(4).bytes()),
        List.of(1007, ClientFrame.frame(Opcode.TEXT, Buffer.buffer(bad)).bytes()),
        List.of(1009, ClientFrame.text("a".repeat(MAX_MESSAGE + 1)).bytes()));
  }

  @ParameterizedTest
  @MethodSource("violations")
  void aViolationIsAnsweredWithItsCodeAndEndsWhenTheClientHasAnswered(List<Object> violation)
      throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      client.send((Buffer) violation.get(1));
      client.send(ClientFrame.text("skipped"));
      assertThat(client.readFrame().code()).isEqualTo(violation.get(0));
      client.send(ClientFrame.close((int) violation.get(0), ""));
      client.expectEnd();
      assertThat(seen).isEmpty();
      assertThat(ends).containsExactly((int) violation.get(0));
    }
  }

  @Test
  void aBadCloseFrameIsAnsweredWith1002AndTheEndOfTcp() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      client.send(ClientFrame.close(1005, ""));
      assertThat(client.readFrame().code()).isEqualTo(1002);
      client.expectEnd();
      assertThat(ends).containsExactly(1002);
    }
  }

  @Test
  void aClientInTheMiddleOfTooBigAMessageLearnsWhy() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      ClientFrame huge = ClientFrame.binary(new byte[8 << 20]);
      client.send(huge.bytes()); // is sent, although the server has refused it already
      assertThat(client.readFrame().code()).isEqualTo(1009);
      client.send(ClientFrame.close(1009, ""));
      client.expectEnd();
    }
  }

  @Test
  void aPausedConnectionStillSeesTheAnswerToItsClose() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      onLoop(WebSocketConnection::pause);
      client.send(ClientFrame.text("unread"));
      onLoop(c -> c.close(1001, ""));
      assertThat(client.readFrame().code()).isEqualTo(1001);
      client.send(ClientFrame.close(1001, ""));
      client.expectEnd();
      assertThat(seen).isEmpty();
    }
  }

  @Test
  void aServerThatShutsDownSays1001() throws Exception {
    HttpServer server = start(LONG, this::record);
    try (RawClient client = RawClient.open(server.actualPort())) {
      var shutdown = server.shutdown(10, TimeUnit.SECONDS);
      assertThat(client.readFrame().code()).isEqualTo(1001);
      client.send(ClientFrame.close(1001, ""));
      client.expectEnd();
      shutdown.await(60, TimeUnit.SECONDS);
      assertThat(ends).containsExactly(1001);
    }
  }

  @Test
  void aServerThatClosesEndsAlsoAClientThatReadsNothing() throws Exception {
    HttpServer server = start(SHORT, this::record);
    try (RawClient client = RawClient.open(server.actualPort())) {
      onLoop(ClosingTest::fill);
      server.close().await(60, TimeUnit.SECONDS);
      awaitCutOff(client);
      assertThat(ends).hasSize(1);
    }
  }

  private static void fill(WebSocketConnection connection) {
    while (!connection.writeQueueFull()) {
      connection.write(STUFF);
    }
  }

  /** A closed connection answers with a reset; a stalled one takes a few more pings. */
  private static void awaitCutOff(RawClient client) {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> client.send(ClientFrame.ping("")))
                    .isInstanceOf(IOException.class));
  }
}
