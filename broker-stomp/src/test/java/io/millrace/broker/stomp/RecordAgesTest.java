package io.millrace.broker.stomp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordAgesTest {

  private final RecordAges ages = new RecordAges();

  private long written(long stated) {
    return ages.written(Optional.of(stated)).toEpochMilli();
  }

  @Test
  void aRecordIsBelievedIfItIsNearTheNewestMarker() {
    ages.mark(10_000_000);
    for (long stated : new long[] {6_400_000, 9_999_999, 10_000_001, 13_600_000}) {
      assertThat(written(stated)).isEqualTo(stated);
    }
    for (long stated : new long[] {-1, 0, 6_399_999, 13_600_001, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThat(written(stated)).isEqualTo(10_000_000);
    }
    assertThat(ages.written(Optional.empty())).isEqualTo(Instant.ofEpochMilli(10_000_000));
  }

  @Test
  void aMarkerNeverSetsTheClockBack() {
    ages.mark(5_000);
    ages.mark(4_000);
    assertThat(ages.marked()).contains(5_000L);
  }

  @Test
  void beforeThereIsAMarkerNobodyKnows() {
    assertThat(ages.written(Optional.of(7L))).isEqualTo(Instant.EPOCH);
    assertThat(ages.written(Optional.of(Long.MAX_VALUE))).isEqualTo(Instant.EPOCH);
    assertThat(ages.written(Optional.empty())).isEqualTo(Instant.EPOCH);
  }

  @Test
  void aNodeSaysNothingBeforeItHasRead() {
    assertThat(new RabbitStreamClock().elapsed()).isEmpty();
    RabbitStreamClock founded = new RabbitStreamClock();
    founded.start();
    assertThat(founded.elapsed().orElseThrow()).isBetween(0L, 100_000L);
  }

  @Test
  void aNodeGoesOnFromWhatItHasRead() {
    RabbitStreamClock clock = new RabbitStreamClock();
    clock.read(10_000_000);
    clock.start();
    assertThat(clock.elapsed().orElseThrow()).isBetween(10_000_000L, 10_100_000L);
    clock.read(5_000);
    assertThat(clock.elapsed().orElseThrow()).isGreaterThanOrEqualTo(10_000_000L);
  }

  @Test
  void whatNoNodeCanHaveCountedIsNotRead() {
    for (String text : new String[] {"", "x", "-1", "1000000000000001", "9223372036854775807"}) {
      assertThat(RabbitStreamClock.parse(Optional.of(text))).as(text).isEmpty();
    }
    assertThat(RabbitStreamClock.parse(Optional.of("1000000000000000"))).isPresent();
  }
}
