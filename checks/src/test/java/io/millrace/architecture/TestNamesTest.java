package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks how tests are named and cited. It reads the sources of all modules. */
class TestNamesTest {
  private static final Pattern FILE =
      Pattern.compile(".*/src/(?:main|test)/java/(?:.*/)?(\\w+(?:Test|IT|Tck|Rules))[.]java");
  private static final Pattern METHOD = Pattern.compile("(?m)^ +(?:[a-z]+ )*void (\\w+)\\(");

  /** A contract test begins with the number of its rule in {@code docs/spec.md}. */
  private static final Pattern NAME = Pattern.compile("(?:required_[BT]\\d\\d_)?[a-z][a-zA-Z0-9]*");

  /** {@code `ATest.aTest`}, {@code `ATest`}, or {@code `.aTest`} of the class named before. */
  private static final Pattern CITED = Pattern.compile("`(\\w+(?:Test|IT))?(?:[.]([a-z]\\w+))?`");

  private static final Map<String, Set<String>> METHODS = new HashMap<>();

  @BeforeAll
  static void read() throws IOException {
    for (Path file : Sources.java()) {
      Matcher test = FILE.matcher(file.toString().replace('\\', '/'));
      if (test.matches()) {
        Set<String> methods = METHODS.computeIfAbsent(test.group(1), name -> new HashSet<>());
        METHOD.matcher(Files.readString(file)).results().forEach(it -> methods.add(it.group(1)));
      }
    }
  }

  @Test
  void testsAreNamedInCamelCase() {
    assertThat(METHODS).hasSizeGreaterThan(100);
    assertThat(METHODS.values().stream().flatMap(Set::stream)).allMatch(NAME.asMatchPredicate());
  }

  @Test
  void theTestsThatAreCitedExist() throws IOException {
    Matcher cited = CITED.matcher(Files.readString(Sources.PROJECT.resolve("docs/security.md")));
    String type = "";
    while (cited.find()) {
      type = cited.group(1) == null ? type : cited.group(1);
      assertThat(METHODS).containsKey(type);
      if (cited.group(2) != null) {
        assertThat(METHODS.get(type)).as(type).contains(cited.group(2));
      }
    }
  }
}
