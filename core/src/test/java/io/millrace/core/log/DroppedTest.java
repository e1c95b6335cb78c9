package io.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DroppedTest {

  @Test
  void itKnowsHowManyThereWereAfterAnyOfTheNewestPlacesAndSaysSoIfItDoesNot() {
    for (long seed = 1; seed <= 200; seed++) {
      Random random = new Random(seed);
      long seq = random.nextInt(5);
      Dropped dropped = Dropped.startingAfter(seq);
      List<Long> places = new ArrayList<>(List.of(seq));
      for (int i = random.nextInt(300); i > 0; i--) {
        seq += 1 + (random.nextLong() & Long.MAX_VALUE) % (1L << random.nextInt(40));
        dropped.add(seq);
        places.add(seq);
      }
      assertThat(dropped.count()).isEqualTo(places.size() - 1);
      check(dropped, places);
    }
  }

  private static void check(Dropped dropped, List<Long> places) {
    boolean known = true;
    int last = places.size() - 1;
    for (int i = last; i >= 0; i--) {
      for (long beside = i == 0 ? 0 : -1; beside <= 1; beside++) {
        long place = places.get(i) + beside;
        OptionalLong found = dropped.countAfter(place);
        long expected = places.stream().skip(1).filter(each -> each > place).count();
        assertThat(found.orElse(expected)).isEqualTo(expected);
        assertThat(found.isPresent() && !known && beside == 1).isFalse();
      }
      known &= dropped.countAfter(places.get(i)).isPresent();
      assertThat(known || last - i >= Dropped.BYTES / 6).isTrue();
    }
  }
}
