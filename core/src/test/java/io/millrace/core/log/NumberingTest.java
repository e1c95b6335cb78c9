package io.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NumberingTest {

  private final AtomicLong micros = new AtomicLong();

  private Numbering numbering(boolean timed) {
    return new Numbering(timed, micros::get);
  }

  @Test
  void numbersCountUnlessTheySayTheTime() {
    micros.set(500);
    assertThat(numbering(false).after(7)).isEqualTo(8);
    assertThat(numbering(true).after(7)).isEqualTo(500);
  }

  @Test
  void twoPlacesNeverHaveTheSameNumberHoweverFastTheyFollow() {
    micros.set(500);
    assertThat(numbering(true).after(500)).isEqualTo(501);
    assertThat(numbering(true).after(600)).isEqualTo(601);
  }

  @Test
  void whatAClientIsToldIsItsOwnOrAWholeSecondOfThePast() {
    Numbering timed = numbering(true);
    timed.pass(5_300_000);
    assertThat(timed.told(0, 6_900_000)).isEqualTo(5_000_000);
    assertThat(timed.told(5_100_000, 6_900_000)).isEqualTo(5_100_000);
    assertThat(timed.told(0, 3_700_000)).isEqualTo(3_000_000); // It is far behind.
    assertThat(timed.told(9_000_000, 6_900_000)).isEqualTo(6_900_000); // It is not there yet.
    assertThat(numbering(false).told(3, 7)).isEqualTo(7);
  }

  @Test
  void aMillisecondCountsAsAnItem() {
    assertThat(numbering(true).items(2_000, 9_000)).isEqualTo(7);
    assertThat(numbering(false).items(2, 9)).isEqualTo(7);
  }
}
