package io.millrace.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceOptions;
import io.millrace.core.http.Neighbours.Deed;
import io.millrace.core.testing.Heap;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NeighboursTest {

  private static final int MINUTES = 3;

  private final AtomicLong clock = new AtomicLong(-5_000);
  private final MillraceOptions options = new MillraceOptions();
  private final Neighbours neighbours = new Neighbours(options, clock::get);

  private boolean take(Deed deed, String network, String id) {
    return neighbours.take(deed, network, Optional.of(id));
  }

  @Test
  void whoWasSeenHasLimitsOfItsOwn() {
    assertThat(take(Deed.ATTACH, "x", "client-1")).isTrue();
    for (int i = 0; i < options.publishesPerSecondPerAddress(); i++) {
      assertThat(neighbours.take(Deed.PUBLISH, "x", Optional.empty())).isTrue();
      assertThat(take(Deed.PUBLISH, "x", "new-" + i)).isTrue();
    }
    assertThat(neighbours.take(Deed.PUBLISH, "x", Optional.empty())).isFalse();
    assertThat(take(Deed.PUBLISH, "x", "one-too-many")).isFalse();
    for (int i = 0; i < options.publishesPerSecond(); i++) {
      assertThat(take(Deed.PUBLISH, "x", "client-1")).isTrue();
    }
    assertThat(take(Deed.PUBLISH, "x", "client-1")).as("its own limit").isFalse();
    assertThat(take(Deed.PUBLISH, "y", "client-1")).as("at another address").isTrue();
  }

  /** A second at a time: the flooder tries everything, and then each client asks for little. */
  @Test
  void aThousandWhoPollArePassedBesideOneWhoMakesUpIds() {
    long flooded = 0;
    long made = 0;
    int seconds = 60 * MINUTES;
    for (int i = 0; i < 1000; i++) {
      assertThat(take(Deed.ATTACH, "x", "honest-" + i)).isTrue();
    }
    for (int second = 0; second < seconds; second++) {
      clock.addAndGet(1000);
      for (int i = 0; i < 5000; i++) {
        flooded += take(Deed.PUBLISH, "x", "made-up-" + made++) ? 1 : 0;
        flooded += neighbours.take(Deed.PUBLISH, "x", Optional.empty()) ? 1 : 0;
        neighbours.take(Deed.ATTACH, "x", Optional.of("made-up-" + made++));
      }
      for (int i = second % 15; i < 1000; i += 15) {
        assertThat(take(Deed.ATTACH, "x", "honest-" + i)).isTrue();
        assertThat(take(Deed.PUBLISH, "x", "honest-" + i)).isTrue();
      }
      assertThat(neighbours.size()).isLessThanOrEqualTo(Neighbours.MOST_AT_ADDRESS);
    }
    assertThat(flooded).isLessThanOrEqualTo(2L * (seconds + 1) * 100);
  }

  @Test
  void whatIsRememberedIsCountedAsTheHeapGrows() {
    int count = Neighbours.mostKnown();
    long growth =
        Heap.growth(
            () -> {
              for (int i = 0; i < count; i++) {
                String network = "203.0.113." + i / 1000; // An object for each request.
                assertThat(take(Deed.ATTACH, network, (i + "-" + "x".repeat(64)).substring(0, 64)))
                    .isTrue();
                clock.addAndGet(1);
              }
              return neighbours;
            });
    assertThat(neighbours.size()).isEqualTo(count);
    assertThat((double) growth / count / Neighbours.BYTES).isBetween(1 / 1.5, 1.2);
  }

  @Test
  void ofAllAddressesOnlySoManyAreRemembered() {
    for (int i = 0; i < 2 * Neighbours.mostKnown(); i++) {
      assertThat(take(Deed.ATTACH, "network " + i / 100, "client-" + i)).isTrue();
    }
    assertThat(neighbours.size()).isEqualTo(Neighbours.mostKnown());
    clock.addAndGet(Neighbours.MEMORY_MILLIS);
    take(Deed.ATTACH, "x", "client-1");
    assertThat(neighbours.size()).isEqualTo(1);
  }
}
