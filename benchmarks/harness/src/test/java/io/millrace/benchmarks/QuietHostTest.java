package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class QuietHostTest {

  private final Deque<Double> taken = new ArrayDeque<>();
  private final AtomicInteger pauses = new AtomicInteger();

  private QuietHost host(int patience) {
    return new QuietHost(patience, taken::remove, pauses::incrementAndGet);
  }

  @Test
  void itWaitsUntilNobodyTakesMuch() throws Exception {
    taken.addAll(List.of(0.6, 0.05, 0.04));
    host(10).await();
    assertThat(pauses).hasValue(2);
    assertThat(taken).isEmpty();
  }

  @Test
  void itsPatienceIsForAllWaitsTogether() throws Exception {
    taken.addAll(List.of(0.6, 0.0, 0.6));
    QuietHost host = host(2);
    host.await();
    host.await();
    host.await();
    assertThat(pauses).hasValue(2);
    assertThat(taken).isEmpty();
  }
}
