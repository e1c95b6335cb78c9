package io.millrace.transport.websocket;

import static io.millrace.transport.websocket.RawClient.HANDSHAKE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The opening handshake on the wire. */
class OpeningTest {
  private final Vertx vertx = Vertx.vertx();
  private int port;

  @BeforeEach
  void start() throws Exception {
    port = EchoServer.listen(vertx, 0).await(60, TimeUnit.SECONDS).actualPort();
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(60, TimeUnit.SECONDS);
  }

  @Test
  void answers101AndNoExtension() throws Exception {
    try (RawClient client = RawClient.connect(port)) {
      client.send(with("Sec-WebSocket-Extensions: permessage-deflate"));
      assertThat(client.readHead().toLowerCase(Locale.ROOT))
          .startsWith("http/1.1 101 ")
          .contains("\r\nupgrade: websocket\r\n")
          .contains("\r\nconnection: upgrade\r\n")
          .contains("\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n")
          .doesNotContain(
              "extensions", "sec-websocket-protocol", "content-length", "transfer-encoding");
    }
  }

  @Test
  void echoesTheChosenSubprotocolAlone() throws Exception {
    try (RawClient client = RawClient.connect(port)) {
      client.send(with("Sec-WebSocket-Protocol: superchat, chat"));
      assertThat(client.readHead())
          .startsWith("HTTP/1.1 101 ")
          .containsIgnoringCase("\r\nSec-WebSocket-Protocol: chat\r\n");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, POST, 400",
    "HTTP/1.1, HTTP/1.0, 400",
    "Host: localhost, X: x, 400",
    "Upgrade: websocket, X: x, 400",
    "Connection: Upgrade, X: x, 400",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==, X: x, 400",
    "Sec-WebSocket-Version: 13, X: x, 400",
    "Sec-WebSocket-Version: 13, Sec-WebSocket-Version: 8, 426",
    "Upgrade: websocket, Sec-WebSocket-Protocol: superchat, 400"
  })
  void answersABadRequestWithItsStatus(String right, String wrong, int status) throws Exception {
    try (RawClient client = RawClient.connect(port)) {
      assertThat(HANDSHAKE).contains(right);
      client.send(Buffer.buffer(HANDSHAKE.replace(right, wrong)));
      String head = client.readHead();
      assertThat(head).matches("(?s)HTTP/1.[01] " + status + " .*");
      if (status == 426) {
        assertThat(head).containsIgnoringCase("\r\nSec-WebSocket-Version: 13\r\n");
      }
    }
  }

  /** By RFC 6455 section 4.1, clients wait; Vert.x drops bytes that arrive with the request. */
  @Test
  void aClientThatDoesNotWaitForThe101LosesWhatItSentTooEarlyAndNoMore() throws Exception {
    try (RawClient client = RawClient.connect(port)) {
      Buffer early = ClientFrame.text("early").bytes();
      client.send(Buffer.buffer(HANDSHAKE).appendBuffer(early));
      client.expectOpened();
      client.send(ClientFrame.text("in time"));
      assertThat(client.readText()).isEqualTo("in time");
    }
  }

  @Test
  void losesNothingThatComesAtOnceAfterThe101() throws Exception {
    for (int i = 0; i < 200; i++) {
      try (RawClient client = RawClient.open(port)) {
        client.send(ClientFrame.text("n" + i));
        assertThat(client.readText()).isEqualTo("n" + i);
      }
    }
  }

  @Test
  void opensOnAConnectionThatServedRequestsBeforeAlsoPipelinedOnes() throws Exception {
    try (RawClient client = RawClient.connect(port)) {
      Buffer other = Buffer.buffer("GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n");
      client.send(other);
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
      assertThat(client.readBytes("other".length())).hasSize(5);
      client.send(other.copy().appendString(HANDSHAKE));
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
      assertThat(client.readBytes("other".length())).hasSize(5);
      client.expectOpened();
      client.send(ClientFrame.text("hello"));
      assertThat(client.readText()).isEqualTo("hello");
    }
  }

  @Test
  void readsARequestAndFramesThatComeByteByByte() throws Exception {
    try (RawClient client = RawClient.connect(port)) {
      sendByteByByte(client, Buffer.buffer(HANDSHAKE));
      client.expectOpened();
      sendByteByByte(client, ClientFrame.text("slow 안녕").bytes());
      assertThat(client.readText()).isEqualTo("slow 안녕");
    }
  }

  private static void sendByteByByte(RawClient client, Buffer all) throws Exception {
    for (int i = 0; i < all.length(); i++) {
      client.send(all.getBuffer(i, i + 1));
    }
  }

  private static Buffer with(String header) {
    return Buffer.buffer(HANDSHAKE.replace("\r\n\r\n", "\r\n" + header + "\r\n\r\n"));
  }
}
