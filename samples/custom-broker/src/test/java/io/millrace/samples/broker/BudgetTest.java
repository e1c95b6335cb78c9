package io.millrace.samples.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What this sample is there to show. */
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
}
