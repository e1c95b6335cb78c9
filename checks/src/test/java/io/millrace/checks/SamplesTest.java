package io.millrace.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks what the two samples of plug-ins are meant to show. */
class SamplesTest {

  private static final Path SAMPLES = Path.of("../samples");
  private static final Path SPI = Path.of("../api/src/main/java/io/millrace/spi/package-info.java");

  @ParameterizedTest
  @CsvSource({"custom-transport, 100", "custom-broker, 150"})
  void aWholePlugInIsShort(String sample, int limit) throws IOException {
    int lines = 0;
    try (Stream<Path> files = Files.walk(SAMPLES.resolve(sample).resolve("src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        if (!file.endsWith("package-info.java")) {
          lines += Files.readAllLines(file).size();
        }
      }
    }
    assertThat(lines).isBetween(1, limit - 1);
  }

  @ParameterizedTest
  @CsvSource({
    "custom-transport/src/main/java/io/millrace/samples/transport/JsonSequenceTransport.java",
    "custom-broker/src/main/java/io/millrace/samples/broker/EventBusBroker.java"
  })
  void theDocumentationOfTheSpiShowsIt(String source) throws IOException {
    String code = code(Files.readString(SAMPLES.resolve(source)));
    assertThat(code(Files.readString(SPI)))
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
