package io.millrace.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeapSharesTest {

  private static final long MIB = 1L << 20;

  @ParameterizedTest
  @ValueSource(longs = {16, 64, 128, 256, 512, 1024, 4096, 32 << 10})
  void allTogetherLeaveAQuarterOfTheHeap(long mebibytes) {
    HeapShares shares = new HeapShares(mebibytes * MIB);
    long sum =
        shares.ringBytes()
            + shares.historyBytes()
            + shares.readerBytes()
            + 2 * shares.bodyBytes()
            + (long) shares.keys() * HeapShares.KEY_BYTES
            + shares.frameBytes()
            + shares.limitBytes()
            + shares.unsentBytes();
    assertThat(sum).isLessThanOrEqualTo(shares.heap() / 4 * 3);
    assertThat(sum).isGreaterThan(shares.heap() / 3);
  }

  @Test
  void ofALargeHeapMessagesBodiesAndKeysTakeWhatAPublicSiteNeeds() {
    HeapShares shares = new HeapShares(4096 * MIB);
    assertThat(shares.ringBytes()).isEqualTo(64 * MIB);
    assertThat(shares.historyBytes()).isEqualTo(64 * MIB);
    assertThat(shares.bodyBytes()).isEqualTo(16 * MIB);
    assertThat(shares.keys()).isEqualTo(100_000);
    assertThat(shares.readerBytes()).isEqualTo(1024 * MIB);
  }

  @Test
  void theSmallestHeapThatServesHasRoomForSomeOfEach() {
    HeapShares shares = new HeapShares(256 * MIB);
    assertThat(shares.ringBytes()).isEqualTo(32 * MIB);
    assertThat(shares.historyBytes()).isEqualTo(32 * MIB);
    assertThat(shares.bodyBytes()).isEqualTo(8 * MIB);
    assertThat(shares.keys()).isEqualTo(27_503);
    assertThat(shares.readerBytes()).isEqualTo(64 * MIB);
    assertThat(shares.frameBytes()).isEqualTo(12 * MIB);
    assertThat(shares.limitBytes()).isEqualTo(4 * MIB);
    assertThat(shares.unsentBytes()).isEqualTo(16 * MIB);
  }

  @Test
  void theyAreTheDefaults() {
    HeapShares here = HeapShares.here();
    MillraceOptions options = new MillraceOptions();
    assertThat(options.ringBytes()).isEqualTo(here.ringBytes());
    assertThat(options.historyBytes()).isEqualTo(here.historyBytes());
    assertThat(options.readerBytes()).isEqualTo(here.readerBytes());
    assertThat(options.bodyBytes()).isEqualTo(here.bodyBytes());
    assertThat(options.maxKeys()).isEqualTo(here.keys());
  }
}
