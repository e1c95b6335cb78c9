package io.millrace.samples.rabbitmq;

import io.millrace.HistoryOptions;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.BindException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One node of the board. A message that a program publishes to RabbitMQ's exchange {@code
 * amq.topic} with the routing key {@code millrace.orders.new} arrives on the channel {@code
 * orders.new}. The answers of browsers, on {@code orders.answers}, go the other way.
 */
public final class OrderBoard {

  private static final long STOP_SECONDS = 10;

  private final Vertx vertx = Vertx.vertx();
  private final Millrace millrace;

  /**
   * Makes a node.
   *
   * @param broker where RabbitMQ is, for example {@code stomp://user:password@host:port}
   */
  OrderBoard(String broker) {
    millrace =
        Millrace.builder(vertx)
            // In stream mode, all nodes read one log: a browser that loses its node can continue
            // with another.
            .broker("stomp", new JsonObject().put("uri", broker).put("mode", "stream"))
            .options(
                new MillraceOptions()
                    .addPublishable("orders.answers")
                    .setHistory("orders.*", new HistoryOptions(200, 1 << 20, Duration.ofDays(1)))
                    .setRetry(Duration.ofSeconds(1)))
            .build();
  }

  /**
   * Serves the page.
   *
   * @param port where to listen
   * @return completes when the orders of the last hour are read, and browsers may connect
   */
  Future<OrderBoard> start(int port) {
    SampleOrders orders =
        new SampleOrders(millrace.channel("orders.new")::publish, System::nanoTime);
    int loops = Runtime.getRuntime().availableProcessors();
    return millrace
        .ready()
        .compose(
            ready ->
                vertx.deployVerticle(
                    () -> new WebVerticle(millrace, orders, port),
                    new DeploymentOptions().setInstances(loops)))
        .map(this);
  }

  /** Tells the browsers to reconnect, to this node or to another, and stops. */
  Future<Void> close() {
    return millrace.close().transform(closed -> vertx.close());
  }

  /**
   * Starts a node.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tT %4$s %5$s%6$s%n");
    Map<String, String> environment = System.getenv();
    int port = Integer.parseInt(environment.getOrDefault("PORT", "8080"));
    String broker = environment.getOrDefault("RABBITMQ_STOMP", "localhost:61613");
    OrderBoard board = new OrderBoard("stomp://" + broker);
    try {
      board.start(port).toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException failure) {
      System.err.println("order board: " + reason(failure.getCause(), port));
      System.exit(1);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(board)));
    System.out.println("Order board: http://localhost:" + port + "/");
  }

  private static String reason(@Nullable Throwable failure, int port) {
    return failure instanceof BindException
        ? "port " + port + " is in use; choose another with PORT"
        : "could not start: " + failure;
  }

  private static void stop(OrderBoard board) {
    try {
      board.close().toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
      Runtime.getRuntime().halt(0); // The JVM's own status after SIGTERM would be 143.
    } catch (Exception e) {
      System.err.println("order board: did not stop cleanly: " + e);
    }
  }
}
