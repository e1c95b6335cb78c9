package io.millrace.acceptance;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.TimeoutError;
import io.millrace.Message;
import io.millrace.broker.memory.MemoryBroker;
import io.millrace.testing.Chromium;
import io.millrace.testing.LogWatch;
import io.millrace.testkit.Needed;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Tokens that live for 5 s, in Chromium: the browser client over all five techniques at once, 100
 * messages a second on each. {@code -Dtokens.seconds=60} makes it longer.
 */
@Timeout(600)
class ExpiringTokensTest {

  @RegisterExtension static final Needed NEED = Chromium.NEED;

  private static final int SECONDS = Integer.getInteger("tokens.seconds", 11);
  private static final int PER_SECOND = 100;
  private static final int MESSAGES = SECONDS * PER_SECOND;

  /** A reader that began after its token had expired. */
  private static final String TOO_LATE = "too late";

  private static final String CHANNEL = "user.ann.ticks";
  private static final List<String> TECHNIQUES =
      List.of("websocket", "sse", "stream", "longpoll", "poll");

  /** Each technique has a client, which also publishes what it counts, twice a second. */
  private static final String START =
      """
      async (techniques) => {
        const { Millrace } = await import('/live/millrace.js');
        window.lanes = {};
        const start = async (technique) => {
          const lane = (lanes[technique] = { got: [], gaps: [], errors: [], told: [], tokens: 0, said: 0 });
          const live = new Millrace('/live', {
            transports: [technique],
            token: async () => {
              lane.tokens++;
              return (await fetch('/token', { method: 'POST' })).text();
            },
            debug: (what, details) => lane.told.push(`${what} ${JSON.stringify(details)}`),
          });
          live.on('gap', (gap) => lane.gaps.push(gap));
          const fault = (error) => lane.errors.push(`${error.stack} ${JSON.stringify(error)}`);
          live.on('error', fault);
          await live.subscribe('user.ann.ticks', ({ data }) => lane.got.push(data)).ready;
          const say = () => live.publish(`user.ann.said.${technique}`, ++lane.said).catch(fault);
          lane.saying = setInterval(say, 500);
          lane.stop = () => {
            clearInterval(lane.saying);
            return say();
          };
        };
        Promise.all(techniques.map(start)).then(() => (window.ready = true));
      }""";

  private final Vertx vertx = Vertx.vertx();
  private final LogWatch log = new LogWatch();
  private final GuardedServer server = new GuardedServer(vertx, new MemoryBroker());
  private final List<String> console = new CopyOnWriteArrayList<>();
  private Chromium chromium;
  private Page page;

  @BeforeEach
  void open() {
    chromium = new Chromium();
    page = chromium.browser().newPage();
    page.onPageError(console::add);
    page.onConsoleMessage(message -> console.add(text(message)));
    page.setDefaultTimeout(60_000);
    page.navigate(server.url());
  }

  private static String text(ConsoleMessage message) {
    return message.text() + " " + message.location();
  }

  @AfterEach
  void close() {
    chromium.close();
    server.close();
    vertx.close().await();
    log.close();
  }

  /** Publishes as many as are due, however late a busy machine is. */
  private Future<Void> publishAll() {
    Promise<Void> done = Promise.promise();
    long begin = System.nanoTime();
    int[] next = {1};
    vertx.setPeriodic(
        1000 / PER_SECOND,
        tick -> {
          long due = (System.nanoTime() - begin) * PER_SECOND / 1_000_000_000;
          for (; next[0] <= Math.min(due, MESSAGES); next[0]++) {
            server.millrace.channel(CHANNEL).publish(Message.json(next[0]));
          }
          if (next[0] > MESSAGES) {
            vertx.cancelTimer(tick);
            done.complete();
          }
        });
    return done.future();
  }

  @Test
  void tokensThatExpireUnderLoadLoseAndDoubleNothingAndAppearNowhere() {
    page.evaluate(START, TECHNIQUES);
    waitFor("() => window.ready");
    publishAll().await();
    waitFor("(last) => Object.values(lanes).every(({ got }) => got.includes(last))");
    page.evaluate("() => Promise.all(Object.values(lanes).map((lane) => lane.stop()))");
    JsonObject lanes = new JsonObject((String) page.evaluate("() => JSON.stringify(lanes)"));

    for (String technique : TECHNIQUES) {
      verify(technique, lanes.getJsonObject(technique));
    }
    assertNoTrace(lanes);
  }

