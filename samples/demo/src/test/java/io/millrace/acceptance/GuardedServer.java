package io.millrace.acceptance;

import io.millrace.AccessRules;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.auth.JwtAuthenticator;
import io.millrace.auth.JwtOptions;
import io.millrace.spi.Broker;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An application with one node, all five techniques, users who have JSON Web Tokens, and an access
 * log. A user may do everything on the channels below its own name and on {@code hall.<name>};
 * everybody may subscribe to {@code news} and to each {@code hall.*}, but not see what was
 * published there before. Any page that asks for a token at {@code /token} is given one of Ann's.
 */
final class GuardedServer implements AutoCloseable {

  static final int TOKEN_SECONDS = 5;

  private static final String KEY = "a secret of the servers: nobody else knows it";

  final Millrace millrace;

  /** The access log: method and URL of each request, as they arrived. */
  final Queue<String> urls = new ConcurrentLinkedQueue<>();

  /** All tokens that {@code /token} has issued. */
  final Queue<String> issued = new ConcurrentLinkedQueue<>();

  /** How many seconds a token of {@code /token} lives. */
  final AtomicInteger tokenSeconds = new AtomicInteger(TOKEN_SECONDS);

  private final JWTAuth issuer;
  private final HttpServer server;

  GuardedServer(Vertx vertx, Broker broker) {
    millrace =
        Millrace.builder(vertx)
            .broker(broker)
            .options(options())
            .authenticator(new JwtAuthenticator(vertx, new JwtOptions().addSecret("HS256", KEY)))
            .authorizer(rules())
            .build();
    millrace.ready().await();
    issuer =
        JWTAuth.create(
            vertx,
            new JWTAuthOptions()
                .addPubSecKey(new PubSecKeyOptions().setAlgorithm("HS256").setBuffer(KEY)));
    server = vertx.createHttpServer().requestHandler(router(vertx)).listen(0, "localhost").await();
  }

  private static MillraceOptions options() {
    return new MillraceOptions()
        .addPublishable("user.**")
        .addPresent("user.**")
        .setPollInterval(Duration.ofMillis(500))
        .setRingAge(Duration.ofMinutes(10)) // A busy machine may take long.
        .setHistory("user.**", new HistoryOptions(1000, 1 << 20, Duration.ofHours(1)))
        .setPublishesPerSecond(100);
  }

  private static AccessRules rules() {
    return new AccessRules()
        .allow("user.{user}.**")
        .everything()
        .allow("hall.{user}")
        .everything()
        .allowEveryone("hall.*")
        .subscribe()
        .allowEveryone("news")
        .subscribe();
  }

  private Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            context -> {
              urls.add(context.request().method() + " " + context.request().uri());
              context.next();
            });
    router.route("/live*").subRouter(millrace.router());
    router.post("/token").handler(context -> context.end(issue()));
    BlankPage.serve(router, "/");
    return router;
  }

  private String issue() {
    double now = System.currentTimeMillis() / 1000.0;
    String token = token("ann", now, now + tokenSeconds.get());
    issued.add(token);
    return token;
  }

  /** A token; the times are in seconds since 1970. */
  String token(String user, double from, double until) {
    JsonObject claims = new JsonObject().put("sub", user).put("iat", from).put("exp", until);
    return issuer.generateToken(claims, new JWTOptions().setNoTimestamp(true));
  }

  String url() {
    return "http://localhost:" + server.actualPort() + "/";
  }

  void publish(String channel, Collection<?> messages) {
    for (Object each : messages) {
      millrace.channel(channel).publish(Message.json(each)).await();
    }
  }

  @Override
  public void close() {
    millrace.close().await();
    server.close().await();
  }
}
