package io.millrace.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.testing.Heap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RatesTest {

  private final AtomicLong clock = new AtomicLong(-5_000);

  @Test
  void countsEachByItselfAndForgetsWhoIsSilent() {
    Rates rates = new Rates(2, clock::get);
    assertThat(rates.waitMillis("a")).isZero();
    assertThat(rates.waitMillis("a")).isZero();
    assertThat(rates.waitMillis("a")).isEqualTo(500);
    assertThat(rates.waitMillis("b")).isZero();
    clock.addAndGet(500);
    assertThat(rates.waitMillis("a")).isZero();
    assertThat(rates.size()).isEqualTo(2);
    clock.addAndGet(1000);
    assertThat(rates.waitMillis("c")).isZero();
    assertThat(rates.size()).isEqualTo(1);
  }

  @Test
  void remembersNoMoreThanSoMany() {
    Rates rates = new Rates(1, clock::get);
    for (int i = 0; i < 3 * Rates.mostKnown(); i++) {
      assertThat(rates.take("address " + i)).isTrue();
    }
    assertThat(rates.size()).isEqualTo(Rates.mostKnown());
    assertThat(rates.take("address " + (3 * Rates.mostKnown() - 1))).isFalse();
  }

  @Test
  void whatIsRememberedIsCountedAsTheHeapGrows() {
    int count = 20_000;
    List<Rates> all = new ArrayList<>();
    long growth =
        Heap.growth(
            () -> {
              for (int done = 0; done < count; done += Rates.mostKnown()) {
                Rates rates = new Rates(1, clock::get);
                all.add(rates);
                for (int i = 0; i < Math.min(Rates.mostKnown(), count - done); i++) {
                  assertThat(rates.take("user-" + i + "@example.com of some length")).isTrue();
                }
              }
              return all;
            });
    assertThat(all.stream().mapToInt(Rates::size).sum()).isEqualTo(count);
    assertThat((double) growth / count / Rates.BYTES).isBetween(1 / 1.5, 1.2);
  }
}
