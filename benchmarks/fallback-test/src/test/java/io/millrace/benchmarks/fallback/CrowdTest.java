package io.millrace.benchmarks.fallback;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.Needed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nothing about speed: other things run on this machine. */
class CrowdTest {

  private static final Path PROGRAMS = Path.of("../node");
  private static final int CLIENTS = 20;

  @RegisterExtension
  static final Needed NODE =
      Needed.of(
          "Node.js 20 or later, and the packages of the benchmarks",
          "npm ci --prefix benchmarks/node",
          () ->
              Needed.find("node").isPresent() && Files.exists(PROGRAMS.resolve("node_modules/ws")));

  @Test
  void allReturnAfterACutAndAfterARestart() {
    try (MillracePeer peer = new MillracePeer()) {
      peer.start();
      try (Crowd crowd = new Crowd(PROGRAMS.resolve("crowd.js"), peer.port(), CLIENTS)) {
        Returns cut = crowd.returnAfter("cut", peer::cut);
        Returns restart =
            crowd.returnAfter(
                "restart",
                () -> {
                  peer.stop();
                  peer.start();
                });
        for (Returns returns : List.of(cut, restart)) {
          assertThat(returns.began()).hasSize(CLIENTS).allMatch(time -> time >= 0);
          assertThat(returns.connected()).hasSize(CLIENTS);
          assertThat(returns.connected().get(0)).isGreaterThanOrEqualTo(returns.began().get(0));
        }
      }
    }
  }

  @Test
  void theBusiestTenthOfASecondCounts() {
    List<Long> even = LongStream.range(0, 20).map(i -> 1_000 + 50 * i).boxed().toList();
    List<Long> uneven = LongStream.range(0, 20).map(i -> 1_000 + 45 * i).boxed().toList();
    assertThat(Returns.busiest(even)).isEqualTo(0.1);
    assertThat(new Returns("", even, even).isGood()).isTrue();
    assertThat(Returns.busiest(uneven)).isEqualTo(0.15);
    assertThat(new Returns("", even, uneven).isGood()).isFalse();
    assertThat(Returns.table(List.of(Returns.of("cut", 1_000, even, uneven))))
        .contains("| 20 clients |")
        .endsWith("| cut | 0.0 to 1.0 | 10.0 % | 0.0 to 0.9 | **15.0 %** |\n");
  }
}
