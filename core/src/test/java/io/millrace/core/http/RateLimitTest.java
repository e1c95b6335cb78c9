package io.millrace.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {

  @Test
  void letsSoManyPassAtOnceAndThenOneAtATime() {
    RateLimit limit = new RateLimit(4);
    for (int i = 0; i < 4; i++) {
      assertThat(limit.take(100)).isZero();
    }
    assertThat(limit.take(100)).isEqualTo(250);
    assertThat(limit.take(349)).isEqualTo(1);
    assertThat(limit.take(350)).isZero();
    assertThat(limit.take(350)).isEqualTo(250);
    assertThat(limit.isIdle(1349)).isFalse();
    assertThat(limit.isIdle(1350)).isTrue();
    assertThat(limit.waitMillis(5000)).isZero();
  }

  @Test
  void countsWhatCostsMoreThanTheLimitAsLongAsItTakes() {
    RateLimit limit = new RateLimit(10);
    limit.count(5000, 25);
    assertThat(limit.waitMillis(5000)).isEqualTo(1600);
    assertThat(limit.waitMillis(6599)).isEqualTo(1);
    assertThat(limit.waitMillis(6600)).isZero();
    limit.count(6600, 0);
    assertThat(limit.waitMillis(6600)).isZero();
  }

  @Test
  void ofZeroLetsEverythingPass() {
    RateLimit limit = new RateLimit(0);
    for (int i = 0; i < 1000; i++) {
      limit.count(5);
    }
    assertThat(limit.waitMillis(5)).isZero();
  }

  @Test
  void letsNoMorePassInTheLongRun() {
    RateLimit limit = new RateLimit(3);
    int passed = 0;
    for (long now = 0; now < 100_000; now++) {
      passed += limit.take(now) == 0 ? 1 : 0;
    }
    assertThat(passed).isBetween(300, 303);
  }

  @Test
  void worksWithAClockBelowZero() {
    RateLimit limit = new RateLimit(1);
    limit.count(-5000);
    assertThat(limit.waitMillis(-4500)).isEqualTo(500);
    assertThat(limit.waitMillis(-4000)).isZero();
  }
}
