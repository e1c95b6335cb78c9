package io.millrace.acceptance;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.millrace.broker.memory.MemoryBroker;
import io.millrace.testing.Chromium;
import io.millrace.testkit.Needed;
import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The browser client over each technique, for five kinds of users, against a real server: nobody
 * receives or learns what they may not. What the server sends is noted as it arrives, whatever the
 * client makes of it.
 */
@Timeout(300)
class PermissionsInChromiumTest {

  @RegisterExtension static final Needed NEED = Chromium.NEED;

  /** In everything that only Ann may know. */
  private static final String SECRET = "for Ann alone";

  private static final String PAST = "user.ann.past";
  private static final String NOW = "user.ann.now";
  private static final String ROOM = "user.ann.room";
  private static final String IN = "user.ann.in";
  private static final String HALL = "hall.ann";

  private static final String FORBIDDEN = "forbidden";
  private static final String UNAUTHORIZED = "unauthorized";
  private static final String LIVE = "live";

  private static final List<String> WAYS = List.of("alone", "beside");
  private static final JsonArray EMPTY = new JsonArray();

  /**
   * Defines {@code visit}: does everything that a user may try, each thing with a client of its own
   * and again with one that reads the news. A subscription's outcome is {@code live} or the code of
   * the error. {@code leave} closes the clients.
   */
  private static final String PAGE =
      """
      async ({ now, past, room, inbox, hall }) => {
        const { Millrace } = await import('/live/millrace.js');
        const listen = async (body, note) => {
          const text = body.pipeThrough(new TextDecoderStream()).getReader();
          for (let part; !(part = await text.read()).done; ) note(part.value);
        };
        const noting = (note) => ({
          fetch: async (...request) => {
            const answer = await fetch(...request);
            if (!answer.body) return answer;
            const [mine, theirs] = answer.body.tee();
            listen(mine, note).catch(() => {});
            return new Response(theirs, answer);
          },
          WebSocket: class extends WebSocket {
            constructor(...given) {
              super(...given);
              this.addEventListener('message', ({ data }) => note(data));
            }
          },
          EventSource: class extends EventSource {
            addEventListener(type, listener) {
              super.addEventListener(type, (event) => {
                note(event.data ?? '');
                listener(event);
              });
            }
          },
        });
        const until = async (holds) => {
          while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
        };
        const read = async (live, channel, options, count) => {
          const seen = { got: [], there: [] };
          let enough;
          const all = new Promise((resolve) => (enough = resolve));
          const sub = live.subscribe(channel, options, ({ data }) => seen.got.push(data) >= count && enough());
          sub.on('presence', ({ members }) => {
            // Who is away for too long, on a busy machine, comes again.
            seen.there = [...new Set([...seen.there, ...members.map(({ user }) => user)])];
            if (seen.there[0]) enough();
          });
          seen.outcome = await sub.ready.then(() => 'live', ({ code }) => code);
          if (seen.outcome == 'live' && count) await all;
          return seen;
        };
        const clients = [];
        window.leave = () => clients.splice(0).forEach((live) => live.close());
        window.visit = async ({ technique, who, token, begin }) => {
          const heard = [];
          const client = () => {
            const live = new Millrace('/live', {
              transports: [technique], token: token ?? undefined, ...noting((text) => heard.push(text)),
            });
            clients.push(live);
            return live;
          };
          const tries = {
            subscribe: (live) => read(live, now, {}, 2),
            cursor: (live) => read(live, past, { cursor: begin }, 2),
            last: (live) => read(live, past, { last: 2 }, 2),
            history: (live) => read(live, hall, { last: 3 }, 3),
            presence: (live) => read(live, room, { presence: true }, 1),
            publish: async (live, way) => ({
              outcome: await live.publish(inbox, `${technique} ${who} ${way}`).then(() => 'live', ({ code }) => code),
            }),
          };
          const report = { alone: {}, beside: {}, heard };
          for (const [name, attempt] of Object.entries(tries)) {
            const live = client();
            report.alone[name] = await attempt(live, 'alone');
            live.close();
          }
          const reader = client();
          const news = (report.news = await read(reader, 'news', {}, 1));
          await until(() => reader.state != 'connecting');
          report.hall = await read(reader, hall, {}, 0);
          for (const [name, attempt] of Object.entries(tries)) {
            // Otherwise the next one waits for its turn, if nothing at all is allowed.
            await until(() => reader.state != 'connecting');
            report.beside[name] = await attempt(reader, 'beside');
          }
          const enough = news.got.length + 3;
          await until(() => news.outcome != 'live' || news.got.length >= enough);
          return JSON.stringify(report);
        };
      }""";

