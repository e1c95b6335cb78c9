package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.benchmarks.control.Payload;
import io.vertx.core.Promise;
import java.lang.management.ManagementFactory;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Measures how much the event loop allocates for each delivery. It is counted, not timed, so that a
 * regression fails on any machine. The bounds are a tenth above what JDK 17 and 25 need, because
 * compilers differ in the objects that they avoid. No messages are joined, which is the worst case.
 * An idle timeout costs streams nothing; what it costs an answer, which passes through its handler,
 * is Netty's.
 */
class AllocationTest {

  private static final int READERS = 50;
  private static final int SIZE = 128;
  private static final int WARM = 1_000;
  private static final int MESSAGES = 500;

  /** On a busy machine the compiler is late, so there are more rounds until it has finished. */
  private static final int ROUNDS = 20;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Payload payload = new Payload(SIZE);
  private final Tally tally = new Tally();
  private long round;

  @ParameterizedTest
  @CsvSource({
    "millrace/websocket, 0, 150",
    "millrace/websocket, 60, 150",
    "millrace/millrace.v1, 60, 157",
    "millrace/sse, 0, 148",
    "millrace/sse, 60, 148",
    "millrace/stream, 60, 155",
    "millrace/longpoll, 0, 7700"
  })
  void aDeliveryAllocatesLessThan(String target, int idleSeconds, int bytes) throws Exception {
    MillracePeer peer = new MillracePeer();
    peer.idleSeconds = idleSeconds;
    try (Loop loop = new Loop()) {
      Load load = new Load(loop, tally, Targets.named(target).readers(), peer.start());
      load.connect(READERS, 1, 0);
      load.begin(1, SIZE, 1, done -> {});
      long eventLoop = eventLoop(peer);
      publish(peer, WARM);
      long allocated = Long.MAX_VALUE;
      for (int i = 0; i < ROUNDS && allocated >= bytes; i++) {
        long before = threads.getThreadAllocatedBytes(eventLoop);
        publish(peer, MESSAGES);
        allocated = (threads.getThreadAllocatedBytes(eventLoop) - before) / (READERS * MESSAGES);
      }

      assertThat(tally.faults()).isEmpty();
      assertThat(allocated).isLessThan(bytes);
      load.close();
    } finally {
      peer.vertx.close().await();
    }
  }

  private static long eventLoop(MillracePeer peer) {
    Promise<Long> id = Promise.promise();
    peer.vertx.runOnContext(now -> id.complete(Thread.currentThread().getId()));
    return id.future().await();
  }

  private void publish(MillracePeer peer, int messages) {
    for (int i = 0; i < messages; i++) {
      while (peer.readers() < READERS) { // Long polls must ask again.
        LockSupport.parkNanos(1_000);
      }
      round++;
      peer.publish("bench.0", payload.of(round));
      while (tally.deliveries() < round * READERS && tally.faultCount() == 0) {
        LockSupport.parkNanos(1_000);
      }
    }
  }
}
