package io.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogQueueTest {

  private static LogItem item(long seq) {
    return new Interruption(seq, 0, List.of(ChannelPattern.of("a")));
  }

  @Test
  void itemsAreFoundBySequence() {
    LogQueue<LogItem> queue = new LogQueue<>();
    assertThat(queue.indexAfter(5)).isZero();
    for (long seq : new long[] {2, 4, 8}) {
      queue.add(item(seq));
    }
    assertThat(queue.indexAfter(0)).isZero();
    assertThat(queue.indexAfter(2)).isEqualTo(1);
    assertThat(queue.indexAfter(3)).isEqualTo(1);
    assertThat(queue.indexAfter(7)).isEqualTo(2);
    assertThat(queue.indexAfter(8)).isEqualTo(3);
    assertThat(queue.indexAfter(Long.MAX_VALUE)).isEqualTo(3);
  }

  @Test
  void behavesAsAnyQueueWhileItWrapsGrowsAndShrinks() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      LogQueue<LogItem> queue = new LogQueue<>();
      ArrayDeque<LogItem> model = new ArrayDeque<>();
      long seq = 0;
      for (int step = 0; step < 2000; step++) {
        boolean growing = (step / 400) % 2 == 0;
        if (model.isEmpty() || random.nextInt(10) < (growing ? 7 : 3)) {
          seq += 1 + random.nextInt(3);
          LogItem added = item(seq);
          queue.add(added);
          model.add(added);
        } else {
          assertThat(queue.removeFirst()).isSameAs(model.remove());
        }
        assertThat(queue.size()).isEqualTo(model.size());
        assertThat(queue.bytes()).isEqualTo((long) model.size() * item(1).held);
        assertThat(queue.isEmpty()).isEqualTo(model.isEmpty());
        if (step % 50 == 0 && !model.isEmpty()) {
          List<LogItem> all = new ArrayList<>(model);
          for (int i = 0; i < all.size(); i++) {
            assertThat(queue.get(i)).isSameAs(all.get(i));
            assertThat(queue.indexAfter(all.get(i).seq)).isEqualTo(i + 1);
            assertThat(queue.indexAfter(all.get(i).seq - 1)).isEqualTo(i);
          }
          assertThat(queue.first()).isSameAs(all.get(0));
        }
      }
    }
  }
}
