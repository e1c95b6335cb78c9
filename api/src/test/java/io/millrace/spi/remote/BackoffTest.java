package io.millrace.spi.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

  /** The longest of many waits, after so many failures. */
  private static long longest(int hosts, int failures) {
    return LongStream.range(0, 2_000)
        .map(
            i -> {
              Backoff backoff = new Backoff(hosts);
              for (int failure = 0; failure < failures; failure++) {
                assertThat(backoff.next(false)).isPositive();
              }
              return backoff.next(false);
            })
        .max()
        .orElseThrow();
  }

  @Test
  void theWaitIsAtRandomUpToABoundThatDoublesUpTo30Seconds() {
    assertThat(longest(1, 0)).isBetween(450L, 500L);
    assertThat(longest(1, 1)).isBetween(900L, 1_000L);
    assertThat(longest(1, 50)).isBetween(27_000L, 30_000L);
  }

  @Test
  void aServerThatAnswersIsAskedAgainWithin3Seconds() {
    Backoff backoff = new Backoff(1);
    for (int failure = 0; failure < 50; failure++) {
      assertThat(backoff.next(true)).isLessThanOrEqualTo(3_000);
    }
  }

  @Test
  void allHostsAreTriedBeforeTheBoundIsDoubled() {
    assertThat(longest(3, 2)).isBetween(450L, 500L);
    assertThat(longest(3, 3)).isBetween(900L, 1_000L);
  }

  @Test
  void aConnectionThatHeldBeginsAnewAndOneThatBrokeAtOnceDoesNot() {
    Backoff backoff = new Backoff(1);
    for (int failure = 0; failure < 50; failure++) {
      backoff.next(false);
    }
    backoff.broke(Duration.ofSeconds(9).toNanos());
    assertThat(LongStream.range(0, 500).map(i -> backoff.next(false)).max().orElseThrow())
        .isGreaterThan(500);
    backoff.broke(Duration.ofSeconds(10).toNanos());
    assertThat(backoff.next(false)).isLessThanOrEqualTo(500);
  }
}
