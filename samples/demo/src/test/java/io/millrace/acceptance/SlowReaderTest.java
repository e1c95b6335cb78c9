package io.millrace.acceptance;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * 100 MB at 10 MB/s to ten readers, of which one does not read. The server may use as much heap as
 * the log holds, 64 MiB in the ring and as much in histories, and 64 MiB more: a reader that does
 * not read costs no memory.
 */
@Tag("slow")
@Timeout(900)
class SlowReaderTest {

  /** How long a busy machine may take. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final int PER_SECOND = 640;

  /** Published first and not measured: two seconds in which the server's code is compiled. */
  private static final int WARM_UP = 2 * PER_SECOND;

  private static final int MESSAGES = 6400;

  /**
   * How far the publisher may be ahead of the readers that read: 32 MB. The ring can hold that, and
   * less arrives while a loop is held. Only a busy machine needs the limit.
   */
  private static final int AHEAD = 2000;

  private static final String HEAP =
      "-Xmx512m"; // Room for collections, because a full heap also costs time.
  private static final long MOST_IN_USE = (64L + 64 + 64) << 20;
  private static final int HEALTHY_READERS = 9;
  private static final long HELD_MILLIS = SlowReaderServer.STALL.toMillis() * 3 / 4;
  private static final String UPGRADE =
      String.join(
          "\r\n",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
          "");

  @Test
  void aReaderThatDoesNotReadCostsNoMemoryAndHoldsNobodyUp() throws Exception {
    flood(false);
  }

  @Test
  void anEventLoopThatStallsCostsNoMemoryAndLosesNothing() throws Exception {
    flood(true);
  }

