package io.millrace.spi.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderElementTest {

  private static final String SSE = "text/event-stream";

  @Test
  void readsNamesValuesAndParametersInAnyCaseWithAnySpace() {
    assertThat(HeaderElement.parse(List.of("Text/HTML;Q=0.5 , ,\tWAIT = 10 ;A=\"b\" ; ;c", "x")))
        .containsExactly(
            new HeaderElement("text/html", "", Map.of("q", "0.5")),
            new HeaderElement("wait", "10", Map.of("a", "b", "c", "")),
            new HeaderElement("x", "", Map.of()));
  }

  @Test
  void separatorsAndEscapesInsideQuotesBelongToTheValue() {
    assertThat(HeaderElement.parse(List.of("a=\"1,2;3=\\\"4\\\\\";b=\",\", c")))
        .containsExactly(
            new HeaderElement("a", "1,2;3=\"4\\", Map.of("b", ",")),
            new HeaderElement("c", "", Map.of()));
  }

  @Test
  void ofParametersWithOneNameTheFirstCounts() {
    assertThat(HeaderElement.parse(List.of("a;b=1;B=2")))
        .containsExactly(new HeaderElement("a", "", Map.of("b", "1")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ",;,",
        "=1",
        "a b",
        "a/b/c",
        "a;=1",
        "a;b c",
        "a=\"",
        "a=\"x",
        "a=\"x\"y",
        "a=b c",
        "a=\"\\",
        "\u00e9",
        "a=\u0000",
        "\"a\"",
        ";q=1"
      })
  void whatCannotBeReadIsLeftOut(String text) {
    assertThat(HeaderElement.parse(List.of(text))).isEmpty();
  }

  @Test
  void anElementThatCannotBeReadDoesNotHideTheOthers() {
    assertThat(HeaderElement.parse(List.of("=, a b, wait=5, c=\"")))
        .containsExactly(new HeaderElement("wait", "5", Map.of()));
  }

  @Test
  void readsWhateverComes() {
    Random random = new Random(7240);
    String alphabet = "aZ1 \t,;=\"\\/*.q\u0000\u00e9";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(24); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      for (HeaderElement element : HeaderElement.parse(List.of(text.toString()))) {
        assertThat(element.name()).as("%s", text).matches("[^\\s,;=\"\\\\]+");
      }
    }
  }

  @Test
  void aLongQuotedStringIsReadInLinearTime() {
    String quoted = "\\\"".repeat(500_000);
    assertThat(HeaderElement.parse(List.of("a=\"" + quoted + "\"")))
        .singleElement()
        .satisfies(element -> assertThat(element.value()).hasSize(500_000));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/event-stream|true",
        "TEXT/Event-Stream; charset=utf-8|true",
        "text/html, text/event-stream;q=0.001|true",
        "text/*|true",
        "text/*;q=0, text/event-stream|true",
        "text/event-stream;q=0|false",
        "text/event-stream ; Q=0.000|false",
        "text/*, text/event-stream;q=0|false",
        "*/*|false",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8|false",
        "application/json|false",
        "text/event-streams|false",
        "application/x;a=\"text/event-stream\"|false",
        "application/x;a=\", text/event-stream, \"|false",
        "text/event-stream;q=\"|false"
      })
  void aMediaTypeIsAskedForByTheMostSpecificRange(String accept, boolean asked) {
    assertThat(HeaderElement.accepts(accept(accept), SSE)).as(accept).isEqualTo(asked);
  }

  @Test
  void withoutAcceptNothingIsAskedFor() {
    assertThat(HeaderElement.accepts(accept(), SSE)).isFalse();
  }

  @Test
  void allLinesOfAcceptCount() {
    assertThat(HeaderElement.accepts(accept("text/html", SSE), SSE)).isTrue();
  }

  private static MultiMap accept(String... lines) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    Arrays.stream(lines).forEach(line -> headers.add("Accept", line));
    return headers;
  }
}
