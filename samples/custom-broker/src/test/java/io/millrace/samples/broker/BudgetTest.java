package io.millrace.samples.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks what this sample is meant to show. */
class BudgetTest {

  @Test
  void aWholeBrokerIsLessThan150LinesOfMainCode() throws IOException {
    int lines = 0;
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        if (!file.endsWith("package-info.java")) {
          List<String> text = Files.readAllLines(file);
          lines += text.size();
        }
      }
    }
    assertThat(lines).isBetween(1, 149);
  }

  @Test
  void thePackageDocumentationOfTheSpiShowsThisBroker() throws IOException {
    Path source = Path.of("src/main/java/io/millrace/samples/broker/EventBusBroker.java");
    Path documentation = Path.of("../../api/src/main/java/io/millrace/spi/package-info.java");
    String code = code(Files.readString(source));
    assertThat(code(Files.readString(documentation)))
        .contains(code.substring(code.indexOf("public final class")));
  }

  /** The text without comments, the marks of documentation comments, and indentation. */
  private static String code(String text) {
    return text.lines()
        .map(line -> line.strip().replaceFirst("^\\* ?", "").strip())
        .filter(line -> !line.isEmpty() && !line.startsWith("/*") && !line.equals("/"))
        .collect(Collectors.joining("\n"));
  }
}
