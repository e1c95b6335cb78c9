package io.millrace.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {

  @Test
  void letsSoManyPassInAnySecond() {
    RateLimit limit = new RateLimit(3);
    for (long now : new long[] {100, 200, 900}) {
      assertThat(limit.waitMillis(now)).isZero();
      limit.count(now);
    }
    assertThat(limit.waitMillis(900)).isEqualTo(200);
    assertThat(limit.waitMillis(1099)).isEqualTo(1);
    assertThat(limit.waitMillis(1100)).isZero();
    limit.count(1100);
    assertThat(limit.waitMillis(1100)).isEqualTo(100);
    assertThat(limit.waitMillis(5000)).isZero();
  }

  @Test
  void countsWhatCostsMoreThanTheLimitAsLongAsItTakes() {
    RateLimit limit = new RateLimit(10);
    limit.count(5000, 25);
    assertThat(limit.waitMillis(5000)).isEqualTo(3000 - 500 + 500 - 1000);
    assertThat(limit.waitMillis(6999)).isEqualTo(1);
    assertThat(limit.waitMillis(7000)).isZero();
    limit.count(7000, 0);
    assertThat(limit.waitMillis(7000)).isZero();
    limit.count(7000, 5);
    assertThat(limit.waitMillis(7000)).isEqualTo(1000);
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
  void holdsHoweverManyThereWereBefore() {
    RateLimit limit = new RateLimit(10);
    for (long second = 0; second < 5; second++) {
      for (int i = 0; i <= 2 * second; i++) {
        assertThat(limit.waitMillis(second * 1500 + i)).isZero();
        limit.count(second * 1500 + i);
      }
    }
    limit.count(6009);
    assertThat(limit.waitMillis(6010)).isEqualTo(990);
    assertThat(limit.waitMillis(6999)).isEqualTo(1);
    assertThat(limit.waitMillis(7000)).isZero();
  }

  @Test
  void worksWithAClockBelowZero() {
    RateLimit limit = new RateLimit(1);
    limit.count(-5000);
    assertThat(limit.waitMillis(-4500)).isEqualTo(500);
    assertThat(limit.waitMillis(-4000)).isZero();
  }
}
