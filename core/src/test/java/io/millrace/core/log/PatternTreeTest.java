package io.millrace.core.log;

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
      assertThat(tree.nodeCount()).isLessThanOrEqualTo(2 * filed.size());
    }
  }

  @Test
  void aPatternOfManySegmentsIsOneNodeWhateverCameAndWentBesideIt() {
    PatternTree<String> tree = new PatternTree<>();
    String longest = "a.".repeat(99) + "*";
    ChannelPattern kept = ChannelPattern.of(longest);
    tree.add(kept, "kept");
    assertThat(tree.nodeCount()).isEqualTo(1);
    for (int depth = 1; depth < 99; depth++) {
      ChannelPattern beside = ChannelPattern.of("a.".repeat(depth) + "b.*");
      tree.add(beside, "beside");
      assertThat(tree.nodeCount()).isEqualTo(3);
      tree.remove(beside, "beside");
      assertThat(tree.nodeCount()).isEqualTo(1);
    }
    assertThat(tree.matching(ChannelPattern.of("a.".repeat(99) + "z").segments()))
        .containsExactly("kept");
    assertThat(tree.matching(ChannelPattern.of("a.".repeat(98) + "a").segments())).isEmpty();
    tree.remove(kept, "kept");
    assertThat(tree.nodeCount()).isZero();
  }
}