  private static Vertx vertx;
  private static GuardedServer server;
  private static Chromium chromium;
  private static Page page;
  private static String begin;
  private static final Map<String, String> TOKENS = new HashMap<>();
  private static final List<String> THROWN = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    server = new GuardedServer(vertx, new MemoryBroker());
    begin =
        server
            .millrace
            .channel(PAST)
            .publish(Message.json(SECRET + " 0"))
            .map(Publication::name)
            .await()
            .orElseThrow();
    server.publish(PAST, List.of(SECRET + " 1", SECRET + " 2"));
    server.publish(HALL, List.of(SECRET + " 1", SECRET + " 2", SECRET + " 3"));
    vertx.setPeriodic(
        50,
        tick -> {
          server.millrace.channel(NOW).publish(Message.json(SECRET));
          server.millrace.channel("news").publish(Message.json("for everybody"));
        });
    issueTokens();
    chromium = new Chromium();
    page = chromium.browser().newPage();
    page.onPageError(THROWN::add);
    page.setDefaultTimeout(60_000);
    page.navigate(server.url());
    page.evaluate(PAGE, Map.of("now", NOW, "past", PAST, "room", ROOM, "inbox", IN, "hall", HALL));
  }

  /** What is taken away from Ann counts for tokens that were issued before. */
  private static void issueTokens() {
    double then = System.currentTimeMillis() / 1000.0;
    TOKENS.put("revoked", server.token("ann", then, then + 3600));
    server.millrace.revoke("ann", ChannelPattern.of("user.ann.**")).await();
    server.millrace.revoke("ann", ChannelPattern.of(HALL)).await();
    long revoked = System.currentTimeMillis();
    await().until(() -> System.currentTimeMillis() > revoked + 1);
    double now = System.currentTimeMillis() / 1000.0;
    TOKENS.put("wrong", server.token("bob", now, now + 3600));
    TOKENS.put("expired", server.token("ann", now - 3600, now - 1));
    TOKENS.put("right", server.token("ann", now, now + 3600));
  }

  @AfterAll
  static void stop() {
    chromium.close();
    server.close();
    vertx.close().await();
    assertThat(THROWN).as("what the page threw").isEmpty();
  }

  private static JsonObject visit(String technique, String who) {
    Map<String, Object> visit = new HashMap<>();
    visit.put("technique", technique);
    visit.put("who", who);
    visit.put("token", TOKENS.get(who));
    visit.put("begin", begin);
    return new JsonObject((String) page.evaluate("(visit) => window.visit(visit)", visit));
  }

  /** What becomes of each kind of user, and how many names a client of theirs has in the end. */
  private record Kind(String who, String outcome, String news, String hall, int names) {}

  private static final List<Kind> INTRUDERS =
      List.of(
          new Kind("anonymous", FORBIDDEN, LIVE, LIVE, 2),
          new Kind("wrong", FORBIDDEN, LIVE, LIVE, 2),
          new Kind("expired", UNAUTHORIZED, UNAUTHORIZED, UNAUTHORIZED, 0),
          new Kind("revoked", FORBIDDEN, LIVE, FORBIDDEN, 1));

  private static final Kind ANN = new Kind("right", LIVE, LIVE, LIVE, 5);

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "sse", "stream", "longpoll", "poll"})
  void nobodyReceivesOrLearnsWhatTheyMayNot(String technique) {
    for (Kind kind : INTRUDERS) {
      JsonObject report = visit(technique, kind.who);
      verify(report, technique, kind);
      for (String way : WAYS) {
        report.getJsonObject(way).forEach(each -> assertNothing((JsonObject) each.getValue()));
      }
      assertNothing(report.getJsonObject("hall"));
      assertThat(report.getJsonArray("heard").toString()).doesNotContain(SECRET, "members");
    }
    assertThat(published()).noneMatch(text -> text.startsWith(technique + " "));
    JsonObject report = visit(technique, ANN.who);
    verify(report, technique, ANN);
    for (String way : WAYS) {
      assertAll(report.getJsonObject(way));
    }
    assertNothing(report.getJsonObject("hall"));
    assertThat(report.getJsonArray("heard").toString()).contains(SECRET);
    assertThat(published().filter(text -> text.startsWith(technique + " ")))
        .containsExactly(technique + " right alone", technique + " right beside");
  }

  /** A ticket may stand in a URL, because it is worthless once it is used. */
  @Test
  void aTicketOpensOneEventSourceOrWebSocketAndNoMore() {
    Object seen =
        page.evaluate(
            """
            async ({ token, past }) => {
              const ticket = async () => {
                const headers = { Authorization: `Bearer ${token}` };
                const answer = await fetch('/live/ticket', { method: 'POST', headers });
                return `/live?channels=${past}&last=1&ticket=${(await answer.json()).ticket}`;
              };
              const first = (source) => new Promise((resolve) => {
                source.onmessage = ({ data }) => resolve(data);
                source.onerror = () => resolve('refused');
              }).finally(() => source.close());
              const event = await ticket();
              const socket = (await ticket()).replace('/', `ws://${location.host}/`);
              return [
                await first(new EventSource(event)), await first(new EventSource(event)),
                await first(new WebSocket(socket)), await first(new WebSocket(socket)),
              ];
            }""",
            Map.of("token", TOKENS.get(ANN.who), "past", PAST));
    assertThat(seen).isEqualTo(List.of(SECRET + " 2", "refused", SECRET + " 2", "refused"));
    await().until(() -> server.millrace.counts().readers() == 0);
  }

  private static void verify(JsonObject report, String technique, Kind kind) {
    for (String way : WAYS) {
      assertThat(report.getJsonObject(way))
          .as("%s, %s", kind.who, way)
          .hasSize(6)
          .allSatisfy(
              each ->
                  assertThat(((JsonObject) each.getValue()).getString("outcome"))
                      .as(each.getKey())
                      .isEqualTo(kind.outcome));
    }
    assertThat(outcome(report, "news")).as(kind.who).isEqualTo(kind.news);
    assertThat(outcome(report, "hall")).as(kind.who).isEqualTo(kind.hall);
    if (!technique.endsWith("poll")) {
      await("the names that the client of %s has".formatted(kind.who))
          .until(() -> server.millrace.counts().subscriptions() == kind.names);
    }
    assertThat(server.millrace.channel(ROOM).members().await().members())
        .allMatch(member -> member.user().equals("ann"));
    page.evaluate("() => leave()");
    await("the clients of %s to be gone".formatted(kind.who))
        .until(() -> server.millrace.counts().readers() == 0);
  }

  private static String outcome(JsonObject report, String name) {
    return report.getJsonObject(name).getString("outcome");
  }

  /** Whatever the subscription was for. */
  private static void assertNothing(JsonObject seen) {
    assertThat(seen.getJsonArray("got", EMPTY)).isEmpty();
    assertThat(seen.getJsonArray("there", EMPTY)).isEmpty();
  }

  private static void assertAll(JsonObject tries) {
    JsonArray newest = JsonArray.of(SECRET + " 1", SECRET + " 2");
    assertThat(got(tries, "subscribe")).contains(SECRET).containsOnly(SECRET);
    assertThat(got(tries, "cursor")).isEqualTo(newest);
    assertThat(got(tries, "last")).isEqualTo(newest);
    assertThat(got(tries, "history"))
        .isEqualTo(JsonArray.of(SECRET + " 1", SECRET + " 2", SECRET + " 3"));
    assertThat(tries.getJsonObject("presence").getJsonArray("there")).containsExactly("ann");
  }

  private static JsonArray got(JsonObject tries, String name) {
    return tries.getJsonObject(name).getJsonArray("got");
  }

  private static Stream<String> published() {
    return server.millrace.channel(IN).history(1000).await().stream()
        .map(entry -> (String) Json.decodeValue(entry.message().data()));
  }
}
