package io.millrace.benchmarks.fallback;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Chromium;
import io.millrace.testkit.Fault;
import io.millrace.testkit.Needed;
import io.millrace.testkit.Requests;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nothing about speed: other things run on this machine. */
class VisitTest {

  @RegisterExtension static final Needed NEED = Chromium.NEED;

  @Test
  void aRefusedWebSocketAndACutLoseNothing() {
    Row row =
        Row.of("refused and cut")
            .with(Requests.webSockets(), Fault.refuse(403))
            .at(1, Row.Effect.CUTS, site -> site.network().reset());
    try (Chromium chromium = new Chromium()) {
      Duration stay = Duration.ofSeconds(2);
      Outcome outcome =
          new Visit(chromium.browser(), row, 50, stay, Duration.ofMinutes(1), false)
              .run(new MillracePeer());
      assertThat(outcome.first()).isFinite();
      assertThat(outcome.transports().get(0)).matches("(sse|stream|longpoll|poll) .*");
      assertThat(outcome.requests()).isGreaterThan(2);
      assertThat(outcome.lost()).isZero();
      assertThat(outcome.doubled()).isZero();
      assertThat(outcome.disordered()).isZero();
    }
  }
}
