package io.millrace.samples.rabbitmq;

import com.microsoft.playwright.Page;
import io.millrace.testing.Chromium;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The board's pages in a browser. */
final class Pages implements AutoCloseable {

  private final Chromium chromium = new Chromium();
  final List<String> errors = new CopyOnWriteArrayList<>();

  Page open(int port) {
    Page page = chromium.browser().newContext().newPage();
    page.onPageError(errors::add);
    page.setDefaultTimeout(60_000);
    page.navigate("http://localhost:" + port + "/");
    return page;
  }

  @Override
  public void close() {
    chromium.close();
  }
}
