package io.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.SlowPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PastTest {

  private final ChannelLog channel =
      new ChannelLog(
          ChannelPattern.of("a"), HistoryOptions.NONE, SlowPolicy.SKIP, new PatternTree<>());

  private LogEntry entry(long seq) {
    return new LogEntry(new Epoch("e"), seq, 0, channel, Message.json(1));
  }

  @Test
  void holdsWhatWasAddedAndNotRemovedInOrder() {
    Random random = new Random(7);
    Past past = new Past();
    TreeMap<Long, LogEntry> model = new TreeMap<>();
    long head = 0;
    for (int round = 0; round < 200; round++) {
      for (int i = random.nextInt(200); i > 0; i--) {
        head += 1 + random.nextInt(3);
        LogEntry added = entry(head);
        past.add(added);
        model.put(head, added);
      }
      boolean oldest = random.nextBoolean();
      for (int i = random.nextInt(220); i > 0 && !model.isEmpty(); i--) {
        Long chosen =
            oldest ? model.firstKey() : model.floorKey(random.nextLong(head) + model.firstKey());
        past.remove(model.remove(chosen));
      }
      long after = random.nextLong(head + 2);
      long upTo = after + random.nextLong(head + 2);
      int most = 1 + random.nextInt(500);
      List<LogItem> read = new ArrayList<>();
      boolean all = past.read(after, upTo, read, most);
      List<LogItem> expected = new ArrayList<>(model.subMap(after, false, upTo, true).values());
      assertThat(all).isEqualTo(expected.size() <= most);
      assertThat(read).isEqualTo(expected.subList(0, Math.min(most, expected.size())));
    }
  }

  @Test
  void canBeClearedAndFilledAgain() {
    Past past = new Past();
    past.add(entry(7));
    past.clear();
    past.add(entry(1));
    List<LogItem> read = new ArrayList<>();
    assertThat(past.read(0, 9, read, 10)).isTrue();
    assertThat(read).hasSize(1);
  }
}
