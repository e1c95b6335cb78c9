package io.millrace.core.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnansweredTest {

  private static final int KIB = 1 << 10;

  private final Unanswered unanswered =
      new Unanswered(new MillraceOptions().setBodyBytes(1000 * KIB).setMaxClientMessageBytes(KIB));
  private final List<Runnable> answers = new ArrayList<>();

  /** Takes as often as there is room, and returns how much was taken. */
  private long fill(String who, int bytes) {
    long before = unanswered.taken();
    while (true) {
      try {
        answers.add(unanswered.reserve(who, bytes));
      } catch (MillraceException full) {
        assertThat(full.code()).isEqualTo(MillraceException.Code.UNAVAILABLE);
        return unanswered.taken() - before;
      }
    }
  }

  @Test
  void nobodyTakesMoreThanIsLeftForOthers() {
    assertThat(fill("a", KIB)).isEqualTo(500 * KIB);
    assertThat(fill("b", KIB)).isEqualTo(250 * KIB);
    assertThat(fill("a", KIB)).isZero();
    assertThat(fill("c", KIB)).isEqualTo(125 * KIB);
    answers.forEach(Runnable::run);
    assertThat(unanswered.taken()).isZero();
    assertThat(fill("b", 10)).isBetween(500L * KIB - 10, 500L * KIB);
  }

  @Test
  void manyWhoTakeALittleFillItAndNoMore() {
    for (int i = 0; i < 1000; i++) {
      answers.add(unanswered.reserve("client" + i, KIB));
    }
    assertThatThrownBy(() -> unanswered.reserve("another", 1))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("broker");
    answers.remove(0).run();
    answers.add(unanswered.reserve("another", KIB));
  }

  @Test
  void theLargestMessageFitsHoweverLittleRoomThereIs() {
    Unanswered little = new Unanswered(new MillraceOptions().setBodyBytes(0));
    int largest = new MillraceOptions().maxClientMessageBytes();
    Runnable request = little.reserve("a", (16 << 10) + largest);
    Runnable message = little.reserve("a", KIB + largest);
    request.run();
    message.run();
    assertThat(little.taken()).isZero();
  }

  @Test
  void whatIsGivenBackTwiceCountsOnce() {
    Runnable one = unanswered.reserve("a", KIB);
    Runnable other = unanswered.reserve("a", KIB);
    one.run();
    one.run();
    assertThat(unanswered.taken()).isEqualTo(KIB);
    other.run();
    assertThat(unanswered.taken()).isZero();
  }
}
