package io.millrace.acceptance;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that never read are sent more than fits into the memory where it waits. The server
 * disconnects those that have taken nothing for longest, and serves an honest reader.
 */
@Tag("slow")
@Timeout(600)
class UnreadTest {

  private static final int DIRECT_MIB = 48;

  /** So much that the heap is full first. */
  private static final int MUCH_DIRECT_MIB = 512;

  /** As many as Vert.x lets one connection have. */
  private static final int STREAMS = 100;

  /** Writes that wait may take half of it; what does not wait takes some more. */
  private static final long MOST_DIRECT = (DIRECT_MIB * 3L / 4) << 20;

  private static final int READERS = 1000;

  /** On so many connections. */
  private static final int UNENDED = 800;

  private static final int POLLS = 150;
  private static final String POLL = "channels=" + UnreadServer.FULL + "&last=20";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** How a reader attaches, and what it asks for. */
  record Technique(String name, int readers, String query, String headers) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Technique> techniques() {
    return Stream.of(
        new Technique("event stream", READERS, "channels=c%d", "Accept: text/event-stream\r\n"),
        new Technique(
            "event stream that begins with much", POLLS, POLL, "Accept: text/event-stream\r\n"),
        new Technique("HTTP stream", READERS, "channels=c%d", "Accept: application/x-ndjson\r\n"),
        new Technique(
            "WebSocket",
            READERS,
            "channels=c%d",
            """
            Connection: Upgrade\r
            Upgrade: websocket\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            """),
        new Technique("poll", POLLS, POLL, ""));
  }

