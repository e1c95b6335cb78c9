package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.millrace.Message;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** With {@code -Dmillrace.messages=12000}, for a minute. */
class SwitchingTest extends BrowserTest {

  private static final int MESSAGES = Integer.getInteger("millrace.messages", 1500);
  private static final int INTERVAL_MS = 5;

  /** Publishes 1 to {@link #MESSAGES}, 200 per second, whatever else happens. */
  private Future<Void> load(Vertx vertx) {
    Promise<Void> done = Promise.promise();
    AtomicInteger number = new AtomicInteger();
    vertx.setPeriodic(
        INTERVAL_MS,
        timer -> {
          int next = number.incrementAndGet();
          Future<?> published = server.millrace().channel("lab.load").publish(Message.json(next));
          if (next == MESSAGES) {
            vertx.cancelTimer(timer);
            published.<Void>mapEmpty().onComplete(done);
          }
        });
    return done.future();
  }

  @Test
  void forcedSwitchingUnderLoadNeitherLosesNorDoubles() {
    Page page = open("/icon.svg");
    page.evaluate(
        """
        async () => {
          const { Millrace } = await import('/live/millrace.js');
          window.got = [];
          window.used = new Set();
          window.live = new Millrace('/live', { transports: ['websocket'] });
          let current = '';
          live.on('transport', ({ name }) => used.add((current = name)));
          live.on('gap', () => got.push('gap'));
          await new Promise((resolve) => {
            live.on('state', (state) => state === 'connected' && resolve());
            live.subscribe('lab.load', ({ data }) => got.push(data));
          });
          const all = ['sse', 'longpoll', 'websocket', 'stream', 'poll'];
          let wanted = 'websocket';
          window.turns = 0;
          // On a busy machine a connection may take longer than a turn.
          window.turning = setInterval(() => {
            if (current !== wanted) return;
            const others = all.filter((one) => one !== current);
            wanted = others[Math.floor(Math.random() * others.length)];
            turns++;
            live.use([wanted]);
          }, 200);
        }""");
    Vertx vertx = Vertx.vertx();
    try {
      load(vertx).await();
    } finally {
      vertx.close().await();
    }
    page.waitForFunction("() => used.size === 5");
    page.evaluate("() => { clearInterval(turning); live.use(['websocket']); }");

    page.waitForFunction("(last) => got.includes(last)", MESSAGES);
    List<Integer> all = IntStream.rangeClosed(1, MESSAGES).boxed().toList();
    assertThat(page.evaluate("() => got")).isEqualTo(all);
    System.out.printf("%d messages, %s switches%n", MESSAGES, page.evaluate("() => turns"));
  }
}
