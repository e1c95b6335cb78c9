package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelSegmentTest {

  @ParameterizedTest
  @CsvSource({
    "lobby, lobby",
    "late-night, late-night",
    "ann@example.com, ann_0040example_002ecom",
    "한, _d55c",
    "snake_case, snake_005fcase",
    "'', _",
    "_, _005f",
    "' ', _0020",
    "👍, _d83d_dc4d"
  })
  void aTextIsOneSegmentAndComesBack(String text, String segment) {
    assertThat(Channel.encodeSegment(text)).isEqualTo(segment);
    assertThat(Channel.decodeSegment(segment)).isEqualTo(text);
    assertThat(ChannelPattern.of("user." + segment).isName()).isTrue();
  }

  @Test
  void everyCodeUnitComesBack() {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < Character.MAX_VALUE; c++) {
      all.append(c);
    }
    String text = all.append(Character.MAX_VALUE).toString();
    assertThat(Channel.decodeSegment(Channel.encodeSegment(text))).isEqualTo(text);
  }

  @Test
  void whatLooksLikeAnEscapeComesBackToo() {
    Random random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        text.append("_0a4f@.".charAt(random.nextInt(7)));
      }
      String segment = Channel.encodeSegment(text.toString());
      assertThat(Channel.decodeSegment(segment)).isEqualTo(text.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a_",
        "_0",
        "_0040_",
        "_004G",
        "_D55C",
        "_0061",
        "a.b",
        "a b",
        "한",
        "snake_case",
        "__"
      })
  void whatWasNotMadeOfATextIsRefused(String segment) {
    assertThatThrownBy(() -> Channel.decodeSegment(segment))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(segment);
  }
}
