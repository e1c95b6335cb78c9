package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TallyTest {

  private final Tally tally = new Tally();
  private final List<Long> progress = new ArrayList<>();
  private final Connection first = new Reader(tally);
  private final Connection second = new Reader(tally);

  private static final class Reader extends Connection {
    Reader(Tally tally) {
      super(tally, () -> {});
    }

    @Override
    String opening() {
      return "";
    }

    @Override
    void parse(ByteBuffer in) {}
  }

  @BeforeEach
  void begin() {
    tally.begin(new Tally.Expected(2, 1, 128, 2), progress::add);
    tally.tick();
  }

  @Test
  void progressIsThatOfTheSlowest() {
    for (long round = 1; round <= 4; round++) {
      tally.delivered(first, round, 0);
    }
    assertThat(progress).isEmpty();

    tally.delivered(second, 1, 0);
    tally.delivered(second, 2, 0);

    assertThat(progress).containsExactly(2L);
    assertThat(tally.faultCount()).isZero();
  }

  @Test
  void aGapIsAFault() {
    tally.delivered(first, 1, 0);
    tally.delivered(first, 3, 0);

    assertThat(tally.faultCount()).isEqualTo(1);
    assertThat(tally.faults()).containsExactly("round 3 instead of 2");
  }

  @Test
  void aDoubleIsAFault() {
    tally.delivered(first, 1, 0);
    tally.delivered(first, 1, 0);

    assertThat(tally.faultCount()).isEqualTo(1);
  }

  @Test
  void slowReadersAreNotWaitedFor() {
    Connection slow = new Reader(tally);
    slow.slow = true;
    tally.delivered(slow, 7, 0);

    assertThat(tally.deliveries()).isZero();
    assertThat(tally.faultCount()).isZero();
  }
}
