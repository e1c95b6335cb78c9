package io.millrace.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdvisoriesTest {

  private static final Map<String, String> USED = Map.of("g:a", "1.5", "g:b", "1.5");

  private static List<String> problems(Map<String, String> used, String... advisories) {
    return new Advisories(new JsonArray(family(advisories))).problems(used);
  }

  private static String family(String... advisories) {
    return """
        [{"libraries": ["g:a", "g:b"], "reviewed": "2026-01-31", "sources": ["https://example.org"],
          "advisories": [%s]}]
        """
        .formatted(String.join(",", advisories));
  }

  private static String advisory(String affected, String further) {
    return "{\"id\": \"CVE-1\", \"affected\": \"%s\", \"about\": \"a hole\"%s}"
        .formatted(affected, further);
  }

  @Test
  void nothingIsWrongWithWhatIsMended() {
    assertThat(problems(USED, advisory("[1.0,1.5)", ""))).isEmpty();
  }

  @Test
  void eachLibraryInAnAffectedRangeIsTold() {
    assertThat(problems(USED, advisory("[1.0,1.5]", "")))
        .containsExactly(
            "CVE-1 (a hole) affects g:a 1.5, g:b 1.5. Use none of [1.0,1.5], or say why it does not apply.");
  }

  @Test
  void anAdvisoryMayBeForOneLibraryOfAFamily() {
    assertThat(problems(USED, advisory("[1.0,1.5]", ", \"libraries\": [\"g:b\"]")))
        .singleElement()
        .asString()
        .startsWith("CVE-1 (a hole) affects g:b 1.5.");
  }

  @Test
  void aReasonLetsAnAffectedLibraryPassAndIsNotKeptForOthers() {
    String reason = ", \"unaffected\": \"Only who does this and that is.\"";
    assertThat(problems(USED, advisory("[1.0,1.5]", reason))).isEmpty();
    assertThat(problems(USED, advisory("[1.0,1.5)", reason)))
        .containsExactly("CVE-1 affects nothing that is used: its reason is to go.");
  }

  @Test
  void aLibraryNobodyHasLookedAtIsTold() {
    assertThat(problems(Map.of("g:a", "1.5", "g:b", "1.5", "g:c", "2")))
        .containsExactly("g:c 2 is in no entry: look up what is known against it, and add it.");
  }

  @Test
  void aLibraryThatIsNotUsedAnyMoreIsTold() {
    assertThat(problems(Map.of("g:a", "1.5")))
        .containsExactly("g:b is not used any more: take it out of its entry.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ", \"unaffected\": \"\"",
        ", \"unaffected\": \"no\"",
        ", \"libraries\": [\"g:c\"]",
      })
  void anAdvisoryThatSaysTooLittleIsRefused(String further) {
    assertThatThrownBy(() -> problems(USED, advisory("[1.0,1.5]", further)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CVE-1");
  }

  @Test
  void aLibraryIsInOneEntry() {
    assertThatThrownBy(
            () -> new Advisories(new JsonArray(family()).addAll(new JsonArray(family()))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
