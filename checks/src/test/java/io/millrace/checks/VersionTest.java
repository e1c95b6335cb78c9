package io.millrace.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTest {

  @ParameterizedTest
  @CsvSource({
    "1.0, 1.0.0, 0",
    "4.2.9.Final, 4.2.9, 0",
    "4.2.9.Final, 4.2.10.Final, -1",
    "2.22, 2.3, 1",
    "5.0.0.CR1, 5.0.0, -1",
    "5.0.0.CR1, 5.0.0.CR2, -1",
    "5.0.0.CR1, 4.5.27, 1",
    "1.0-M2, 1.0.Alpha1, 1",
  })
  void theyAreInOrder(String one, String other, int order) {
    assertThat(Version.of(one).compareTo(Version.of(other))).isEqualTo(order);
    assertThat(Version.of(other).compareTo(Version.of(one))).isEqualTo(-order);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4.1.131.Final | true",
        "4.1.132.Final | false",
        "4.2.0.Alpha1  | false",
        "4.2.0.Final   | true",
        "4.2.9.Final   | true",
        "4.2.10.Final  | false",
        "5.0           | true",
        "5.1           | true",
        "5.1.1         | false",
      })
  void aRangeHasItsEndsOrNot(String version, boolean isIn) {
    assertThat(Version.of(version).isIn("(,4.1.132),[4.2.0,4.2.10),(4.3,5.1]")).isEqualTo(isIn);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "4.2", "[4.2]", "[1,2", "[1,2);[3,4)", "[1,x)"})
  void whatIsNoRangeIsRefused(String range) {
    assertThatThrownBy(() -> Version.of("1").isIn(range))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsNoVersionIsRefused() {
    assertThatThrownBy(() -> Version.of("v20240317")).isInstanceOf(IllegalArgumentException.class);
  }
}
