package io.millrace.benchmarks.fallback;

import static io.millrace.benchmarks.fallback.Row.Effect.BREAKS;
import static io.millrace.benchmarks.fallback.Row.Effect.CUTS;
import static io.millrace.benchmarks.fallback.Row.Effect.HEALS;
import static io.millrace.benchmarks.fallback.Row.Effect.NONE;

import io.millrace.testkit.Fault;
import io.millrace.testkit.Requests;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The networks. */
final class Rows {

  private static final Duration FAR = Duration.ofMillis(300);
  private static final String NDJSON = "application/x-ndjson";

  private static final Row OPEN = Row.of("open");
  private static final Row REFUSED = webSocket("WebSocket refused with 403", Fault.refuse(403));
  private static final Row HANGING = webSocket("WebSocket hanging", Fault.hang());

  private static final Row SSE_BUFFERED =
      webSocket("WebSocket refused, SSE buffered", Fault.refuse(403))
          .with(Requests.eventStreams(), Fault.buffer());

  private static final Row STREAMS_BUFFERED =
      webSocket("WebSocket refused, SSE and stream buffered", Fault.refuse(403))
          .with(Requests.eventStreams().or(Rows::isStream), Fault.buffer());

  private static final Row ALL_BUFFERED =
      webSocket("all but short requests buffered", Fault.refuse(403))
          .with(Requests.all(), Fault.buffer());

  private static final Row BLACK_HOLE =
      Row.of("black hole for 15 s, old connections dead")
          .at(5, BREAKS, site -> site.network().blackHole())
          .at(20, HEALS, Rows::mend)
          .lasting(50);

  private Rows() {}

  /** Returns whether it is for Millrace's stream, or for that of SockJS. */
  private static boolean isStream(HttpServerRequest request) {
    return Requests.accepting(NDJSON).test(request)
        || String.valueOf(request.path()).endsWith("/xhr_streaming");
  }

  static List<Row> all() {
    return Stream.of(choosing(), changing(), far()).flatMap(List::stream).toList();
  }

  private static List<Row> choosing() {
    return List.of(
        OPEN,
        REFUSED,
        webSocket("WebSocket refused with 404", Fault.refuse(404)),
        webSocket("WebSocket stripped", Fault.stripUpgrade()),
        HANGING,
        webSocket(
            "WebSocket opened, then killed after 200 ms", Fault.killAfter(Duration.ofMillis(200))),
        webSocket("WebSocket opened and silent", Fault.silence()),
        webSocket("WebSocket opened, server-to-client bytes held", Fault.hold()),
        SSE_BUFFERED,
        STREAMS_BUFFERED,
        ALL_BUFFERED);
  }

  private static List<Row> changing() {
    return List.of(
        Row.of("captive portal for 5 s").at(5, BREAKS, Rows::portal).at(10, HEALS, Rows::noPortal),
        cutEveryTenSeconds(),
        idle(),
        BLACK_HOLE,
        Row.of("WebSocket blocked after 5 s").at(5, CUTS, Rows::blockWebSockets),
        webSocket("WebSocket unblocked after 20 s", Fault.refuse(403))
            .at(20, NONE, site -> site.box().clear())
            .lasting(60),
        Row.of("server restarted")
            .at(5, BREAKS, site -> site.peer().stop())
            .at(5, HEALS, site -> site.peer().start()),
        Row.of("server stopped for 20 s")
            .at(5, BREAKS, site -> site.peer().stop())
            .at(25, HEALS, site -> site.peer().start())
            .lasting(45));
  }

  private static List<Row> far() {
    return Stream.of(OPEN, REFUSED, HANGING, SSE_BUFFERED, ALL_BUFFERED, BLACK_HOLE)
        .map(row -> row.far(FAR))
        .toList();
  }

  private static Row webSocket(String name, Fault fault) {
    return Row.of(name).with(Requests.webSockets(), fault);
  }

  /** The latency is a fault, too. */
  private static void mend(Site site) {
    site.network().mend().latency(site.latency());
  }

  /** With 200, its page could be taken for an answer. */
  private static void portal(Site site) {
    site.box().on(Requests.all(), Fault.captivePortal(200));
    site.network().reset();
  }

  private static void noPortal(Site site) {
    site.box().clear();
  }

  private static void blockWebSockets(Site site) {
    site.box().on(Requests.webSockets(), Fault.refuse(403));
    site.network().reset();
  }

  private static Row cutEveryTenSeconds() {
    Row row = Row.of("cut every 10 s").lasting(45);
    for (int second = 10; second <= 40; second += 10) {
      row = row.at(second, CUTS, site -> site.network().reset());
    }
    return row;
  }

  /** Nothing is published for eight seconds, three times. */
  private static Row idle() {
    Row row =
        Row.of("idle connections cut at 5 s")
            .at(0, NONE, site -> site.network().idleLimit(Duration.ofSeconds(5)))
            .lasting(45);
    for (int second = 4; second < 40; second += 12) {
      row =
          row.at(second, BREAKS, site -> site.publisher().pause())
              .at(second + 8, HEALS, site -> site.publisher().resume());
    }
    return row;
  }
}
