package io.millrace.acceptance;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A hundred readers with a channel each get 20 MB/s in all, which is more than the log holds: those
 * that read get everything, whoever has stopped costs no memory and learns how much it has missed.
 * {@code -Dmillrace.seconds=30} takes longer. The latencies are printed, and compared with those of
 * the run in which nobody stops.
 */
@Tag("slow")
@Timeout(900)
class StoppedReadersTest {

  private static final int READERS = 100;
  private static final int PER_SECOND = 1280;

  /** Published first and not measured, while the server's code is compiled. */
  private static final int WARM_UP = 3 * PER_SECOND / READERS;

  private static final int MESSAGES =
      WARM_UP + Integer.getInteger("millrace.seconds", 10) * PER_SECOND / READERS;

  /** How far the publisher may be ahead of the readers that read: 32 MB in all. */
  private static final int AHEAD = 20;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 80})
  void whoStopsHoldsNobodyUpAndLearnsHowMuchItHasMissed(int stopped) throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<SlowReader> slow = new ArrayList<>();
    try (SlowReaderProcess server = new SlowReaderProcess(READERS, MESSAGES, PER_SECOND)) {
      for (int channel = 0; channel < stopped; channel++) {
        slow.add(new SlowReader(server, channel));
      }
      AtomicIntegerArray progress = new AtomicIntegerArray(READERS);
      List<Future<List<Long>>> others = new ArrayList<>();
      for (int channel = stopped; channel < READERS; channel++) {
        int number = channel;
        Callable<List<Long>> reader = () -> latencies(server, number, progress);
        others.add(threads.submit(reader));
      }
      await()
          .atMost(SlowReaderProcess.PATIENCE)
          .until(() -> server.get("/readers").equals(Integer.toString(READERS)));
      server.pace(progress, stopped, MESSAGES, AHEAD);
      List<Long> latencies = new ArrayList<>();
      for (Future<List<Long>> reader : others) {
        latencies.addAll(reader.get(SlowReaderProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS));
      }
      long heap = server.heapInUse();
      System.out.printf(
          "%d of %d stopped: p99 of the others %s, heap %d MB%n",
          stopped, READERS, SlowReaderProcess.p99(latencies), heap >> 20);
      assertThat(latencies).hasSize((READERS - stopped) * (MESSAGES - WARM_UP));
      assertThat(heap).isLessThan(SlowReaderProcess.MOST_IN_USE);
      for (SlowReader reader : slow) {
        assertThat(reader.readOn(MESSAGES)).as("missed").isPositive();
      }
    } finally {
      threads.shutdownNow();
      for (SlowReader reader : slow) {
        reader.close();
      }
    }
  }

  /** Reads everything over a plain WebSocket, which a gap would end. */
  private static List<Long> latencies(
      SlowReaderProcess server, int channel, AtomicIntegerArray progress) throws IOException {
    List<Long> latencies = new ArrayList<>(MESSAGES);
    try (Socket socket = server.webSocket(channel)) {
      SlowReaderProcess.read(
          socket.getInputStream(),
          MESSAGES - 1,
          (number, published) -> {
            assertThat(number).isEqualTo(progress.getAndIncrement(channel));
            if (number >= WARM_UP) {
              latencies.add(System.currentTimeMillis() - published);
            }
          });
    }
    return latencies;
  }
}
