package io.millrace.benchmarks.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tck.RabbitMq;
import io.millrace.testkit.Needed;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import picocli.CommandLine;

/** A short acceptance run, and the same with servers that hold almost nothing. */
@Tag("slow")
@Timeout(300)
class ChaosTest {

  @RegisterExtension static final Needed RABBITMQ = RabbitMq.need();

  private static final String[] SHORT = {
    "--seconds=6", "--rate=100", "--kills=1", "--outage=1", "--clients=20"
  };

  @Test
  void clientsGetEverythingOnceAndInOrderWhileServersAndBrokerGoAway() {
    assertThat(run("target/chaos")).isZero();
  }

  @Test
  void clientsThatStayAwayGetEverythingOutOfTheStream() {
    assertThat(run("target/chaos-nap", "--crash", "--nap=3", "--ring=8192")).isZero();
  }

  /** Faults are printed. */
  private static int run(String out, String... more) {
    String[] arguments =
        Stream.of(SHORT, more, new String[] {"--out=" + out})
            .flatMap(Stream::of)
            .toArray(String[]::new);
    return new CommandLine(new Chaos()).execute(arguments);
  }
}
