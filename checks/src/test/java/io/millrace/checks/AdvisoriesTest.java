package io.millrace.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdvisoriesTest {

  private static final Map<String, Set<String>> USED =
      Map.of("g:a", Set.of("1.5"), "g:b", Set.of("1.5"));

  private static List<String> problems(Map<String, Set<String>> used, String... advisories) {
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
    String reason = ", \"unaffected\": \"Only applications that do this and that are.\"";
    assertThat(problems(USED, advisory("[1.0,1.5]", reason))).isEmpty();
    assertThat(problems(USED, advisory("[1.0,1.5)", reason)))
        .containsExactly("CVE-1 affects nothing that is used: remove its reason.");
  }

  @Test
  void aLibraryNobodyHasLookedAtIsTold() {
    assertThat(problems(Map.of("g:a", Set.of("1.5"), "g:b", Set.of("1.5"), "g:c", Set.of("2"))))
        .containsExactly("g:c 2 is in no entry: look up its advisories, and add it.");
  }

  @Test
  void aLibraryThatIsNotUsedAnyMoreIsTold() {
    assertThat(problems(Map.of("g:a", Set.of("1.5"))))
        .containsExactly("g:b is no longer used: remove it from its entry.");
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

  @Test
  void eachOfSeveralVersionsIsCompared() {
    assertThat(
            problems(
                Map.of("g:a", new TreeSet<>(Set.of("1.4", "1.5", "1.6")), "g:b", Set.of("2.0")),
                advisory("[1.0,1.6)", "")))
        .singleElement()
        .asString()
        .startsWith("CVE-1 (a hole) affects g:a 1.4, g:a 1.5. ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4.1.131.Final      | true",
        "4.1.132.Final      | false",
        "4.2.0.Alpha1       | false",
        "4.2.0.Final        | true",
        "4.2.9.Final        | true",
        "4.2.10.CR1         | true",
        "4.2.10.Final       | false",
        "5.0                | true",
        "5.0-jre            | true",
        "5.0.0.redhat-00001 | true",
        "5.1                | true",
        "5.1.1              | false",
        "6.1                | false",
        "6.2                | true",
        "6.2.0              | true",
        "6.3                | false",
      })
  void versionsAreComparedAsMavenDoes(String version, boolean isAffected) {
    Map<String, Set<String>> used = Map.of("g:a", Set.of(version), "g:b", Set.of("0-M1"));
    String ranges = "[1,4.1.132),[4.2.0,4.2.10),[5.0,5.1],[6.2]";
    assertThat(!problems(used, advisory(ranges, "")).isEmpty()).isEqualTo(isAffected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "4.2", "[1,2", "1,2)", "[1,2);[3,4)", "[2,1)", "[1,3),[2,4)"})
  void whatIsNoRangeIsRefusedThoughNothingIsCompared(String range) {
    assertThatThrownBy(() -> problems(Map.of(), advisory(range, "")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("affected")
        .hasMessageContaining("CVE-1");
  }

  @Test
  void aVersionThatCannotBeComparedIsTold() {
    assertThat(problems(Map.of("g:a", Set.of("v20240317"), "g:b", Set.of("1.5"))))
        .containsExactly(
            "g:a v20240317 is not a number, so no range says whether it is affected. Use a version that is one.");
  }

  @Test
  void whatNobodyHasLookedAtForLongIsToldByItsGroup() {
    Advisories advisories = new Advisories(new JsonArray(family()));
    assertThat(advisories.toLookAt(LocalDate.parse("2026-01-31"))).isEmpty();
    assertThat(advisories.toLookAt(LocalDate.parse("2026-02-01"))).containsExactly("g");
  }
}
