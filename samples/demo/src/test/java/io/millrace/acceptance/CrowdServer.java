package io.millrace.acceptance;

import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * A node in a process of its own, with default options. {@code /heap} returns how much of the heap
 * is in use after a collection, {@code /counted} how much the node says that readers take, {@code
 * /readers} how many there are, and {@code /subscriptions} how many names they have.
 */
final class CrowdServer {

  static final String HONEST = "honest";

  private static final int TICK_MILLIS = 100;
  private static final int IDLE_SECONDS = 300;

  private CrowdServer() {}

  /** Argument: whether there is an authorizer, which allows everything. */
  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx();
    Millrace.Builder builder =
        Millrace.builder(vertx)
            .broker("memory")
            .options( // Its clients do not answer pings.
                new MillraceOptions()
                    .setLongPollHold(Duration.ofMinutes(10))
                    .setStallTimeout(Duration.ofHours(1)));
    if (Boolean.parseBoolean(args[0])) {
      builder.authorizer((request, action, target) -> Future.succeededFuture(true));
    }
    Millrace millrace = builder.build();
    Router router = Router.router(vertx);
    router.route("/live*").subRouter(millrace.router());
    router.get("/heap").blockingHandler(request -> request.end(Long.toString(heap())));
    router
        .get("/counted")
        .handler(request -> request.end(Long.toString(millrace.counts().readerBytes())));
    router
        .get("/readers")
        .handler(request -> request.end(Integer.toString(millrace.counts().readers())));
    router
        .get("/subscriptions")
        .handler(request -> request.end(Integer.toString(millrace.counts().subscriptions())));
    vertx.setPeriodic(TICK_MILLIS, tick -> millrace.channel(HONEST).publish(Message.json(tick)));
    vertx
        .createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_SECONDS))
        .requestHandler(router)
        .listen(-1, "localhost")
        .onFailure(failure -> System.exit(1))
        .onSuccess(server -> System.out.println("port " + server.actualPort()));
  }

  private static long heap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
