package io.millrace.samples.rabbitmq;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A browser: the system's Chromium if there is one, else Playwright's own. */
final class Chromium implements AutoCloseable {

  private static final List<String> FLAGS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  private final Playwright playwright;
  private final Browser browser;
  final List<String> errors = new CopyOnWriteArrayList<>();

  Chromium() {
    Playwright.CreateOptions create = new Playwright.CreateOptions();
    BrowserType.LaunchOptions launch = new BrowserType.LaunchOptions().setArgs(FLAGS);
    Stream.of("chromium", "chromium-browser", "google-chrome")
        .map(name -> Path.of("/usr/bin", name))
        .filter(Files::isExecutable)
        .findFirst()
        .ifPresent(
            system -> {
              create.setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"));
              launch.setExecutablePath(system);
            });
    playwright = Playwright.create(create);
    browser = playwright.chromium().launch(launch);
  }

  Page open(int port) {
    Page page = browser.newContext().newPage();
    page.onPageError(errors::add);
    page.setDefaultTimeout(30_000);
    page.navigate("http://localhost:" + port + "/");
    return page;
  }

  @Override
  public void close() {
    playwright.close();
  }
}
