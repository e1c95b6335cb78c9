package io.millrace.testing;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.millrace.testkit.Needed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Chromium or Chrome of this machine, driven by Playwright. Nothing is downloaded: if there is
 * no browser, tests are skipped, as {@link #NEED} says. For use by one thread.
 */
public final class Chromium implements AutoCloseable {

  /** What tests that run a browser need. */
  public static final Needed NEED =
      Needed.of("Chromium", "apt-get install chromium", () -> find().isPresent());

  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private static final List<Path> OF_MACOS =
      Stream.of("Google Chrome", "Chromium")
          .map(name -> Path.of("/Applications", name + ".app", "Contents", "MacOS", name))
          .toList();

  private static final List<String> FLAGS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  /** How long to wait for something that a page must show; enough for a busy machine. */
  private static final double PATIENCE_MILLIS = 60_000;

  private final Playwright playwright;
  private final Browser browser;

  /**
   * Starts the browser, without a window.
   *
   * @throws IllegalStateException if there is no browser
   */
  public Chromium() {
    Path file =
        find().orElseThrow(() -> new IllegalStateException("There is no Chromium or Chrome."));
    Map<String, String> environment = Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS); // Otherwise 5 s.
    playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
    browser =
        playwright.chromium().launch(new LaunchOptions().setArgs(FLAGS).setExecutablePath(file));
  }

  private static Optional<Path> find() {
    return Stream.concat(
            NAMES.stream().map(Needed::find).flatMap(Optional::stream),
            OF_MACOS.stream().filter(Files::isExecutable))
        .findFirst();
  }

  /** {@return the browser, for contexts and pages} */
  public Browser browser() {
    return browser;
  }

  /** Ends the browser and Playwright. */
  @Override
  public void close() {
    playwright.close();
  }
}
