package io.millrace.core.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.testing.LoggedLines;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RareLogTest {

  @Test
  void warnsOnceAMinuteAndCountsTheRest() {
    AtomicLong clock = new AtomicLong(-5);
    RareLog log = new RareLog(System.getLogger(RareLog.class.getName()), clock::get);
    try (LoggedLines lines = new LoggedLines(RareLog.class)) {
      for (int i = 0; i < 3; i++) {
        log.warn("It failed.", null);
      }
      clock.addAndGet(59_999);
      log.warn("It failed.", null);
      assertThat(lines.warnings()).hasSize(1);
      clock.addAndGet(1);
      log.warn("It failed again.", new IllegalStateException());
      assertThat(lines.warnings()).hasSize(2);
      assertThat(lines.warnings().get(1).getMessage()).contains("again", "number 5");
      assertThat(lines.warnings().get(1).getThrown()).isNotNull();
    }
  }
}
