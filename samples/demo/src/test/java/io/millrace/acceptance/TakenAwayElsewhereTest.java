package io.millrace.acceptance;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.samples.broker.EventBusBroker;
import io.millrace.testing.Chromium;
import io.millrace.testkit.Needed;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A user reads in Chromium from one node, over all five techniques, and loses the permission on
 * another node: in less than a second all of it has ended, and the browser client knows why.
 */
@Timeout(300)
class TakenAwayElsewhereTest {

  @RegisterExtension static final Needed NEED = Chromium.NEED;

  private static final String CHANNEL = "user.ann.ticks";
  private static final long MOST_MILLIS = 1000;

  /** A machine that is busy with something else may be late once, but not each time. */
  private static final int MOST_ROUNDS = 20;

  /** What happens, and what the browser client says about each subscription. */
  enum What {
    REVOKED,
    DISCONNECTED;

    Future<Void> happen(Millrace node) {
      return this == REVOKED
          ? node.revoke("ann", ChannelPattern.of("user.ann.*"))
          : node.disconnect("ann");
    }

    /** Where no connection can say that the user is disconnected, the next answer is a refusal. */
    String code(String technique) {
      return this == REVOKED || technique.endsWith("poll") ? "forbidden" : "disconnected";
    }
  }

  private static final String START =
      """
      async ({ token, channel }) => {
        const { Millrace } = await import('/live/millrace.js');
        window.ended = {};
        const start = async (technique) => {
          const live = new Millrace('/live', { transports: [technique], token });
          let first;
          const got = new Promise((resolve) => (first = resolve));
          const sub = live.subscribe(channel, first);
          sub.on('error', ({ code }) => (ended[technique] = { code, at: Date.now() }));
          await sub.ready;
          await got;
        };
        await Promise.all(['websocket', 'sse', 'stream', 'longpoll', 'poll'].map(start));
      }""";

  private final Vertx vertx = Vertx.vertx();
  private final GuardedServer here = new GuardedServer(vertx, new EventBusBroker());
  private final GuardedServer there = new GuardedServer(vertx, new EventBusBroker());
  private Chromium chromium;
  private Page page;

  @BeforeEach
  void open() {
    vertx.setPeriodic(20, tick -> here.millrace.channel(CHANNEL).publish(Message.json("tick")));
    chromium = new Chromium();
    page = chromium.browser().newPage();
    page.setDefaultTimeout(60_000);
  }

  @AfterEach
  void close() {
    chromium.close();
    here.close();
    there.close();
    vertx.close().await();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsTakenAwayOnOneNodeEndsOnAnotherInLessThanASecond(What what) {
    Map<String, Long> fastest = round(what);
    for (int i = 1; i < MOST_ROUNDS && isAnyLate(fastest); i++) {
      round(what).forEach((technique, millis) -> fastest.merge(technique, millis, Math::min));
    }
    assertThat(fastest).hasSize(5);
    assertThat(isAnyLate(fastest)).as("milliseconds: " + fastest).isFalse();
  }

  private static boolean isAnyLate(Map<String, Long> millis) {
    return millis.values().stream().anyMatch(each -> each >= MOST_MILLIS);
  }

  /** Returns after how many milliseconds each technique's reader has ended. */
  private Map<String, Long> round(What what) {
    page.navigate(there.url());
    page.evaluate(START, Map.of("token", token(), "channel", CHANNEL));
    long begin = System.currentTimeMillis();
    what.happen(here.millrace).await();
    page.waitForFunction("() => Object.keys(ended).length == 5");
    JsonObject ended = new JsonObject((String) page.evaluate("() => JSON.stringify(ended)"));
    await().until(() -> there.millrace.counts().readers() == 0);
    Map<String, Long> millis = new HashMap<>();
    for (String technique : List.copyOf(ended.fieldNames())) {
      JsonObject end = ended.getJsonObject(technique);
      assertThat(end.getString("code")).as(technique).isEqualTo(what.code(technique));
      millis.put(technique, end.getLong("at") - begin);
    }
    return millis;
  }

  /** Issued after whatever was taken away before. */
  private String token() {
    long before = System.currentTimeMillis();
    await().until(() -> System.currentTimeMillis() > before + 1);
    double now = System.currentTimeMillis() / 1000.0;
    return here.token("ann", now, now + 3600);
  }
}
