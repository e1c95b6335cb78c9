package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelPatternTest {

  private static final String LONGEST = "a".repeat(200);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "A-Z_09",
        "congress.house.floor",
        "-",
        "_",
        "0",
        "a.b.c.d.e.f.g.h.i.j",
        "a.-"
      })
  void namesAreNames(String text) {
    assertThat(ChannelPattern.of(text).isName()).isTrue();
    assertThat(ChannelPattern.of(text)).hasToString(text);
    assertThat(ChannelPattern.checkName(text)).isEqualTo(text);
    assertThat(String.join(".", ChannelPattern.of(text).segments())).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "**", "a.*", "*.a", "a.*.b", "a.**", "*.**", "*.*.*", "a.*.**"})
  void patternsArePatterns(String text) {
    assertThat(ChannelPattern.of(text).isName()).isFalse();
    assertThat(ChannelPattern.of(text)).hasToString(text);
    assertThatThrownBy(() -> ChannelPattern.checkName(text))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.BAD_REQUEST));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".", "a.", ".a", "a..b", "a b", " a", "a\n", "a/b", "a,b", "a:b", "a+b", "é", "한글",
        "a\0", "***", "a*", "*a", "a.b*", "**.a", "a.**.b", "**.**", "**.*", "a.***", "a%2eb"
      })
  void everythingElseIsRefused(String text) {
    assertThatThrownBy(() -> ChannelPattern.of(text))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.BAD_REQUEST));
  }

  @Test
  void twoHundredCharactersAreTheMostAndNotMoreThanThatIsRepeated() {
    assertThat(ChannelPattern.of(LONGEST).isName()).isTrue();
    assertThatThrownBy(() -> ChannelPattern.of(LONGEST + "x".repeat(100_000)))
        .isInstanceOf(MillraceException.class)
        .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(500));
  }

  @ParameterizedTest
  @CsvSource({
    "a, a, true",
    "a, b, false",
    "a, a.a, false",
    "a, A, false",
    "*, a, true",
    "*, a.b, false",
    "a.*, a.b, true",
    "a.*, a, false",
    "a.*, a.b.c, false",
    "a.**, a.b, true",
    "a.**, a.b.c.d, true",
    "a.**, a, false",
    "a.**, b.a, false",
    "**, a, true",
    "**, a.b.c, true",
    "*.b, a.b, true",
    "*.b, a.c, false",
    "*.**, a.b, true",
    "*.**, a, false",
    "a.*.c, a.b.c, true",
    "a.*.c, a.b.d, false"
  })
  void matchesWhatItMeans(String pattern, String channel, boolean matches) {
    assertThat(ChannelPattern.of(pattern).matches(channel)).isEqualTo(matches);
  }

  @Test
  void theKeyOfNodesIsNoChannelAndNoPatternHasAnythingToDoWithIt() {
    ChannelPattern key = ChannelPattern.CONTROL;
    assertThat(key.isName()).isTrue();
    assertThat(key.matches(key.toString())).isTrue();
    assertThat(key.covers(key)).isTrue();
    assertThat(key.overlaps(key)).isTrue();
    for (String text : List.of("*", "**", "a", "millrace", "*.**")) {
      ChannelPattern other = ChannelPattern.of(text);
      assertThat(other.matches(key.toString())).as(text).isFalse();
      assertThat(other.covers(key)).as(text).isFalse();
      assertThat(other.overlaps(key)).as(text).isFalse();
      assertThat(key.covers(other)).as(text).isFalse();
      assertThat(key.overlaps(other)).as(text).isFalse();
    }
    assertThatThrownBy(() -> ChannelPattern.of(key.toString()))
        .isInstanceOf(MillraceException.class);
    assertThatThrownBy(() -> ChannelPattern.checkName(key.toString()))
        .isInstanceOf(MillraceException.class);
  }

  @Test
  void aBrokersKeyIsANameOrTheOneOfNodes() {
    assertThat(ChannelPattern.ofKey("a.b")).isEqualTo(ChannelPattern.of("a.b"));
    assertThat(ChannelPattern.ofKey("$millrace")).isEqualTo(ChannelPattern.CONTROL);
    for (String text : List.of("", "a.*", "$", "$millrace.a", "a.$millrace", "$other")) {
      assertThatThrownBy(() -> ChannelPattern.ofKey(text))
          .as(text)
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(MillraceException.Code.BAD_REQUEST));
    }
  }

  /** Every name of one to five segments out of two; one is more than any pattern here has. */
  private static List<String> texts(List<String> segments, int depth) {
    List<String> texts = new ArrayList<>(segments);
    for (int start = 0, level = 2; level <= depth; level++) {
      int end = texts.size();
      for (; start < end; start++) {
        for (String segment : segments) {
          texts.add(texts.get(start) + "." + segment);
        }
      }
    }
    return texts;
  }

  @Test
  void coversExactlyThePatternsOfWhichEveryNameMatches() {
    // "z" stands for the names that no pattern spells out.
    List<String> names = texts(List.of("a", "b", "z"), 5);
    List<ChannelPattern> patterns =
        texts(List.of("a", "b", "*", "**"), 3).stream()
            .filter(text -> text.indexOf("**") < 0 || text.indexOf("**") == text.length() - 2)
            .map(ChannelPattern::of)
            .toList();
    List<List<Boolean>> matched = new ArrayList<>();
    for (ChannelPattern pattern : patterns) {
      matched.add(names.stream().map(pattern::matches).toList());
    }
    for (int wide = 0; wide < patterns.size(); wide++) {
      for (int narrow = 0; narrow < patterns.size(); narrow++) {
        boolean all = true;
        for (int i = 0; i < names.size() && all; i++) {
          all = matched.get(wide).get(i) || !matched.get(narrow).get(i);
        }
        assertThat(patterns.get(wide).covers(patterns.get(narrow)))
            .as("%s covers %s", patterns.get(wide), patterns.get(narrow))
            .isEqualTo(all);
      }
    }
  }

  @Test
  void thoseWrittenTheSameAreEqual() {
    assertThat(ChannelPattern.of("a.*"))
        .isEqualTo(ChannelPattern.of("a.*"))
        .hasSameHashCodeAs(ChannelPattern.of("a.*"))
        .isNotEqualTo(ChannelPattern.of("a.**"))
        .isNotEqualTo("a.*");
  }
}