  private void verify(String technique, JsonObject lane) {
    report(technique, lane);
    assertThat(lane.getJsonArray("got")).as(technique).isEqualTo(numbers(MESSAGES));
    assertThat(lane.getJsonArray("gaps")).as(technique).isEmpty();
    int seconds = server.tokenSeconds.get();
    assertThat(lane.getInteger("tokens")).as(technique).isGreaterThan(SECONDS / (2 * seconds));
    if (seconds
        == GuardedServer
            .TOKEN_SECONDS) { // Otherwise tokens have expired before they could be used.
      assertThat(lane.getJsonArray("errors")).as(technique).isEmpty();
      assertThat(said(technique)).as(technique).isEqualTo(numbers(lane.getInteger("said")));
    }
  }

  /** There is no other token, so the server ends what is read, and then refuses. */
  @Test
  void aTokenThatExpiresAndIsNotReplacedEndsWhatIsRead() {
    vertx.setPeriodic(20, tick -> server.millrace.channel(CHANNEL).publish(Message.json("tick")));
    int seconds = 3;
    List<?> ends = readUntilTheEnd(seconds);
    while (ends.toString().contains(TOO_LATE) && seconds < 100) { // A very busy machine.
      seconds *= 4;
      ends = readUntilTheEnd(seconds);
    }
    assertThat(ends).isEqualTo(TECHNIQUES.stream().map(it -> it + " unauthorized").toList());
    await().until(() -> server.millrace.counts().readers() == 0);
  }

  private List<?> readUntilTheEnd(int seconds) {
    double now = System.currentTimeMillis() / 1000.0;
    String token = server.token("ann", now, now + seconds);
    return (List<?>)
        page.evaluate(
            """
            async ({ techniques, token, channel, late }) => {
              const { Millrace } = await import('/live/millrace.js');
              const read = async (technique) => {
                const live = new Millrace('/live', { transports: [technique], token });
                let count = 0;
                const sub = live.subscribe(channel, () => count++);
                const { code } = await new Promise((resolve) => sub.on('error', resolve));
                return `${technique} ${count > 0 ? code : late}`;
              };
              return Promise.all(techniques.map(read));
            }""",
            Map.of("techniques", TECHNIQUES, "token", token, "channel", CHANNEL, "late", TOO_LATE));
  }

  /** On a machine where tokens expire before they arrive, they live longer. */
  private void waitFor(String condition) {
    while (true) {
      try {
        page.waitForFunction(condition, MESSAGES);
        return;
      } catch (TimeoutError busy) {
        server.tokenSeconds.updateAndGet(seconds -> 2 * seconds);
      }
    }
  }

  private static JsonArray numbers(int count) {
    return new JsonArray(new ArrayList<>(IntStream.rangeClosed(1, count).boxed().toList()));
  }

  private JsonArray said(String technique) {
    List<Object> said = new ArrayList<>();
    server.millrace.channel("user.ann.said." + technique).history(1000).await().stream()
        .map(entry -> Json.decodeValue(entry.message().data()))
        .forEach(said::add);
    return new JsonArray(said);
  }

  private void report(String technique, JsonObject lane) {
    List<?> got = lane.getJsonArray("got").getList();
    long distinct = got.stream().distinct().count();
    System.out.printf(
        "%s: %d messages, %d lost, %d doubled, %d tokens of %d s, %d published%n",
        technique,
        got.size(),
        MESSAGES - distinct,
        got.size() - distinct,
        lane.getInteger("tokens"),
        server.tokenSeconds.get(),
        lane.getInteger("said"));
  }

  /** Neither a token nor a part of it, plain or as a WebSocket's subprotocol. */
  private void assertNoTrace(JsonObject lanes) {
    List<String> seen = new ArrayList<>(server.urls);
    seen.addAll(log.lines());
    seen.addAll(console);
    for (String technique : TECHNIQUES) {
      lanes.getJsonObject(technique).getJsonArray("told").forEach(it -> seen.add((String) it));
      lanes.getJsonObject(technique).getJsonArray("errors").forEach(it -> seen.add((String) it));
    }
    assertThat(seen).anyMatch(line -> line.contains("GET /live/longpoll?"));
    assertThat(server.issued).hasSizeGreaterThan(TECHNIQUES.size());
    for (String token : server.issued) {
      String[] parts = token.split("\\.", -1);
      String encoded =
          Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString(token.getBytes(StandardCharsets.UTF_8));
      assertThat(seen)
          .noneMatch(
              line -> line.contains(parts[1]) || line.contains(parts[2]) || line.contains(encoded));
    }
  }
}
