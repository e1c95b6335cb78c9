package io.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InterruptionTest {

  @Test
  void concernsWhatIsSubscribedByTheSameNameOrByWhatOverlaps() {
    Interruption interruption = interruption("a.b", "c.*");
    assertThat(concerned(interruption, "a.b", "a.*", "**", "c.d", "c.*", "*.d")).isTrue();
    assertThat(interruption.concerns(ChannelPattern.of("a.c"))).isFalse();
    assertThat(interruption.concerns(ChannelPattern.of("c"))).isFalse();
    assertThat(interruption.concerns(ChannelPattern.of("d.*"))).isFalse();
    assertThat(interruption.isLoss()).isTrue();
  }

  @Test
  void ofNoChannelConcernsNobody() {
    Interruption place = interruption();
    assertThat(place.concerns(ChannelPattern.of("**"))).isFalse();
    assertThat(place.isLoss()).isFalse();
  }

  private static Interruption interruption(String... patterns) {
    return new Interruption(1, 0, Stream.of(patterns).map(ChannelPattern::of).toList());
  }

  private static boolean concerned(Interruption interruption, String... patterns) {
    return Stream.of(patterns).map(ChannelPattern::of).allMatch(interruption::concerns);
  }
}
