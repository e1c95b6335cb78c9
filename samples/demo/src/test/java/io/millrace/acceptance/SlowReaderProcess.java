package io.millrace.acceptance;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** Starts a {@link SlowReaderServer}, talks to it, and ends it. */
final class SlowReaderProcess implements AutoCloseable {

  /** How long a busy machine may take. */
  static final Duration PATIENCE = Duration.ofMinutes(5);

  /** The heap that may be in use: the ring, as much in histories, and 64 MiB more. */
  static final long MOST_IN_USE = (64L + 64 + 64) << 20;

  private static final String HEAP =
      "-Xmx512m"; // Room for collections, because a full heap also costs time.
  private static final String UPGRADE =
      String.join(
          "\r\n",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
          "");

  private final Process process;
  private final int port;

  /**
   * @param channels how many channels it publishes to
   * @param messages how many messages each gets
   * @param perSecond how many messages all get in a second
   */
  SlowReaderProcess(int channels, int messages, int perSecond) throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                SlowReaderServer.class.getName(),
                Integer.toString(channels),
                Integer.toString(messages),
                Integer.toString(perSecond))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    port = Integer.parseInt(String.valueOf(output.readLine()).replace("port ", ""));
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String get(String path) {
    try {
      return HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .build()
          .send(
              HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Allows as many messages as the slowest reader is ready for, until the end.
   *
   * @param progress how many each reader has had
   * @param first the first reader that reads
   * @param messages how many there are for each
   * @param ahead how far the publisher may be ahead
   */
  void pace(AtomicIntegerArray progress, int first, int messages, int ahead) {
    int allowed = 0;
    while (allowed < messages) {
      int slowest =
          IntStream.range(first, progress.length()).map(progress::get).min().orElseThrow();
      if (slowest + ahead > allowed) {
        allowed = slowest + ahead;
        get("/allow/" + allowed);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  /** Returns how much of the heap is in use after a collection. */
  long heapInUse() {
    return Long.parseLong(get("/heap"));
  }

  /** Opens a WebSocket, which gets what is published to one channel; a gap would end it. */
  Socket webSocket(int channel) throws IOException {
    return request(channel, UPGRADE, 1 << 20);
  }

  /** Opens a stream of lines, for which the client's machine keeps little. */
  Socket lines(int channel) throws IOException {
    return request(channel, "Accept: application/x-ndjson\r\nConnection: close\r\n", 16 << 10);
  }

  private Socket request(int channel, String headers, int receiveBuffer) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(receiveBuffer);
    socket.connect(new InetSocketAddress("localhost", port));
    socket.setSoTimeout((int) PATIENCE.toMillis());
    String request =
        "GET /live?channels="
            + SlowReaderServer.channel(channel)
            + " HTTP/1.1\r\nHost: localhost:"
            + port
            + "\r\n"
            + headers
            + "\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Takes a message of a plain WebSocket. */
  interface Taker {
    void take(int number, long publishedAtMillis);
  }

  /** Reads messages of a plain WebSocket, up to the one with this number. */
  static void read(InputStream bytes, int last, Taker taker) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(bytes, 64 << 10));
    skipHead(in);
    for (int number = -1; number < last; ) {
      int opcode = in.readUnsignedByte() & 15;
      int length = in.readUnsignedByte();
      length = length == 126 ? in.readUnsignedShort() : length;
      if (opcode == 2) {
        number = in.readInt();
        long published = in.readLong();
        in.skipNBytes(length - 12);
        taker.take(number, published);
      } else if (opcode == 9) { // A ping.
        in.skipNBytes(length);
      } else {
        throw new IOException("Neither a message nor a ping: " + opcode);
      }
    }
  }

  /** Returns the latency that 99 of 100 do not exceed. */
  static String p99(List<Long> latencies) {
    return latencies.stream()
        .sorted()
        .skip((long) latencies.size() * 99 / 100)
        .findFirst()
        .map(millis -> millis + " ms")
        .orElse("-");
  }

  private static void skipHead(InputStream in) throws IOException {
    int matched = 0;
    while (matched < 4) {
      matched = in.read() == "\r\n\r\n".charAt(matched) ? matched + 1 : 0;
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
