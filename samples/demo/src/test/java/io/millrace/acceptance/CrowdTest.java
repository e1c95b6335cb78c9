package io.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
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
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How much memory of a process readers take, everything included, and that it is bounded. */
@Tag("slow")
@Timeout(600)
class CrowdTest {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Readers that come first, so that classes are loaded and buffers exist. */
  private static final int FIRST = 20;

  private static final int TEXT = 0x81;
  private static final int MASKED = 0x80;
  private static final int LONG = 126;

  private static final String UPGRADE =
      """
      Connection: Upgrade\r
      Upgrade: websocket\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      """;

  private static final String COMMANDS = "Sec-WebSocket-Protocol: millrace.v1\r\n";

  /** How a reader attaches. */
  enum Technique {
    PLAIN_WEB_SOCKET,
    WEB_SOCKET,
    SSE,
    STREAM,
    LONG_POLL
  }

  /** Many readers that have no names in common. */
  record Crowd(
      Technique technique, boolean judged, int readers, int names, IntFunction<String> name) {

    @Override
    public String toString() {
      String first = name.apply(0);
      return readers
          + " times "
          + technique
          + (judged ? ", judged," : "")
          + " with "
          + names
          + " names like "
          + first.substring(0, Math.min(first.length(), 5));
    }

    boolean isThere(Server server, int count) throws IOException, InterruptedException {
      return server.number("/subscriptions") == (long) count * names;
    }

    String list(int reader) {
      return IntStream.range(reader * names, (reader + 1) * names)
          .mapToObj(name)
          .collect(Collectors.joining("\",\"", "[\"", "\"]"));
    }
  }

  private static String small(int number) {
    return "c" + number;
  }

  private static String large(int number) {
    return number + "." + "n".repeat(190);
  }

  private static String segments(int number) {
    return number + ".n".repeat(95);
  }

  static Stream<Crowd> crowds() {
    return Stream.concat(
        Stream.of(new Crowd(Technique.WEB_SOCKET, true, 1000, 1, CrowdTest::small)),
        Stream.of(Technique.values())
            .flatMap(
                technique ->
                    Stream.of(
                            new Crowd(technique, false, 1000, 1, CrowdTest::small),
                            new Crowd(technique, false, 200, 100, CrowdTest::large),
                            new Crowd(technique, false, 200, 100, CrowdTest::segments))
                        // Without a body or a command, the names must fit into a URL.
                        .filter(it -> technique != Technique.PLAIN_WEB_SOCKET || it.names == 1)));
  }

  @ParameterizedTest
  @MethodSource("crowds")
  void whatReadersTakeIsCountedAsTheHeapGrows(Crowd crowd) throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (Server server = new Server("-Xmx1g", crowd.judged())) {
      connect(server, sockets, crowd, FIRST);
      await().atMost(PATIENCE).until(() -> crowd.isThere(server, FIRST));
      long counted = server.number("/counted");
      long heap = server.number("/heap");
      connect(server, sockets, crowd, crowd.readers());
      await().atMost(PATIENCE).until(() -> crowd.isThere(server, crowd.readers()));
      counted = server.number("/counted") - counted;
      double growth = server.number("/heap") - heap;
      assertThat(growth / counted).isBetween(1 / 1.5, 1.5);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void aNodeIsFullBeforeItsHeapIsAndServesThoseWhoAreThere() throws Exception {
    Crowd crowd = new Crowd(Technique.WEB_SOCKET, false, 2000, 100, CrowdTest::large);
    List<Socket> sockets = new ArrayList<>();
    try (Server server = new Server("-Xmx128m", false);
        Socket honest =
            request(
                server,
                "GET",
                "?channels=" + CrowdServer.HONEST,
                "Accept: text/event-stream\r\n",
                "")) {
      connect(server, sockets, crowd, crowd.readers());
      int refused = 0;
      for (Socket socket : sockets) {
        if (readUntil(socket, "\"ok\"", "unavailable", "503 ").contains("unavailable")) {
          refused++;
        }
      }
      assertThat(refused).isPositive();
      assertThat(server.number("/counted")).isLessThan(32 << 20);
      readUntil(honest, "data:");
      readUntil(honest, "data:");
      for (Socket socket : sockets) {
        socket.close();
      }
      await().atMost(PATIENCE).until(() -> server.number("/readers") == 1);
      connect(server, sockets, crowd, sockets.size() + 1);
      readUntil(sockets.get(sockets.size() - 1), "\"ok\"");
    }
  }

  private static void connect(Server server, List<Socket> sockets, Crowd crowd, int count)
      throws IOException {
    while (sockets.size() < count) {
      sockets.add(connect(server, crowd, sockets.size()));
    }
  }

  private static Socket connect(Server server, Crowd crowd, int reader) throws IOException {
    String body = "{\"channels\":" + crowd.list(reader) + "}";
    return switch (crowd.technique()) {
      case PLAIN_WEB_SOCKET ->
          request(server, "GET", "?channels=" + crowd.name().apply(reader), UPGRADE, "");
      case WEB_SOCKET -> {
        Socket socket = request(server, "GET", "", UPGRADE + COMMANDS, "");
        readUntil(socket, "\r\n\r\n");
        socket
            .getOutputStream()
            .write(frame("{\"type\":\"subscribe\",\"id\":1," + body.substring(1)));
        yield socket;
      }
      case SSE -> request(server, "POST", "/sse", "", body);
      case STREAM -> request(server, "POST", "/stream", "", body);
      case LONG_POLL -> request(server, "POST", "/longpoll", "", body);
    };
  }

  private static Socket request(
      Server server, String method, String target, String headers, String body) throws IOException {
    Socket socket = new Socket("localhost", server.port);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    String length =
        body.isEmpty()
            ? ""
            : "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n";
    String request =
        method
            + " /live"
            + target
            + " HTTP/1.1\r\nHost: localhost:"
            + server.port
            + "\r\n"
            + headers
            + length
            + "\r\n"
            + body;
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Returns a frame with a mask of zero. */
  private static byte[] frame(String text) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(TEXT);
    if (text.length() < LONG) {
      frame.write(MASKED | text.length());
    } else {
      frame.write(MASKED | LONG);
      frame.write(text.length() >> 8);
      frame.write(text.length());
    }
    frame.writeBytes(new byte[4]);
    frame.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    return frame.toByteArray();
  }

  /** Reads until one of these texts has arrived. */
  private static String readUntil(Socket socket, String... ends) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder read = new StringBuilder();
    while (Stream.of(ends).noneMatch(end -> read.indexOf(end) >= 0)) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("ended after " + read);
      }
      read.append((char) next);
    }
    return read.toString();
  }

  private static final class Server implements AutoCloseable {
    final int port;
    private final Process process;
    private final HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Server(String heap, boolean judged) throws IOException {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  heap,
                  "-XX:+ExitOnOutOfMemoryError",
                  "-cp",
                  System.getProperty("java.class.path"),
                  CrowdServer.class.getName(),
                  Boolean.toString(judged))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      BufferedReader output =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      port = Integer.parseInt(String.valueOf(output.readLine()).replace("port ", ""));
    }

    long number(String path) throws IOException, InterruptedException {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
              .timeout(PATIENCE)
              .build();
      return Long.parseLong(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
