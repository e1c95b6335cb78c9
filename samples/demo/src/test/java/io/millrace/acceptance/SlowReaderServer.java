package io.millrace.acceptance;

import io.millrace.Channel;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * A node in a process of its own. It publishes by itself, to its channels in turn. {@code /heap}
 * returns how much of the heap is in use after a collection; {@code /stall} holds the event loop
 * that serves the request.
 */
final class SlowReaderServer {

  static final int MESSAGE_BYTES = 16 << 10;
  static final Duration STALL = Duration.ofSeconds(2);
  private static final int TICK_MILLIS = 25;

  /** So that it is the log which holds what a reader does not read, and not the system. */
  private static final int SEND_BUFFER = 256 << 10;

  private SlowReaderServer() {}

  static String channel(int number) {
    return "flood." + number;
  }

  /** Arguments: channels, messages to publish to each, messages to publish in a second to all. */
  public static void main(String[] args) {
    int channels = Integer.parseInt(args[0]);
    int messages = Integer.parseInt(args[1]);
    int perTick = Integer.parseInt(args[2]) * TICK_MILLIS / 1000;
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    Millrace millrace =
        Millrace.builder(vertx)
            .broker("memory")
            .options(new MillraceOptions().setStallTimeout(Duration.ofHours(1)))
            .build();
    List<Channel> all =
        IntStream.range(0, channels).mapToObj(it -> millrace.channel(channel(it))).toList();
    AtomicInteger allowed = new AtomicInteger();
    vertx
        .deployVerticle(
            () -> new Server(millrace, allowed), new DeploymentOptions().setInstances(2))
        .onFailure(failure -> System.exit(1));
    publish(all, messages, perTick, allowed);
  }

  /** Publishes at the rate, but never more to a channel than is allowed. */
  private static void publish(
      List<Channel> channels, int messages, int perTick, AtomicInteger allowed) {
    byte[] filling = new byte[MESSAGE_BYTES];
    new Random(1).nextBytes(filling);
    Timer ticker = new Timer();
    ticker.scheduleAtFixedRate(
        new TimerTask() {
          private int next;

          @Override
          public void run() {
            int bound = Math.min(messages, allowed.get()) * channels.size();
            for (int i = 0; i < perTick && next < bound; i++) {
              int number = next / channels.size();
              // The number in its channel and the time come first.
              Buffer payload =
                  Buffer.buffer().appendInt(number).appendLong(System.currentTimeMillis());
              channels
                  .get(next % channels.size())
                  .publish(
                      Message.bytes(
                          payload.appendBytes(filling, 0, MESSAGE_BYTES - payload.length())));
              next++;
            }
          }
        },
        0,
        TICK_MILLIS);
  }

  private static final class Server extends VerticleBase {
    private final Millrace millrace;
    private final AtomicInteger allowed;

    Server(Millrace millrace, AtomicInteger allowed) {
      this.millrace = millrace;
      this.allowed = allowed;
    }

    @Override
    public Future<HttpServer> start() {
      Router router = Router.router(vertx);
      router.route("/live*").subRouter(millrace.router());
      router
          .get("/readers")
          .handler(request -> request.end(Integer.toString(millrace.counts().readers())));
      router
          .get("/allow/:messages")
          .handler(
              request -> {
                allowed.set(Integer.parseInt(request.pathParam("messages")));
                request.end();
              });
      router
          .get("/heap")
          .handler(
              request -> {
                System.gc();
                Runtime runtime = Runtime.getRuntime();
                request.end(Long.toString(runtime.totalMemory() - runtime.freeMemory()));
              });
      router
          .get("/stall")
          .handler(
              request -> {
                long until = System.nanoTime() + STALL.toNanos();
                while (System.nanoTime() < until) {
                  LockSupport.parkNanos(until - System.nanoTime());
                }
                request.end();
              });
      return vertx
          .createHttpServer(new HttpServerOptions().setSendBufferSize(SEND_BUFFER))
          .requestHandler(router)
          .listen(-1, "localhost")
          .onSuccess(server -> System.out.println("port " + server.actualPort()));
    }
  }
}
