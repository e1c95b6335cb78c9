package io.millrace.acceptance;

import io.millrace.HistoryOptions;
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
import io.vertx.ext.web.RoutingContext;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A node in a process of its own, with small buffers in the kernel. {@code /publish} publishes a
 * large message, {@code /tiny} a small one. {@code /direct} returns the most direct memory that was
 * in use, and {@code /connections} how many connections there are.
 */
final class UnreadServer {

  static final String HONEST = "honest";

  /** A channel with a history that is large enough to fill the answer to a poll. */
  static final String FULL = "full";

  static final int MESSAGE_BYTES = 70 << 10;
  static final int TICK_MILLIS = 50;
  private static final int SEND_BUFFER = 16 << 10;

  private UnreadServer() {}

  /** Argument: after how many milliseconds a client that takes nothing is disconnected. */
  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    Millrace millrace =
        Millrace.builder(vertx)
            .broker("memory")
            .options(
                new MillraceOptions()
                    .setStallTimeout(Duration.ofMillis(Long.parseLong(args[0])))
                    .setRingBytes(8 << 20)
                    .setHistory(HistoryOptions.NONE)
                    .setHistory(FULL, HistoryOptions.DEFAULT))
            .build();
    AtomicLong most = new AtomicLong();
    for (int i = 0; i < 20; i++) {
      millrace.channel(FULL).publish(Message.bytes(Buffer.buffer(new byte[MESSAGE_BYTES])));
    }
    vertx
        .deployVerticle(() -> new Server(millrace, most), new DeploymentOptions().setInstances(2))
        .onFailure(failure -> System.exit(1));
    new Timer(true)
        .scheduleAtFixedRate(
            new TimerTask() {
              private int ticks;

              @Override
              public void run() {
                most.accumulateAndGet(directBytes(), Math::max);
                if (ticks++ % 5 == 0) {
                  millrace.channel(HONEST).publish(Message.json(System.currentTimeMillis()));
                }
              }
            },
            0,
            TICK_MILLIS / 5);
  }

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  private static final class Server extends VerticleBase {
    private static final AtomicInteger CONNECTIONS = new AtomicInteger();

    /** How often Millrace was asked for something. */
    private static final AtomicInteger ASKED = new AtomicInteger();

    private final Millrace millrace;
    private final AtomicLong most;

    Server(Millrace millrace, AtomicLong most) {
      this.millrace = millrace;
      this.most = most;
    }

    @Override
    public Future<HttpServer> start() {
      Router router = Router.router(vertx);
      router
          .route("/live*")
          .handler(
              request -> {
                ASKED.incrementAndGet();
                request.next();
              });
      router.route("/live*").subRouter(millrace.router());
      router.get("/asked").handler(request -> request.end(Integer.toString(ASKED.get())));
      router
          .get("/readers")
          .handler(request -> request.end(Integer.toString(millrace.counts().readers())));
      router.get("/direct").handler(request -> request.end(Long.toString(most.get())));
      router
          .get("/connections")
          .handler(request -> request.end(Integer.toString(CONNECTIONS.get())));
      router.get("/publish/:channel").handler(request -> publish(request, MESSAGE_BYTES));
      router.get("/tiny/:channel").handler(request -> publish(request, 1));
      return vertx
          .createHttpServer(new HttpServerOptions().setSendBufferSize(SEND_BUFFER))
          .connectionHandler(
              connection -> {
                CONNECTIONS.incrementAndGet();
                connection.closeHandler(closed -> CONNECTIONS.decrementAndGet());
              })
          .requestHandler(router)
          .listen(-1, "localhost")
          .onSuccess(server -> System.out.println("port " + server.actualPort()));
    }

    private void publish(RoutingContext request, int bytes) {
      millrace
          .channel(request.pathParam("channel"))
          .publish(Message.bytes(Buffer.buffer(new byte[bytes])))
          .onSuccess(published -> request.end())
          .onFailure(request::fail);
    }
  }
}
