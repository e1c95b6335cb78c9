package io.millrace.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BoundedMapTest {

  private int most = 3;
  private long mostCost = 100;
  private final BoundedMap<String, Integer> byAge = new BoundedMap<>(() -> most);
  private final BoundedMap<String, Integer> byUse = BoundedMap.byUse(3);

  /** The values cost what they are, and each key 1. */
  private final BoundedMap<String, Integer> byCost =
      new BoundedMap<>(() -> most, () -> mostCost, (key, value) -> value + 1L);

  private static void put(BoundedMap<String, Integer> map, String... keys) {
    Arrays.stream(keys).forEach(key -> map.put(key, 1));
  }

  private static String keys(BoundedMap<String, Integer> map) {
    return Stream.of("a", "b", "c", "d", "e", "f", "g", "h")
        .filter(key -> map.get(key) != null)
        .collect(Collectors.joining());
  }

  @Test
  void whatWasPutFirstIsForgottenFirst() {
    put(byAge, "a", "b", "c");
    assertThat(byAge.get("a")).isEqualTo(1);
    put(byAge, "d");
    assertThat(keys(byAge)).isEqualTo("bcd");
    most = 1;
    put(byAge, "e");
    assertThat(keys(byAge)).isEqualTo("e");
    assertThat(byAge.size()).isEqualTo(1);
  }

  @Test
  void anEntryThatReplacesAnotherTakesItsPlace() {
    put(byAge, "a", "b", "c");
    byAge.put("a", 2);
    assertThat(byAge.get("a")).isEqualTo(2);
    put(byAge, "d");
    assertThat(keys(byAge)).isEqualTo("bcd");
  }

  @Test
  void anEntryThatWasRemovedIsTheNewestIfItIsPutAgain() {
    put(byAge, "a", "b", "c");
    assertThat(byAge.remove("a")).isEqualTo(1);
    assertThat(byAge.remove("a")).isNull();
    put(byAge, "a", "d");
    assertThat(keys(byAge)).isEqualTo("acd");
  }

  @Test
  void byUseWhatWasNotUsedForLongestIsForgottenFirst() {
    put(byUse, "a", "b", "c");
    assertThat(byUse.get("a")).isEqualTo(1);
    put(byUse, "b", "d");
    assertThat(keys(byUse)).isEqualTo("abd");
  }

  @Test
  void entriesThatCostTooMuchAreForgottenHoweverFewTheyAre() {
    byCost.put("a", 49);
    byCost.put("b", 49);
    assertThat(byCost.cost()).isEqualTo(100);
    byCost.put("c", 0);
    assertThat(keys(byCost)).isEqualTo("bc");
    assertThat(byCost.cost()).isEqualTo(51);
    mostCost = 10;
    byCost.put("d", 0);
    assertThat(keys(byCost)).isEqualTo("cd");
    byCost.put("e", 10);
    assertThat(byCost.size()).isZero();
    assertThat(byCost.cost()).isZero();
  }

  @Test
  void whatIsReplacedRemovedOrForgottenCostsNothing() {
    byCost.put("a", 10);
    byCost.put("a", 20);
    assertThat(byCost.cost()).isEqualTo(21);
    byCost.put("b", 30);
    byCost.remove("a");
    assertThat(byCost.cost()).isEqualTo(31);
    byCost.forgetOldest(value -> true);
    assertThat(byCost.cost()).isZero();
    put(byCost, "a", "b", "c", "d");
    assertThat(keys(byCost)).isEqualTo("bcd");
    assertThat(byCost.cost()).isEqualTo(6);
    byCost.clear();
    assertThat(byCost.cost()).isZero();
    assertThat(byCost.size()).isZero();
  }

  @Test
  void theOldestAreForgottenAFewAtATimeUpToTheFirstThatIsNeeded() {
    most = 100;
    IntStream.range(0, 20).forEach(i -> byAge.put("k" + i, i));
    byAge.forgetOldest(value -> value < 10);
    assertThat(byAge.size()).isEqualTo(12);
    byAge.forgetOldest(value -> value < 10);
    assertThat(byAge.size()).isEqualTo(10);
    byAge.forgetOldest(value -> value < 10);
    assertThat(byAge.get("k10")).isEqualTo(10);
    assertThat(byAge.size()).isEqualTo(10);
  }
}