  private static void flood(boolean stall) throws Exception {
    try (Server server = new Server()) {
      ExecutorService threads = Executors.newCachedThreadPool();
      try (SlowReader slow = new SlowReader(server.port)) {
        CountDownLatch warm = new CountDownLatch(HEALTHY_READERS);
        AtomicIntegerArray progress = new AtomicIntegerArray(HEALTHY_READERS);
        List<Future<long[]>> healthy = new ArrayList<>();
        for (int i = 0; i < HEALTHY_READERS; i++) {
          int number = i;
          Callable<long[]> reader =
              () -> latencies(server.port, warm, at -> progress.set(number, at));
          healthy.add(threads.submit(reader));
        }
        await().atMost(PATIENCE).until(() -> server.get("/readers").equals("10"));
        Future<?> pace = threads.submit(() -> allow(server, progress));
        assertThat(warm.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
            .as("the first messages came")
            .isTrue();
        if (stall) {
          server.get("/stall");
        }
        List<Long> held = new ArrayList<>();
        List<Long> others = new ArrayList<>();
        for (Future<long[]> reader : healthy) {
          long[] latencies = reader.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
          // Readers on the held loop wait as long as it is held.
          boolean waited = stall && Arrays.stream(latencies).max().orElse(0) >= HELD_MILLIS;
          Arrays.stream(latencies).forEach(waited ? held::add : others::add);
        }
        pace.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(held.size() + others.size()).isEqualTo(HEALTHY_READERS * MESSAGES);
        System.out.printf(
            "slow reader%s: p99 of the others %s, of %d readers on the held loop %s%n",
            stall ? ", stalled loop" : "",
            percentile(others, 99),
            held.size() / MESSAGES,
            percentile(held, 99));
        assertThat(Long.parseLong(server.get("/heap"))).isLessThan(MOST_IN_USE);
        slow.readOn();
        assertThat(server.process.isAlive()).isTrue();
      } finally {
        threads.shutdownNow();
      }
    }
  }

  /** Allows as many messages as the slowest reader is ready for, until the end. */
  private static void allow(Server server, AtomicIntegerArray progress) {
    int allowed = 0;
    while (allowed < WARM_UP + MESSAGES) {
      int slowest = IntStream.range(0, HEALTHY_READERS).map(progress::get).min().orElseThrow();
      if (slowest + AHEAD > allowed) {
        allowed = slowest + AHEAD;
        server.get("/allow/" + allowed);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static String percentile(List<Long> values, int percent) {
    return values.stream()
        .sorted()
        .skip((long) values.size() * percent / 100)
        .findFirst()
        .map(millis -> millis + " ms")
        .orElse("-");
  }

  /**
   * Reads all messages over a plain WebSocket, which a gap would end, and returns how late each
   * was.
   */
  private static long[] latencies(int port, CountDownLatch warm, IntConsumer progress)
      throws IOException {
    try (Socket socket = request(port, UPGRADE, 1 << 20)) {
      DataInputStream in =
          new DataInputStream(new BufferedInputStream(socket.getInputStream(), 64 << 10));
      skipHead(in);
      long[] latencies = new long[MESSAGES];
      for (int expected = 0; expected < WARM_UP + MESSAGES; ) {
        int opcode = in.readUnsignedByte() & 15;
        int length = in.readUnsignedByte();
        length = length == 126 ? in.readUnsignedShort() : length;
        if (opcode == 2) {
          assertThat(in.readInt()).isEqualTo(expected);
          long latency = System.currentTimeMillis() - in.readLong();
          in.skipNBytes(length - 12);
          if (expected >= WARM_UP) {
            latencies[expected - WARM_UP] = latency;
          } else if (expected == WARM_UP - 1) {
            warm.countDown();
          }
          progress.accept(++expected);
        } else {
          assertThat(opcode).as("a ping, not a close").isEqualTo(9);
          in.skipNBytes(length);
        }
      }
      return latencies;
    }
  }

  private static Socket request(int port, String headers, int receiveBuffer) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(receiveBuffer);
    socket.connect(new InetSocketAddress("localhost", port));
    socket.setSoTimeout((int) PATIENCE.toMillis());
    String request =
        "GET /live?channels="
            + SlowReaderServer.CHANNEL
            + " HTTP/1.1\r\nHost: localhost:"
            + port
            + "\r\n"
            + headers
            + "\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static void skipHead(InputStream in) throws IOException {
    int matched = 0;
    while (matched < 4) {
      matched = in.read() == "\r\n\r\n".charAt(matched) ? matched + 1 : 0;
    }
  }

  /** Attaches, and reads nothing until {@link #readOn}. */
  private static final class SlowReader implements AutoCloseable {
    private final Socket socket;

    SlowReader(int port) throws IOException {
      socket = request(port, "Accept: application/x-ndjson\r\nConnection: close\r\n", 16 << 10);
    }

    /** Reads to the last message: each is the next one, unless a gap notice came before it. */
    void readOn() throws IOException {
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      int next = 0;
      boolean gap = false;
      while (next < WARM_UP + MESSAGES) {
        String line = lines.readLine();
        assertThat(line).as("the stream went on after message %d", next).isNotNull();
        if (!line.startsWith("{")) {
          continue; // A header, or the length of a chunk.
        }
        JsonObject frame = new JsonObject(line);
        if (frame.getString("type").equals("gap")) {
          gap = true;
        } else if (frame.getString("type").equals("message")) {
          byte[] payload = Base64.getDecoder().decode(frame.getString("base64"));
          int number = ByteBuffer.wrap(payload).getInt();
          assertThat(number).isGreaterThanOrEqualTo(next);
          assertThat(number == next || gap).as("message %d after %d", number, next - 1).isTrue();
          next = number + 1;
          gap = false;
        }
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static final class Server implements AutoCloseable {
    final Process process;
    final int port;

    Server() throws IOException {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  HEAP,
                  "-XX:+ExitOnOutOfMemoryError",
                  "-cp",
                  System.getProperty("java.class.path"),
                  SlowReaderServer.class.getName(),
                  Integer.toString(WARM_UP + MESSAGES),
                  Integer.toString(PER_SECOND))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      BufferedReader output =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      port = Integer.parseInt(String.valueOf(output.readLine()).replace("port ", ""));
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

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
