package io.millrace.benchmarks.fallback;

import io.millrace.testkit.FreePorts;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.Optional;

/** A server on Vert.x, in this JVM. */
abstract class VertxPeer implements Peer {

  private static final String FOLDER = "io/millrace/benchmarks/fallback/";
  private static final int IDLE_SECONDS = 60;

  private final String script;
  private final int port = FreePorts.find();
  private Optional<Vertx> running = Optional.empty();
  private Optional<HttpServer> server = Optional.empty();

  /**
   * @param script the resource that connects
   */
  VertxPeer(String script) {
    this.script = script;
  }

  @Override
  public final int port() {
    return port;
  }

  @Override
  public final void start() {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    running = Optional.of(vertx);
    Router router = Router.router(vertx);
    serve(router, "/", "page.html");
    serve(router, "/recorder.js", "recorder.js");
    serve(router, "/start.js", script);
    open(vertx, router);
    server = Optional.of(listen(vertx, router));
  }

  private HttpServer listen(Vertx vertx, Router router) {
    return vertx
        .createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_SECONDS))
        .requestHandler(router)
        .listen(port, "127.0.0.1")
        .await();
  }

  /** Cuts all connections without a goodbye; others are accepted. */
  final void cut() {
    HttpServer old = server.orElseThrow();
    old.close().await();
    server = Optional.of(listen(running.orElseThrow(), (Router) old.requestHandler()));
  }

  private static void serve(Router router, String path, String file) {
    router.get(path).handler(context -> context.response().sendFile(FOLDER + file));
  }

  @Override
  public final void stop() {
    drain();
    running.ifPresent(vertx -> vertx.close().await());
    running = Optional.empty();
  }

  @Override
  public final void close() {
    stop();
  }

  /** Starts what pushes. */
  abstract void open(Vertx vertx, Router router);

  /** Says goodbye, if it does that. */
  abstract void drain();
}