  @ParameterizedTest
  @MethodSource("techniques")
  void whoNeverReadsDoesNotUseUpDirectMemory(Technique technique) throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (Server server = new Server(Duration.ofMinutes(2), DIRECT_MIB);
        Honest honest = new Honest(server.port)) {
      for (int i = 0; i < technique.readers(); i++) {
        sockets.add(
            request(
                server.port, String.format(technique.query(), i), technique.headers(), 4 << 10));
      }
      if (technique.readers() == READERS) {
        await().atMost(PATIENCE).until(() -> server.readers() == READERS + 1);
        for (int round = 0; round < 2; round++) {
          for (int i = 0; i < READERS; i++) {
            server.get("/publish/c" + i);
          }
        }
        await().atMost(PATIENCE).until(() -> server.readers() < READERS);
      }
      honest.isServed();
      assertThat(Long.parseLong(server.get("/direct"))).isLessThan(MOST_DIRECT);
      assertThat(server.readers()).isPositive();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** On each connection one answer is on its way, and Vert.x holds back the next. */
  @Test
  void answersInARowThatNobodyReadsDoNotUseUpTheHeap() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (Server server = new Server(Duration.ofMinutes(2), MUCH_DIRECT_MIB);
        Honest honest = new Honest(server.port)) {
      for (int i = 0; i < POLLS; i++) {
        Socket socket = request(server.port, POLL, "", 4 << 10);
        sockets.add(socket);
        String again = "GET /live?" + POLL + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        socket.getOutputStream().write(again.getBytes(StandardCharsets.US_ASCII));
      }
      await().atMost(PATIENCE).until(() -> server.asked() > 2 * POLLS);
      honest.isServed();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void aStreamThatHasEndedAndIsNotReadIsGivenUp() throws Exception {
    try (Server server = new Server(Duration.ofSeconds(1), DIRECT_MIB)) {
      int before = server.connections();
      try (Socket socket =
          request(server.port, "channels=c", "Accept: text/event-stream\r\n", 4 << 10)) {
        assertThat(socket.isConnected()).isTrue();
        await().atMost(PATIENCE).until(() -> server.readers() == 1);
        for (int i = 0; i < 3; i++) {
          server.get("/publish/c");
        }
        await().atMost(PATIENCE).until(() -> server.readers() == 0);
        await().atMost(PATIENCE).until(() -> server.connections() <= before);
      }
    }
  }

  @Test
  void answersThatNobodyReadsDoNotUseUpDirectMemory() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (Server server = new Server(Duration.ofMinutes(2), DIRECT_MIB);
        Honest honest = new Honest(server.port)) {
      for (int i = 0; i < READERS; i++) {
        sockets.add(get(server.port, "/live/millrace.js.map", "", 4 << 10));
      }
      await().atMost(PATIENCE).until(() -> server.asked() > READERS);
      honest.isServed();
      assertThat(Long.parseLong(server.get("/direct"))).isLessThan(MOST_DIRECT);
      assertThat(get(server.port, "/live/millrace.js.map", "", 64 << 10).getInputStream().read())
          .isEqualTo('H');
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void manySmallMessagesThatNobodyReadsDoNotUseUpTheHeap() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (Server server = new Server(Duration.ofMinutes(2), MUCH_DIRECT_MIB);
        Honest honest = new Honest(server.port)) {
      for (int i = 0; i < 2 * READERS; i++) {
        String type = i % 2 == 0 ? "text/event-stream" : "application/x-ndjson";
        sockets.add(request(server.port, "channels=c", "Accept: " + type + "\r\n", 4 << 10));
      }
      await().atMost(PATIENCE).until(() -> server.readers() == 2 * READERS + 1);
      for (int i = 0; i < 1500; i++) {
        server.get("/tiny/c");
      }
      honest.isServed();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** What is requested on each stream, and on how many connections. */
  static Stream<Arguments> overHttp2() {
    return Stream.of(
        Arguments.of("/live?" + POLL, 5),
        Arguments.of("/live/negotiate", 400),
        Arguments.of("/live/nothing", 400));
  }

  @ParameterizedTest
  @MethodSource("overHttp2")
  void answersOverHttp2ForWhichThereIsNoWindowDoNotUseUpTheHeap(String target, int connections)
      throws Exception {
    honestClientsAreServedBeside(
        connections, Http2Bytes.openingWithoutWindow(), stream -> Http2Bytes.get(stream, target));
  }

  /** Of all that belongs to a request, nothing is in use any more once it is answered. */
  @ParameterizedTest
  @ValueSource(strings = {"/live/negotiate", "/live/nothing", "/live?channels=c"})
  void streamsOverHttp2ThatClientsKeepOpenDoNotUseUpTheHeap(String target) throws Exception {
    honestClientsAreServedBeside(
        UNENDED, Http2Bytes.opening(), stream -> Http2Bytes.unendedGet(stream, target));
  }

  /** Sends a request on each stream of each connection over HTTP/2. */
  private static void honestClientsAreServedBeside(
      int connections, byte[] opening, IntFunction<byte[]> request) throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (Server server = new Server(Duration.ofMinutes(2), MUCH_DIRECT_MIB);
        Honest honest = new Honest(server.port)) {
      for (int i = 0; i < connections; i++) {
        Socket socket = new Socket("localhost", server.port);
        sockets.add(socket);
        OutputStream out = socket.getOutputStream();
        out.write(opening);
        for (int stream = 0; stream < STREAMS; stream++) {
          out.write(request.apply(2 * stream + 1));
        }
      }
      await().atMost(PATIENCE).until(() -> server.asked() > connections * STREAMS);
      honest.isServed();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static Socket request(int port, String query, String headers, int receiveBuffer)
      throws IOException {
    return get(port, "/live?" + query, headers, receiveBuffer);
  }

  private static Socket get(int port, String target, String headers, int receiveBuffer)
      throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(receiveBuffer);
    socket.connect(new InetSocketAddress("localhost", port));
    socket.setSoTimeout((int) PATIENCE.toMillis());
    String request =
        "GET " + target + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n" + headers + "\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Reads everything that is published. */
  private static final class Honest implements AutoCloseable {
    final AtomicLong received = new AtomicLong();
    private final Socket socket;

    Honest(int port) throws IOException {
      String channels = "channels=" + UnreadServer.HONEST;
      socket = request(port, channels, "Accept: text/event-stream\r\n", 64 << 10);
      Thread thread = new Thread(this::read);
      thread.setDaemon(true);
      thread.start();
    }

    void isServed() {
      long before = received.get();
      await().atMost(PATIENCE).until(() -> received.get() > before + 20);
    }

    private void read() {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.matches("data: ?[0-9]+")) {
            received.incrementAndGet();
          }
        }
      } catch (IOException e) {
        // It stops counting, so the test fails.
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static final class Server implements AutoCloseable {
    final int port;
    private final Process process;
    private final HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Server(Duration stall, int directMebibytes) throws IOException {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx128m",
                  "-XX:MaxDirectMemorySize=" + directMebibytes + "m",
                  "-XX:+ExitOnOutOfMemoryError",
                  "-cp",
                  System.getProperty("java.class.path"),
                  UnreadServer.class.getName(),
                  Long.toString(stall.toMillis()))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      BufferedReader output =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      port = Integer.parseInt(String.valueOf(output.readLine()).replace("port ", ""));
    }

    int asked() {
      return Integer.parseInt(get("/asked"));
    }

    int connections() {
      return Integer.parseInt(get("/connections"));
    }

    int readers() {
      return Integer.parseInt(get("/readers"));
    }

    String get(String path) {
      try {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(PATIENCE)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
