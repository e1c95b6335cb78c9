package io.millrace.samples.demo;

import io.millrace.HeadTimeout;
import io.millrace.Millrace;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** An event loop's share of the HTTP server. Several of these listen on one port. */
final class WebVerticle extends VerticleBase {

  /** Everything must come from this server; no inline scripts or styles, no frames. */
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
          + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

  /** Longer than every heartbeat and hold: a client that reads nothing for this long is gone. */
  private static final int IDLE_SECONDS = 60;

  /** How long the head of a request may take to arrive. */
  private static final Duration HEAD_TIME = Duration.ofSeconds(30);

  /**
   * The parts that the instances share.
   *
   * @param millrace the node
   * @param pages the static files
   * @param congress the bundled feed
   * @param sources the feeds that are followed
   * @param lab the visitors of the Transports page
   * @param signIn who is who in the chat
   */
  record Parts(
      Millrace millrace,
      Pages pages,
      Congress congress,
      List<FeedSource> sources,
      Lab lab,
      SignIn signIn) {}

  private final Parts parts;
  private final int port;
  private final IntConsumer listening;

  /**
   * Makes an instance.
   *
   * @param parts what it shares with the others
   * @param port where to listen; negative for any free one, which all instances with the same
   *     number share
   * @param listening gets the actual port
   */
  WebVerticle(Parts parts, int port, IntConsumer listening) {
    this.parts = parts;
    this.port = port;
    this.listening = listening;
  }

  @Override
  public Future<HttpServer> start() {
    // No compression: it would hold back messages, and costs memory for each connection.
    HttpServerOptions options =
        new HttpServerOptions()
            .setPort(port)
            .setIdleTimeout(IDLE_SECONDS)
            .setHttp2ClearTextEnabled(false)
            .setCompressionSupported(false)
            .setPerMessageWebSocketCompressionSupported(false)
            .setPerFrameWebSocketCompressionSupported(false);
    HeadTimeout heads = new HeadTimeout(HEAD_TIME);
    return vertx
        .createHttpServer(options)
        .connectionHandler(
            connection -> {
              Wire.install(connection);
              heads.watch(connection);
            })
        .requestHandler(heads.requests(router()))
        .listen()
        .onSuccess(server -> listening.accept(server.actualPort()));
  }

  private Router router() {
    Router router = Router.router(vertx);
    router.route().handler(WebVerticle::secure);
    new LabRoutes(parts.lab()).mount(router);
    parts.signIn().mount(router, parts.millrace());
    router.route("/live*").subRouter(parts.millrace().router());
    router.get("/feed.xml").handler(this::feed);
    router.get("/feeds.json").handler(this::feeds);
    router.get().handler(parts.pages());
    router.route().handler(context -> Problem.send(context, 404, "There is nothing here."));
    router.errorHandler(400, context -> Problem.send(context, 400, "The URL cannot be read."));
    return router;
  }

  private static void secure(RoutingContext context) {
    context
        .response()
        .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer");
    context.next();
  }

  private void feed(RoutingContext context) {
    Congress.Edition edition = parts.congress().edition();
    context
        .response()
        .putHeader("Cache-Control", "no-cache")
        .putHeader("ETag", edition.etag())
        .putHeader(
            "Last-Modified",
            DateTimeFormatter.RFC_1123_DATE_TIME.format(
                edition.lastModified().atOffset(ZoneOffset.UTC)));
    if (edition.etag().equals(context.request().getHeader("If-None-Match"))) {
      context.response().setStatusCode(304).end();
    } else {
      context.response().putHeader("Content-Type", "application/atom+xml");
      context.response().end(edition.atom());
    }
  }

  /** Answers which feeds there are, and which events each of them has. */
  private void feeds(RoutingContext context) {
    JsonArray feeds = new JsonArray();
    for (FeedSource source : parts.sources()) {
      feeds.add(
          new JsonObject()
              .put("name", source.name())
              .put("channel", "feed." + source.name())
              .put("kinds", kinds(source)));
    }
    context.response().putHeader("Cache-Control", "no-cache");
    context.json(feeds);
  }

  private static JsonArray kinds(FeedSource source) {
    JsonArray kinds = new JsonArray(new ArrayList<>(source.kinds()));
    return (kinds.isEmpty() ? kinds.add(FeedEntry.ENTRY) : kinds).add(FeedEntry.UPDATE);
  }
}
