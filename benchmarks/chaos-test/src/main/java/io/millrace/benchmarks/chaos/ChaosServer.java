package io.millrace.benchmarks.chaos;

import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.AllowForwardHeaders;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * A node, as a process of its own. It prints {@code ready <port>} when it serves, and ends when its
 * standard input ends: with the process that started it.
 */
public final class ChaosServer {

  /**
   * The environment variable with the configuration of the broker {@code stomp}, as JSON; without
   * it, messages come from memory.
   */
  static final String BROKER = "CHAOS_BROKER";

  /** The environment variable with the bytes of the log's ring, if they are not the default. */
  static final String RING = "CHAOS_RING";

  static final String READY = "ready ";

  /** The path of the bytes of heap that are in use after a collection. */
  static final String HEAP = "/heap";

  /** The path of what is attached. */
  static final String COUNTS = "/counts";

  /** As fast as a channel can take messages, because one sender publishes all of them. */
  private static final int NO_LIMIT = 1_000_000;

  private ChaosServer() {}

  /**
   * Runs it.
   *
   * @param arguments the port, 0 for any
   * @throws IOException if the standard input cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    Millrace.Builder builder = Millrace.builder(vertx).options(options());
    Optional.ofNullable(System.getenv(BROKER))
        .ifPresentOrElse(
            broker -> builder.broker("stomp", new JsonObject(broker)),
            () -> builder.broker("memory"));
    Millrace millrace = builder.build();
    // Each client has its own address, as behind a load balancer.
    Router router = Router.router(vertx).allowForward(AllowForwardHeaders.X_FORWARD);
    router.route("/live*").subRouter(millrace.router());
    router.get(HEAP).handler(context -> context.end(Long.toString(heapInUse())));
    router.get(COUNTS).handler(context -> context.end(millrace.counts().toString()));
    millrace
        .ready()
        .compose(open -> vertx.createHttpServer().requestHandler(router).listen(port, "127.0.0.1"))
        .onSuccess(server -> System.out.println(READY + server.actualPort()))
        .onFailure(
            failure -> {
              failure.printStackTrace();
              Runtime.getRuntime().halt(1);
            });
    while (System.in.read() >= 0) {
      // No input is expected.
    }
    Runtime.getRuntime().halt(0);
  }

  private static long heapInUse() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static MillraceOptions options() {
    MillraceOptions options =
        new MillraceOptions()
            .addPublishable("chaos.**")
            .addSubscribable("chaos.**")
            .setPublishesPerSecond(NO_LIMIT)
            .setPublishesPerSecondPerAddress(NO_LIMIT)
            .setAttachesPerSecond(NO_LIMIT)
            .setAttachesPerSecondPerAddress(NO_LIMIT)
            .setPollInterval(Duration.ofSeconds(1));
    Optional.ofNullable(System.getenv(RING)).map(Long::valueOf).ifPresent(options::setRingBytes);
    return options;
  }
}
