package io.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PatternTreeTest {

  private static String some(Random random, boolean pattern) {
    List<String> segments = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      segments.add(pattern && random.nextInt(3) == 0 ? "*" : "abc".substring(random.nextInt(3)));
    }
    if (pattern && random.nextInt(3) == 0) {
      segments.add("**");
    }
    return String.join(".", segments);
  }

  @Test
  void findsWhateverMatchesOneByOneDoes() {
    Random random = new Random(7);
    PatternTree<String> tree = new PatternTree<>();
    List<ChannelPattern> filed = new ArrayList<>();
    for (int step = 0; step < 4000; step++) {
      if (filed.isEmpty() || random.nextInt(100) < (step < 2000 ? 60 : 40)) {
        ChannelPattern pattern = ChannelPattern.of(some(random, true));
        if (!filed.contains(pattern)) {
          tree.add(pattern, pattern.toString());
          tree.add(pattern, pattern.toString());
          filed.add(pattern);
        }
      } else {
        ChannelPattern pattern = filed.remove(random.nextInt(filed.size()));
        tree.remove(pattern, pattern.toString());
        tree.remove(pattern, pattern.toString());
        tree.remove(pattern, "never there");
      }
      String channel = some(random, false);
      assertThat(tree.matching(ChannelPattern.of(channel).segments()))
          .as(channel)
          .containsExactlyInAnyOrderElementsOf(
              filed.stream().filter(it -> it.matches(channel)).map(Object::toString).toList());
      assertThat(tree.isEmpty()).isEqualTo(filed.isEmpty());
    }
  }
}
