package io.millrace.acceptance;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.testing.Chromium;
import io.millrace.testkit.Needed;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Many pages of one browser, over HTTP/1.1, where nothing lets a WebSocket through: they share one
 * connection, whichever of them has it. With {@code -Dmillrace.pages=30 -Dmillrace.deaths=20}, as
 * many as people have open.
 */
@Timeout(900)
class SharedConnectionTest {

  @RegisterExtension static final Needed NEED = Chromium.NEED;

  private static final int PAGES = Integer.getInteger("millrace.pages", 8);
  private static final int DEATHS = Integer.getInteger("millrace.deaths", 4);
  private static final String LOAD = "pages.load";
  private static final int EVERY_MILLIS = 20;

  /** Times count on a machine that does nothing else, which is only known of who asks for them. */
  private static final boolean IN_TIME = System.getProperty("millrace.pages") != null;

  /** Reads, and notes when each message arrives. The page that has the stream is the leader. */
  private static final String READ =
      """
      async (channel) => {
        const { Millrace } = await import('/live/millrace.js');
        window.got = [];
        window.at = [];
        window.leads = false;
        window.trouble = [];
        // Timers and frames are rare in pages that nobody sees; messages are not.
        let waiting = [];
        const inTime = (what, promise) => {
          const late = (resolve, reject) =>
            setTimeout(() => reject(Error(`${what}: ${got.at(-1)} ${JSON.stringify(live.trace())}`)), 120e3);
          return Promise.race([promise, new Promise(late)]);
        };
        window.past = (number) =>
          inTime(`not past ${number}`, new Promise((resolve) => waiting.push({ number, resolve })));
        const leading = class extends EventSource {
          constructor(...given) {
            super(...given);
            window.leads = true;
          }
        };
        window.live = new Millrace('/live', { share: true, EventSource: leading });
        live.on('gap', ({ reason }) => trouble.push(reason));
        live.on('error', ({ message }) => trouble.push(message));
        const { ready } = live.subscribe(channel, ({ data }) => {
          got.push(data);
          at.push(performance.timeOrigin + performance.now());
          for (const { number, resolve } of waiting) if (data > number) resolve();
          waiting = waiting.filter(({ number }) => data <= number);
        });
        await inTime('not live', ready);
      }""";

