package io.millrace.samples.demo;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Runs the demo, and Chromium: the system's if there is one, else Playwright's own. */
abstract class BrowserTest {

  private static final List<String> FLAGS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  private static Playwright playwright;
  private static Browser browser;

  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final List<BrowserContext> contexts = new ArrayList<>();
  DemoServer server;

  @BeforeAll
  static void launch() {
    Path system =
        Stream.of("chromium", "chromium-browser", "google-chrome")
            .map(name -> Path.of("/usr/bin", name))
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(null);
    Playwright.CreateOptions create = new Playwright.CreateOptions();
    BrowserType.LaunchOptions launch = new BrowserType.LaunchOptions().setArgs(FLAGS);
    if (system != null) {
      create.setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"));
      launch.setExecutablePath(system);
    }
    playwright = Playwright.create(create);
    browser = playwright.chromium().launch(launch);
  }

  @AfterAll
  static void quit() {
    playwright.close();
  }

  @BeforeEach
  void start() {
    server = start(0);
  }

  @AfterEach
  void stop() {
    contexts.forEach(BrowserContext::close);
    await(server.close());
    Assertions.assertThat(errors).as("what the pages threw").isEmpty();
  }

  private static DemoServer start(int port) {
    return await(DemoServer.start(new DemoOptions(port, 2, List.of(), BrokerChoice.MEMORY)));
  }

  /** Stops the server; {@link #startAgain} brings it back on the same port, with an empty log. */
  int stopServer() {
    int port = server.port();
    await(server.close());
    return port;
  }

  void startAgain(int port) {
    server = start(port);
  }

  /** A page of a visitor of its own. */
  Page open(String path) {
    BrowserContext context = browser.newContext();
    contexts.add(context);
    Page page = context.newPage();
    page.onPageError(errors::add);
    page.setDefaultTimeout(30_000);
    page.navigate(url(path));
    return page;
  }

  String url(String path) {
    return "http://localhost:" + server.port() + path;
  }

  static LocatorAssertions expect(Page page, String selector) {
    return com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat(
        page.locator(selector));
  }

  static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
