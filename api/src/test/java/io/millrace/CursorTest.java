package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

  @Test
  void isReadAndWritten() {
    Cursor cursor = new Cursor("k3", 91);
    assertThat(cursor).hasToString("k3-91");
    assertThat(Cursor.parse("k3-91")).contains(cursor);
    assertThat(Cursor.parse("_-0")).contains(new Cursor("_", 0));
    assertThat(Cursor.parse("k3-007")).contains(new Cursor("k3", 7));
  }

  @Test
  void theLongestIsOfSixtyFourCharacters() {
    Cursor longest = new Cursor("a".repeat(44), Long.MAX_VALUE);
    assertThat(longest.toString()).hasSize(Cursor.MAX_LENGTH);
    assertThat(Cursor.parse(longest.toString())).contains(longest);
    assertThat(Cursor.parse("a" + longest)).isEmpty();
    assertThatThrownBy(() -> new Cursor("a".repeat(45), 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "a",
        "a-",
        "-1",
        "a--1",
        "a-b-1",
        "a-+1",
        "a-1.0",
        "a- 1",
        " a-1",
        "a-1 ",
        "a b-1",
        "a-9223372036854775808",
        "a-99999999999999999999999",
        "a-0x1",
        "a-１",
        "é-1",
        "a:1",
        "a-1\n",
        "a.b-1",
        "a\0-1"
      })
  void whatIsNoneIsEmptyAndNoError(String text) {
    assertThat(Cursor.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a-b", "a.b", "a b", "é"})
  void anEpochHasWordCharactersOnly(String epoch) {
    assertThatThrownBy(() -> new Cursor(epoch, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSequenceIsNotNegative() {
    assertThatThrownBy(() -> new Cursor("a", -1)).isInstanceOf(IllegalArgumentException.class);
  }
}
