package io.millrace.checks;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.millrace.testing.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Does what a newcomer does: copies the files that a page shows, and runs Maven without any
 * configuration.
 */
class FirstHourIT extends Newcomer {

  private static final Pattern COUNT =
      Pattern.compile(
          "^\\[\\w+] Tests run: (\\d+), Failures: 0, Errors: 0, Skipped: (\\d+)$",
          Pattern.MULTILINE);

  @Test
  void theApplicationOfTheReadmeServesItsPageAndItsMessages() throws Exception {
    new Page(PROJECT.resolve("README.md")).copyTo(folder);
    run(Path.of("src/main/java/App.java"));

    await()
        .untilAsserted(
            () -> assertThat(get("/live?channels=clock&last=1").body()).contains("\"count\":"));
    assertThat(get("/").body()).contains("/live/millrace.js");
    if (Chromium.NEED.isHere()) {
      try (Chromium chromium = new Chromium()) {
        com.microsoft.playwright.Page page = chromium.browser().newPage();
        page.navigate("http://localhost:" + port + "/");
        PlaywrightAssertions.assertThat(page.locator("#clock"))
            .hasText(Pattern.compile("\\d+ at 20\\d\\d-.*Z"));
        PlaywrightAssertions.assertThat(page.locator("#transport")).hasText("websocket");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"writing-a-transport.md, 40", "writing-a-broker.md, 17"})
  void thePlugInOfAGuidePassesItsContract(String guide, int atLeast) throws Exception {
    new Page(PROJECT.resolve("docs").resolve(guide)).copyTo(folder);

    Matcher count = COUNT.matcher(maven().run("package"));

    assertThat(count.find()).isTrue();
    assertThat(Integer.parseInt(count.group(1)) - Integer.parseInt(count.group(2)))
        .isGreaterThanOrEqualTo(atLeast);
  }

  /** A guide shows the same code as its sample. */
  @ParameterizedTest
  @CsvSource({
    "writing-a-transport.md, custom-transport, transport",
    "writing-a-broker.md, custom-broker, broker"
  })
  void aGuideShowsItsSample(String guide, String sample, String name) throws IOException {
    Page page = new Page(PROJECT.resolve("docs").resolve(guide));
    Path folder = PROJECT.resolve("samples").resolve(sample);
    assertThat(page.files().keySet()).filteredOn(path -> path.endsWith(".java")).isNotEmpty();
    page.files()
        .forEach(
            (path, text) -> {
              if (path.endsWith(".java")) {
                assertThat(text)
                    .isEqualTo(
                        source(folder, path.replace("com/example", "io/millrace/samples/" + name)));
              }
            });
  }

  private static String source(Path folder, String path) {
    try {
      return Files.readString(folder.resolve(path))
          .replaceFirst("package [^;]+;", "package com.example;");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
