package io.millrace.transport.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tck.TestKey;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.PfxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Both directions at once at full speed, against the WebSocket client of Vert.x. */
class FullDuplexTest {
  private static final int MESSAGES = 20_000; // every second one is binary

  private final Vertx vertx = Vertx.vertx();

  /** A client that nothing refers to closes its connections when it is collected. */
  private final List<WebSocketClient> clients = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(60, TimeUnit.SECONDS);
  }

  @Test
  void tenThousandTextsAndTenThousandBinariesArriveBothWaysAtOnce() throws Exception {
    arrive(new HttpServerOptions(), new WebSocketClientOptions());
  }

  @Test
  void soTheyDoOverTls() throws Exception {
    PfxOptions key = TestKey.forLocalhost();
    arrive(
        new HttpServerOptions().setSsl(true).setKeyCertOptions(key),
        new WebSocketClientOptions().setSsl(true).setTrustOptions(key));
  }

  private void arrive(HttpServerOptions serverOptions, WebSocketClientOptions clientOptions)
      throws Exception {
    WebSocketClient webSocketClient = vertx.createWebSocketClient(clientOptions);
    clients.add(webSocketClient);
    Tally atServer = new Tally();
    Tally atClient = new Tally();
    Promise<String> greeting = Promise.promise();
    Handler<WebSocketConnection> serve =
        connection -> {
          connection.write(FrameWriter.text(Buffer.buffer("greeting")));
          connection.onText(atServer::text).onBinary(atServer::binary);
          Source source = new Source(1);
          Runnable send =
              () -> {
                while (source.hasNext() && !connection.writeQueueFull()) {
                  Buffer payload = source.next();
                  connection.write(
                      source.isText() ? FrameWriter.text(payload) : FrameWriter.binary(payload));
                }
              };
          connection.onDrained(send);
          send.run();
        };
    HttpServer server =
        WebSocketServer.listen(vertx, serverOptions, 0, WebSocketConnection.Limits.DEFAULT, serve)
            .await(60, TimeUnit.SECONDS);
    webSocketClient
        .connect(server.actualPort(), "localhost", "/ws")
        .onSuccess(
            client -> {
              client.textMessageHandler(
                  text -> {
                    if (!greeting.tryComplete(text)) {
                      atClient.text(Buffer.buffer(text));
                    }
                  });
              client.binaryMessageHandler(atClient::binary);
              // nothing is sent before the greeting has arrived
              greeting.future().onSuccess(ignored -> sendAll(client, new Source(2)));
            });

    assertThat(greeting.future().await(60, TimeUnit.SECONDS)).isEqualTo("greeting");
    assertThat(atServer.result.future().await(60, TimeUnit.SECONDS)).isEqualTo(checksum(2));
    assertThat(atClient.result.future().await(60, TimeUnit.SECONDS)).isEqualTo(checksum(1));
  }

  private static void sendAll(WebSocket client, Source source) {
    while (source.hasNext() && !client.writeQueueFull()) {
      Buffer payload = source.next();
      if (source.isText()) {
        client.writeTextMessage(payload.toString());
      } else {
        client.writeBinaryMessage(payload);
      }
    }
    client.drainHandler(ignored -> sendAll(client, source));
  }

  private static long checksum(long seed) {
    Tally tally = new Tally();
    for (Source source = new Source(seed); source.hasNext(); ) {
      Buffer payload = source.next();
      if (source.isText()) {
        tally.text(payload);
      } else {
        tally.binary(payload);
      }
    }
    return tally.result.future().result();
  }

  /** Payloads that depend only on the seed: text, binary, text, … */
  private static final class Source {
    private final Random random;
    private int made;

    Source(long seed) {
      random = new Random(seed);
    }

    boolean hasNext() {
      return made < MESSAGES;
    }

    boolean isText() {
      return made % 2 == 1;
    }

    Buffer next() {
      made++;
      if (isText()) {
        return Buffer.buffer(made + " 안녕 " + "x".repeat(random.nextInt(300)));
      }
      byte[] bytes = new byte[random.nextInt(600)];
      random.nextBytes(bytes);
      return Buffer.buffer(bytes);
    }
  }

  /** A checksum over all messages with their kinds and lengths, in their order. */
  private static final class Tally {
    final Promise<Long> result = Promise.promise();
    private final CRC32 crc = new CRC32();
    private int count;

    void text(Buffer utf8) {
      add('t', utf8);
    }

    void binary(Buffer payload) {
      add('b', payload);
    }

    private void add(char kind, Buffer payload) {
      crc.update((kind + ":" + payload.length() + ":").getBytes(UTF_8));
      crc.update(payload.getBytes());
      if (++count == MESSAGES) {
        result.complete(crc.getValue());
      }
    }
  }
}
