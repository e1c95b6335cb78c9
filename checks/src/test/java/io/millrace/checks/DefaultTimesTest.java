package io.millrace.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceOptions;
import io.millrace.spi.Transport;
import java.time.Duration;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** Holds defaults of several modules against each other. */
class DefaultTimesTest {

  private final MillraceOptions options = new MillraceOptions();

  @Test
  void aConnectionThatIsDeadIsNoticedLongBeforeTheLogForgets() {
    int streams = 0;
    for (Transport transport : ServiceLoader.load(Transport.class)) {
      if (transport.traits().contains(Transport.Trait.STREAMING)) {
        streams++;
        Duration heartbeat = transport.heartbeat();
        Duration byTheServer = heartbeat.plus(options.stallTimeout());
        assertThat(byTheServer).as(transport.name()).isLessThan(Duration.ofSeconds(46));
        // The browser client waits for at most a third more than the heartbeat.
        Duration byTheClient = heartbeat.multipliedBy(4).dividedBy(3);
        assertThat(byTheClient).as(transport.name()).isLessThanOrEqualTo(Duration.ofSeconds(20));
        assertThat(options.ringAge()).isGreaterThan(byTheServer.multipliedBy(2));
      }
    }
    assertThat(streams).isEqualTo(3);
    assertThat(options.longPollHold().multipliedBy(2)).isLessThan(options.ringAge());
  }

  @Test
  void aSilentConnectionOutlivesTheIdleTimesOfProxies() {
    assertThat(options.longPollHold()).isLessThan(Duration.ofSeconds(30));
    for (Transport transport : ServiceLoader.load(Transport.class)) {
      assertThat(transport.heartbeat()).as(transport.name()).isLessThan(Duration.ofSeconds(30));
    }
  }
}