  private static Vertx vertx;
  private static Millrace millrace;
  private static HttpServer server;
  private static Chromium chromium;
  private static BrowserContext context;
  private static final AtomicInteger PUBLISHED = new AtomicInteger();
  private static final Set<Page> CRASHED = new HashSet<>();
  private static final List<String> THROWN = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    millrace =
        Millrace.builder(vertx)
            .broker("memory")
            .options(
                new MillraceOptions()
                    .addPublishable("pages.*")
                    .setRingAge(Duration.ofMinutes(10))) // A busy machine may take long.
            .build();
    millrace.ready().await();
    Router router = Router.router(vertx);
    router.route("/live/websocket").handler(context -> context.fail(403));
    router.route("/live*").subRouter(millrace.router());
    BlankPage.serve(router, "/");
    server = vertx.createHttpServer().requestHandler(router).listen(0, "localhost").await();
    chromium = new Chromium();
    context = chromium.browser().newContext();
  }

  @AfterAll
  static void stop() {
    chromium.close();
    millrace.close().await();
    vertx.close().await();
    assertThat(THROWN).as("what the pages threw").isEmpty();
  }

  private static Page open() {
    Page page = context.newPage();
    page.onPageError(THROWN::add);
    page.onCrash(CRASHED::add);
    page.setDefaultTimeout(60_000);
    page.navigate("http://localhost:" + server.actualPort() + "/");
    page.evaluate(READ, LOAD);
    return page;
  }

  @Test
  void manyPagesShareOneConnectionThatOutlivesThePageThatHasIt() {
    List<Page> pages = new ArrayList<>();
    IntStream.range(0, PAGES).forEach(n -> pages.add(open()));
    await("one connection").until(() -> millrace.counts().readers() == 1);
    vertx.setPeriodic(
        EVERY_MILLIS,
        tick -> millrace.channel(LOAD).publish(Message.json(PUBLISHED.incrementAndGet())));
    measure(pages);
    publishFromAll(pages);
    for (int death = 1; death <= DEATHS; death++) {
      end(pages, death % 2 == 0);
      while (pages.size() < PAGES) {
        pages.add(open());
      }
      await("one connection, after death " + death).until(() -> millrace.counts().readers() == 1);
    }
    measure(pages);
    pages.forEach(SharedConnectionTest::assertComplete);
  }

  /** How long after the first page each other page gets what all of them get. */
  private static void measure(Collection<Page> pages) {
    int from = PUBLISHED.get() + 50;
    int until = from + 100;
    Map<Integer, Double> first = new HashMap<>();
    List<Map<Integer, Double>> arrivals = new ArrayList<>();
    for (Page page : pages) {
      page.evaluate("(last) => past(last)", until);
      Map<Integer, Double> times = new HashMap<>();
      List<?> got =
          (List<?>)
              page.evaluate(
                  "(from) => { const i = got.indexOf(from); return at.slice(i, i + 100); }", from);
      for (int i = 0; i < got.size(); i++) {
        times.put(from + i, ((Number) got.get(i)).doubleValue());
      }
      times.forEach((number, time) -> first.merge(number, time, Math::min));
      arrivals.add(times);
    }
    List<Double> later =
        arrivals.stream()
            .flatMap(times -> times.entrySet().stream())
            .map(each -> each.getValue() - first.get(each.getKey()))
            .sorted()
            .toList();
    double median = later.get(later.size() / 2);
    System.out.printf(
        "%d pages: after the first one, median %.1f ms, 99%% %.1f ms, most %.1f ms%n",
        pages.size(), median, later.get(later.size() * 99 / 100), later.get(later.size() - 1));
    if (IN_TIME) {
      assertThat(median).as("milliseconds after the first page").isLessThan(100);
    }
  }

  /** Publishing does not wait behind what is read. */
  private static void publishFromAll(List<Page> pages) {
    List<Double> took = new ArrayList<>();
    for (Page page : pages) {
      took.add(
          ((Number)
                  page.evaluate(
                      """
                      async () => {
                        const begun = performance.now();
                        await live.publish('pages.said', 1);
                        return performance.now() - begun;
                      }"""))
              .doubleValue());
    }
    took.sort(null);
    System.out.printf(
        "publish from each: median %.1f ms, most %.1f ms%n",
        took.get(took.size() / 2), took.get(took.size() - 1));
    if (IN_TIME) {
      assertThat(took.get(took.size() - 1)).as("milliseconds to publish").isLessThan(1000);
    }
  }

  /** Ends the leader's page: closes it, or kills its process, which may take other pages along. */
  private static void end(List<Page> pages, boolean kill) {
    Page leader =
        await("a leader")
            .until(
                () ->
                    pages.stream().filter(page -> (boolean) page.evaluate("() => leads")).toList(),
                found -> !found.isEmpty())
            .get(0);
    assertComplete(leader);
    if (kill) {
      try {
        leader.navigate("chrome://crash");
      } catch (PlaywrightException e) {
        assertThat(e).hasMessageContaining("rash");
      }
      CRASHED.add(leader);
    }
    leader.close();
    pages.remove(leader);
    pages.removeIf(CRASHED::contains);
    int now = PUBLISHED.get();
    for (Page page : pages) {
      page.evaluate("(now) => past(now)", now);
    }
  }

  /** From its first message on, nothing is missing, doubled or in the wrong place. */
  private static void assertComplete(Page page) {
    List<?> got = (List<?>) page.evaluate("() => got");
    int first = (int) got.get(0);
    assertThat(got).isEqualTo(IntStream.range(first, first + got.size()).boxed().toList());
    assertThat(page.evaluate("() => trouble")).isEqualTo(List.of());
  }
}
