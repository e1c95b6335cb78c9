package io.millrace.checks;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.millrace.tck.FreePorts;
import io.millrace.testing.Chromium;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Does what a newcomer does: copies the files that a page shows, and runs Maven without any
 * configuration.
 */
@Timeout(600)
class FirstHourIT {

  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern COUNT =
      Pattern.compile(
          "^\\[\\w+] Tests run: (\\d+), Failures: 0, Errors: 0, Skipped: (\\d+)$",
          Pattern.MULTILINE);

  @TempDir private static Path repository;

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir private Path folder;
  private Process process;

  @BeforeAll
  static void install() throws IOException {
    LocalRepository.in(repository, Path.of(System.getProperty("maven.repo")), PROJECT);
  }

  @AfterAll
  static void uninstall() throws IOException {
    LocalRepository.unlink(repository);
  }

  @AfterEach
  void stop() {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** Offline if this build is. */
  private MavenRun maven() {
    return System.getProperty("maven.mode").equals("offline=true")
        ? new MavenRun(folder, repository, "-o")
        : new MavenRun(folder, repository);
  }

  @Test
  void theApplicationOfTheReadmeServesItsPageAndItsMessages() throws Exception {
    new Page(PROJECT.resolve("README.md")).copyTo(folder);
    int port = useFreePort(folder.resolve("src/main/java/App.java"));
    Path output = folder.resolve("output.txt");
    process = maven().start(output, "-q", "compile", "exec:java");

    await()
        .atMost(Duration.ofMinutes(5))
        .ignoreExceptionsInstanceOf(IOException.class) // The server does not listen yet.
        .untilAsserted(
            () -> {
              assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
              assertThat(get(port, "/live?channels=clock&last=1")).contains("\"count\":");
            });
    assertThat(get(port, "/")).contains("/live/millrace.js");
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

  private static int useFreePort(Path source) throws IOException {
    int port = FreePorts.find();
    String text = Files.readString(source);
    assertThat(text).contains("8080");
    Files.writeString(source, text.replace("8080", String.valueOf(port)));
    return port;
  }

  private String get(int port, String path) throws Exception {
    URI url = URI.create("http://localhost:" + port + path);
    return http.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString()).body();
  }
}
