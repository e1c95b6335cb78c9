package io.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ForgottenMarksTest {

  private final ForgottenMarks marks = new ForgottenMarks();

  private long of(String pattern) {
    return marks.of(ChannelPattern.of(pattern));
  }

  private void remember(String pattern, long mark) {
    marks.remember(ChannelPattern.of(pattern), mark);
  }

  @Test
  void aNameIsRememberedForItselfAndForEveryPatternThatMayMatchIt() {
    remember("a.b.c", 7);
    for (String pattern : List.of("a.b.c", "a.b.*", "a.*.c", "a.**", "**", "*.b.c", "a.b.**")) {
      assertThat(of(pattern)).as(pattern).isEqualTo(7);
    }
    for (String pattern : List.of("a.b", "a", "b.**", "a.c.*", "a.b.c.*", "x.*")) {
      assertThat(of(pattern)).as(pattern).isZero();
    }
  }

  @Test
  void theHighestMarkHolds() {
    remember("a.b", 7);
    remember("a.b", 5);
    remember("a.c", 6);
    assertThat(of("a.b")).isEqualTo(7);
    assertThat(of("a.c")).isEqualTo(6);
    assertThat(of("a.*")).isEqualTo(7);
  }

  @Test
  void whatIsRememberedEverywhereHoldsForAll() {
    marks.rememberEverywhere(9);
    marks.rememberEverywhere(8);
    remember("a", 10);
    assertThat(of("never.heard.of")).isEqualTo(9);
    assertThat(of("*")).isEqualTo(10);
  }

  @Test
  void namesOfManySegmentsAreFoundByPatternsOfManySegments() {
    remember("1.2.3.4.5.6.7.8.9.10.11.12", 3);
    assertThat(of("1.2.3.4.5.6.7.8.9.10.*.12")).isEqualTo(3);
    assertThat(of("1.2.3.4.5.6.7.8.9.10.11.*")).isEqualTo(3);
    assertThat(of("1.2.3.4.5.6.7.**")).isEqualTo(3);
  }

  @Test
  void howeverMuchIsForgottenNoLossIsHiddenAndFewAreMadeUp() {
    Random random = new Random(5);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      String name = "c" + random.nextInt(50) + "." + i;
      names.add(name);
      remember(name, i + 1);
    }
    for (int i = 0; i < names.size(); i++) {
      assertThat(of(names.get(i))).isGreaterThanOrEqualTo(i + 1);
      String prefix = names.get(i).substring(0, names.get(i).indexOf('.'));
      assertThat(of(prefix + ".*")).isGreaterThanOrEqualTo(i + 1);
    }
    long madeUp = names.stream().filter(name -> of(name + "x") > 0).count();
    assertThat(madeUp).isLessThan(names.size() / 5);
  }
}
