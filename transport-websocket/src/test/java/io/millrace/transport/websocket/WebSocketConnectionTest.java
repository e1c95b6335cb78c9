package io.millrace.transport.websocket;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens on the wire while a WebSocket is open. */
class WebSocketConnectionTest extends ConnectionTest {
  @Test
  void theServerMaySpeakFirst() throws Exception {
    int port = listen(LONG, c -> c.write(FrameWriter.text(Buffer.buffer("welcome"))));
    try (RawClient client = RawClient.open(port)) {
      assertThat(client.readText()).isEqualTo("welcome");
    }
  }

  @Test
  void pingsAreAnsweredAtOnceAlsoBetweenFragments() throws Exception {
    try (RawClient client = RawClient.open(listen(LONG, EchoServer::echo))) {
      client.send(ClientFrame.text("Hel").more(), ClientFrame.ping("are you there"));
      assertThat(client.readFrame())
          .isEqualTo(new RawClient.Frame(Opcode.PONG, Buffer.buffer("are you there")));
      client.send(ClientFrame.continuation("lo"));
      assertThat(client.readText()).isEqualTo("Hello");
    }
  }

  @Test
  void oneFramedBufferCanBeWrittenToMany() throws Exception {
    Buffer shared = FrameWriter.text(Buffer.buffer("for all 모두"));
    byte[] before = shared.getBytes();
    int port =
        listen(
            LONG,
            c -> {
              c.write(shared);
              c.write(shared);
            });
    for (int i = 0; i < 3; i++) {
      try (RawClient client = RawClient.open(port)) {
        assertThat(client.readText()).isEqualTo("for all 모두");
        assertThat(client.readText()).isEqualTo("for all 모두");
      }
    }
    assertThat(shared.getBytes()).isEqualTo(before);
  }

  @Test
  void aHandlerThatThrowsEndsTheConnectionWith1011() throws Exception {
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    int port =
        listen(
            LONG,
            c -> {
              record(c);
              vertx.getOrCreateContext().exceptionHandler(thrown::add);
              c.onText(
                  utf8 -> {
                    throw new IllegalStateException("on purpose");
                  });
            });
    try (RawClient client = RawClient.open(port)) {
      client.send(ClientFrame.text("a"), ClientFrame.text("b"));
      assertThat(client.readFrame().code()).isEqualTo(1011);
      client.send(ClientFrame.close(1011, ""));
      client.expectEnd();
      assertThat(ends).containsExactly(1011);
      assertThat(thrown).hasSize(1).first().asString().contains("on purpose");
    }
  }

  @Test
  void pongsDoNotPileUpForAClientThatPingsAndDoesNotRead() throws Exception {
    int pings = 60_000; // 7.8 MB
    try (RawClient client = RawClient.open(listen(LONG, this::record))) {
      String padding = "p".repeat(110);
      for (int i = 0; i < pings; i++) {
        client.send(ClientFrame.ping(i + " " + padding));
      }
      client.send(ClientFrame.text("all sent"));
      await().untilAsserted(() -> assertThat(seen).containsExactly("all sent"));
      String last = "";
      int pongs = 0;
      while (!last.equals(pings - 1 + " " + padding)) {
        last = client.readFrame().text();
        pongs++;
      }
      assertThat(pongs).isLessThan(pings / 2);
    }
  }

  @Test
  void aPausedConnectionDeliversNothingAndGoesOnWhereItStopped() throws Exception {
    int port =
        listen(
            LONG,
            c -> {
              record(c);
              c.onText(
                  utf8 -> {
                    seen.add(utf8.toString());
                    c.pause();
                  });
            });
    try (RawClient client = RawClient.open(port)) {
      client.send(ClientFrame.text("a"), ClientFrame.text("b"), ClientFrame.text("c"));
      await().untilAsserted(() -> assertThat(seen).containsExactly("a"));
      client.send(ClientFrame.text("d"));
      await().during(Duration.ofMillis(100)).until(() -> seen.size() == 1);
      for (int i = 2; i <= 4; i++) {
        int size = i;
        onLoop(WebSocketConnection::resume);
        await().untilAsserted(() -> assertThat(seen).hasSize(size));
      }
      assertThat(seen).containsExactly("a", "b", "c", "d");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPausedConnectionMakesItsClientWait(boolean decompressing) throws Exception {
    serverOptions.setDecompressionSupported(decompressing);
    AtomicInteger received = new AtomicInteger();
    int port =
        listen(
            LONG,
            c -> {
              c.onText(utf8 -> received.incrementAndGet());
              c.pause();
            });
    int messages = 40_000; // 40 MB, more than the kernel takes
    List<Integer> sent = new CopyOnWriteArrayList<>();
    try (RawClient client = RawClient.open(port)) {
      Thread sender =
          new Thread(
              () -> {
                try {
                  ClientFrame frame = ClientFrame.text("x".repeat(MAX_MESSAGE));
                  for (int i = 0; i < messages / 100; i++) {
                    Buffer hundred = Buffer.buffer();
                    for (int j = 0; j < 100; j++) {
                      hundred.appendBuffer(frame.bytes());
                    }
                    client.send(hundred);
                    sent.add(i);
                  }
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      sender.start();
      AtomicInteger before = new AtomicInteger(-1);
      await()
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> sent.size() == before.getAndSet(sent.size())); // it has come to a stop
      assertThat(sent).as("hundreds sent").hasSizeLessThan(messages / 200);
      assertThat(received).hasValue(0);
      onLoop(WebSocketConnection::resume);
      sender.join(10_000);
      await().untilAsserted(() -> assertThat(received).hasValue(messages));
    }
  }
}
