package io.millrace.benchmarks.fallback;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Opens the page over the network of a row, and reports what it received. Blocks. */
final class Visit {

  private static final double LOOK_MILLIS = 20;

  /** For a page that loads; nothing about it is measured. */
  private static final double PATIENCE_MILLIS = 120_000;

  private final Browser browser;
  private final Row row;
  private final int rate;
  private final Duration least;
  private final Duration patience;
  private final boolean trace;
  private final List<Outcome.Outage> outages = new ArrayList<>();
  private int done;
  private double brokenAt;

  /**
   * @param rate messages per second
   * @param least how long the page stays, unless the row takes longer
   * @param patience how long to wait for outstanding messages at the end
   * @param trace whether to print what the client decided
   */
  Visit(Browser browser, Row row, int rate, Duration least, Duration patience, boolean trace) {
    this.browser = browser;
    this.row = row;
    this.rate = rate;
    this.least = least;
    this.patience = patience;
    this.trace = trace;
  }

  Outcome run(Peer peer) {
    try (Site site = new Site(peer, rate, row.latency());
        BrowserContext context = browser.newContext()) {
      Page page = context.newPage();
      page.setDefaultTimeout(PATIENCE_MILLIS);
      page.navigate(site.url());
      page.waitForFunction("() => window.ready");
      return run(site, page);
    }
  }

  private Outcome run(Site site, Page page) {
    int before = site.box().requests();
    site.network().latency(row.latency());
    double start = System.currentTimeMillis();
    takeSteps(site, start);
    page.evaluate("begin()");
    double end = start + Math.max(least.toMillis(), Duration.ofSeconds(row.seconds()).toMillis());
    while (System.currentTimeMillis() < end) {
      takeSteps(site, start);
      page.waitForTimeout(LOOK_MILLIS);
    }
    int requests = site.box().requests() - before;
    site.publisher().close();
    double stopped = System.currentTimeMillis();
    long last = site.publisher().published().last();
    while (((Number) page.evaluate("last()")).longValue() < last
        && System.currentTimeMillis() - stopped < patience.toMillis()) {
      page.waitForTimeout(LOOK_MILLIS);
    }
    if (trace) {
      printTrace(page, start);
    }
    return Outcome.of(
        row,
        new JsonObject((String) page.evaluate("report()")),
        site.publisher().published(),
        outages,
        stopped,
        requests);
  }

  private static void printTrace(Page page, double start) {
    for (Object each : new JsonArray((String) page.evaluate("decisions()"))) {
      JsonObject decision = (JsonObject) each;
      double time = decision.getDouble("time") - start;
      decision.remove("time");
      System.err.printf("  %8.0f ms  %s%n", time, decision.encode());
    }
  }

  /** Takes the steps that are due. */
  private void takeSteps(Site site, double start) {
    while (done < row.steps().size()) {
      Row.Step step = row.steps().get(done);
      double now = System.currentTimeMillis();
      if (now - start < Duration.ofSeconds(step.second()).toMillis()) {
        return;
      }
      step.action().accept(site);
      done++;
      switch (step.effect()) {
        case NONE -> {}
        case BREAKS -> brokenAt = now;
        case CUTS -> outages.add(new Outcome.Outage(now, System.currentTimeMillis()));
        case HEALS -> outages.add(new Outcome.Outage(brokenAt, System.currentTimeMillis()));
      }
    }
  }
}
