package io.millrace.samples.demo;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import io.millrace.testing.Chromium;
import io.millrace.testkit.Needed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs the demo, and Chromium. */
abstract class BrowserTest {

  @RegisterExtension static final Needed NEED = Chromium.NEED;

  private static Chromium chromium;

  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final List<BrowserContext> contexts = new ArrayList<>();
  DemoServer server;

  @BeforeAll
  static void launch() {
    chromium = new Chromium();
  }

  @AfterAll
  static void quit() {
    chromium.close();
  }

  @BeforeEach
  void start() {
    server = start(0);
  }

  @AfterEach
  void stop() {
    contexts.forEach(BrowserContext::close);
    server.close().await();
    Assertions.assertThat(errors).as("what the pages threw").isEmpty();
  }

  /** Starts the demo without feeds; on any free port if it is 0. */
  static DemoServer start(int port) {
    return DemoServer.start(new DemoOptions(port, 2, List.of(), List.of(), BrokerChoice.MEMORY))
        .await();
  }

  /** Stops the server; {@link #startAgain} starts it on the same port, with an empty log. */
  int stopServer() {
    int port = server.port();
    server.close().await();
    return port;
  }

  void startAgain(int port) {
    server = start(port);
  }

  /** Opens a page for a new visitor. */
  Page open(String path) {
    return open(context(), path);
  }

  /** Makes a new visitor. */
  BrowserContext context() {
    return context(new Browser.NewContextOptions());
  }

  BrowserContext context(Browser.NewContextOptions options) {
    BrowserContext context = chromium.browser().newContext(options);
    contexts.add(context);
    return context;
  }

  /** Opens a page for this visitor. */
  Page open(BrowserContext context, String path) {
    Page page = context.newPage();
    page.onPageError(errors::add);
    page.setDefaultTimeout(60_000);
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
}
