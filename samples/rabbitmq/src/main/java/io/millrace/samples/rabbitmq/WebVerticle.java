package io.millrace.samples.rabbitmq;

import io.millrace.HeadTimeout;
import io.millrace.Millrace;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;
import java.time.Duration;

/** Serves the page, its button, and the messages below {@code /live}. */
final class WebVerticle extends VerticleBase {

  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** Longer than every heartbeat and hold: a client that reads nothing for this long is gone. */
  private static final int IDLE_SECONDS = 60;

  private final Millrace millrace;
  private final SampleOrders orders;
  private final int port;

  WebVerticle(Millrace millrace, SampleOrders orders, int port) {
    this.millrace = millrace;
    this.orders = orders;
    this.port = port;
  }

  @Override
  public Future<?> start() {
    Router router = Router.router(vertx);
    router.route().handler(WebVerticle::secure);
    router.route("/live*").subRouter(millrace.router());
    router.post("/orders").handler(orders);
    router
        .get()
        .handler(StaticHandler.create("io/millrace/samples/rabbitmq/web").setCachingEnabled(false));
    HttpServerOptions options =
        new HttpServerOptions().setIdleTimeout(IDLE_SECONDS).setHttp2ClearTextEnabled(false);
    return new HeadTimeout(Duration.ofSeconds(30))
        .guard(vertx.createHttpServer(options), router)
        .listen(port);
  }

  private static void secure(RoutingContext context) {
    context
        .response()
        .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer");
    context.next();
  }
}
