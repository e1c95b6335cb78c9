package io.millrace.acceptance;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * 100 MB at 10 MB/s to ten readers, of which one does not read. The server may use as much heap as
 * the log holds, 64 MiB in the ring and as much in histories, and 64 MiB more: a reader that does
 * not read costs no memory, and learns how much it has missed.
 */
@Tag("slow")
@Timeout(900)
class SlowReaderTest {

  private static final Duration PATIENCE = SlowReaderProcess.PATIENCE;

  private static final int PER_SECOND = 640;

  /** Published first and not measured: two seconds in which the server's code is compiled. */
  private static final int WARM_UP = 2 * PER_SECOND;

  private static final int MESSAGES = 6400;

  /**
   * How far the publisher may be ahead of the readers that read: 32 MB. The ring can hold that, and
   * less arrives while a loop is held. Only a busy machine needs the limit.
   */
  private static final int AHEAD = 2000;

  private static final int HEALTHY_READERS = 9;
  private static final long HELD_MILLIS = SlowReaderServer.STALL.toMillis() * 3 / 4;

  @Test
  void aReaderThatDoesNotReadCostsNoMemoryAndHoldsNobodyUp() throws Exception {
    flood(false);
  }

  @Test
  void anEventLoopThatStallsCostsNoMemoryAndLosesNothing() throws Exception {
    flood(true);
  }

  private static void flood(boolean stall) throws Exception {
    try (SlowReaderProcess server = new SlowReaderProcess(1, WARM_UP + MESSAGES, PER_SECOND)) {
      ExecutorService threads = Executors.newCachedThreadPool();
      try (SlowReader slow = new SlowReader(server, 0)) {
        CountDownLatch warm = new CountDownLatch(HEALTHY_READERS);
        AtomicIntegerArray progress = new AtomicIntegerArray(HEALTHY_READERS);
        List<Future<long[]>> healthy = new ArrayList<>();
        for (int i = 0; i < HEALTHY_READERS; i++) {
          int number = i;
          Callable<long[]> reader = () -> latencies(server, warm, at -> progress.set(number, at));
          healthy.add(threads.submit(reader));
        }
        await().atMost(PATIENCE).until(() -> server.get("/readers").equals("10"));
        Future<?> pace = threads.submit(() -> server.pace(progress, 0, WARM_UP + MESSAGES, AHEAD));
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
            SlowReaderProcess.p99(others),
            held.size() / MESSAGES,
            SlowReaderProcess.p99(held));
        assertThat(server.heapInUse()).isLessThan(SlowReaderProcess.MOST_IN_USE);
        slow.readOn(WARM_UP + MESSAGES);
        assertThat(server.isAlive()).isTrue();
      } finally {
        threads.shutdownNow();
      }
    }
  }

  /**
   * Reads all messages over a plain WebSocket, which a gap would end, and returns how late each
   * was.
   */
  private static long[] latencies(
      SlowReaderProcess server, CountDownLatch warm, IntConsumer progress) throws IOException {
    try (Socket socket = server.webSocket(0)) {
      long[] latencies = new long[MESSAGES];
      SlowReaderProcess.read(
          socket.getInputStream(),
          WARM_UP + MESSAGES - 1,
          new SlowReaderProcess.Taker() {
            private int expected;

            @Override
            public void take(int number, long published) {
              assertThat(number).isEqualTo(expected);
              if (number >= WARM_UP) {
                latencies[number - WARM_UP] = System.currentTimeMillis() - published;
              } else if (number == WARM_UP - 1) {
                warm.countDown();
              }
              progress.accept(++expected);
            }
          });
      return latencies;
    }
  }
}
