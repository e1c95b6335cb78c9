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
  void beforeThereIsAMarkerWhatARecordSaysCounts() {
    assertThat(written(7)).isEqualTo(7);
    assertThat(ages.written(Optional.empty())).isEqualTo(Instant.EPOCH);
  }

  @Test
  void aNodeGoesOnFromWhatItHasRead() {
    StreamClock clock = new StreamClock();
    assertThat(clock.elapsed()).isBetween(0L, 100_000L);
    clock.read(10_000_000);
    assertThat(clock.elapsed()).isBetween(10_000_000L, 10_100_000L);
    clock.read(5_000);
    assertThat(clock.elapsed()).isGreaterThanOrEqualTo(10_000_000L);
  }
}
