package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The specification and the kit have the same rules. */
class SpecTest {

  private static final Pattern RULE =
      Pattern.compile("(?m)^\\| ([TB]\\d\\d) \\| (.+?) \\| (.+?) \\|$");
  private static final Pattern NAME = Pattern.compile("required_([TB]\\d\\d)_[a-z]\\w*");

  @Test
  void everyRuleOfTheSpecificationHasOneTestAndEveryTestARule() throws IOException {
    List<String> rules = new ArrayList<>();
    Matcher matcher = RULE.matcher(Files.readString(Path.of("../docs/spec.md")));
    while (matcher.find()) {
      rules.add(matcher.group(1));
      assertThat(matcher.group(2))
          .as(matcher.group(1))
          .matches("(?s)[^.]+(\\.\\w[^.]*)*\\.( \\*\\(.+\\)\\*)?");
    }
    List<String> tests = new ArrayList<>();
    tests.addAll(rules(TransportTck.class));
    tests.addAll(rules(BrokerTck.class));
    assertThat(rules).hasSizeGreaterThan(50).doesNotHaveDuplicates();
    assertThat(tests).containsExactlyInAnyOrderElementsOf(rules);
  }

  @Test
  void rulesOfTransportsHaveTheLetterTAndThoseOfBrokersB() {
    assertThat(rules(TransportTck.class)).allMatch(rule -> rule.startsWith("T"));
    assertThat(rules(BrokerTck.class)).allMatch(rule -> rule.startsWith("B"));
  }

  /** The rules that a kit's tests name; a test that names none fails. */
  private static List<String> rules(Class<?> kit) {
    List<String> rules = new ArrayList<>();
    for (Class<?> type = kit; type != Object.class; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.isAnnotationPresent(Test.class)) {
          Matcher matcher = NAME.matcher(method.getName());
          assertThat(matcher.matches()).as(method.getName()).isTrue();
          rules.add(matcher.group(1));
        }
      }
    }
    return rules;
  }
}
