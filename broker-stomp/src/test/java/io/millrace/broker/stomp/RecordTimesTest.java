package io.millrace.broker.stomp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordTimesTest {

  private static final Instant MARKED = Instant.parse("2026-01-01T00:00:00Z");

  private final RecordTimes times = new RecordTimes();

  private Instant ofTimestamp(Object timestamp) {
    return times.ofTimestamp(Optional.of(timestamp.toString()));
  }

  @Test
  void aTimeNearTheNewestMarkersIsBelieved() {
    times.mark(MARKED.toEpochMilli());
    for (int minutes : new int[] {-60, -10, 0, 10, 60}) {
      Instant stated = MARKED.plus(Duration.ofMinutes(minutes));
      assertThat(ofTimestamp(stated.getEpochSecond())).isEqualTo(stated);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-8640000000000000", "-1", "0", "1", "8640000000000000"})
  void aTimeThatIsFarOffIsThatOfTheNewestMarker(String millis) {
    times.mark(MARKED.toEpochMilli());
    assertThat(ofTimestamp(millis)).isEqualTo(MARKED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "9223372036854775807", "-9223372036854775808", "1e9"})
  void aTimestampThatIsNoTimeIsThatOfTheNewestMarker(String timestamp) {
    times.mark(MARKED.toEpochMilli());
    assertThat(ofTimestamp(timestamp)).isEqualTo(MARKED);
    assertThat(times.ofTimestamp(Optional.empty())).isEqualTo(MARKED);
  }

  @Test
  void aTimestampInMillisecondsIsTakenForWhatIsMeant() {
    Instant stated = MARKED.plusMillis(1234);
    times.mark(MARKED.toEpochMilli());
    assertThat(ofTimestamp(stated.toEpochMilli())).isEqualTo(stated);
  }

  @Test
  void beforeThereIsAMarkerATimeIsBelievedIfItIsOne() {
    Instant before = Instant.now();
    assertThat(ofTimestamp(MARKED.getEpochSecond())).isEqualTo(MARKED);
    assertThat(ofTimestamp(0)).isBetween(before, Instant.now());
  }
}
