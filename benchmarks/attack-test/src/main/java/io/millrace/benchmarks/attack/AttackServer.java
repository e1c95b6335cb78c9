package io.millrace.benchmarks.attack;

import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/**
 * The README's server, as a process of its own. It prints {@code ready <port>} when it serves, and
 * repeatedly what memory it has in use. It takes commands from its standard input, and ends with
 * it.
 */
public final class AttackServer {

  /** The environment variable with the {@link Setup}. */
  static final String SETUP = "ATTACK_SETUP";

  static final String READY = "ready ";
  static final String USAGE = "usage ";

  /** The command to collect garbage and say what is in use afterwards, and its answer. */
  static final String COLLECT = "collect";

  static final String COLLECTED = "collected ";

  /** The command to start publishing. */
  static final String FEED = "feed";

  /** The command to stop publishing, and its answer. */
  static final String STOP = "stop";

  static final String FED = "fed ";

  /** The channels of honest clients. */
  static final String HONEST = "honest.*";

  private static final long LOOK_MILLIS = 100;

  private AttackServer() {}

  /**
   * Runs it.
   *
   * @param arguments none
   * @throws IOException if the standard input cannot be read
   * @throws InterruptedException never
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Setup setup = Setup.of(System.getenv(SETUP));
    Vertx vertx = Vertx.vertx();
    Millrace.Builder builder = Millrace.builder(vertx).options(options(setup));
    if (setup.judged()) {
      builder.authorizer(new FaultyAuthorizer());
    }
    if (setup.silent()) {
      builder.broker(new SilentBroker());
    }
    Millrace millrace = builder.build();
    Router router = Router.router(vertx);
    router.route("/live*").subRouter(millrace.router());
    millrace.ready().await();
    Feed feed = new Feed(millrace, setup);
    feed.fill();
    int port =
        vertx.createHttpServer(http(setup)).requestHandler(router).listen().await().actualPort();
    record Tick(long count, Instant at) {}
    long[] count = {0};
    vertx.setPeriodic(
        1000,
        t -> millrace.channel("clock").publish(Message.json(new Tick(count[0]++, Instant.now()))));
    System.out.println(READY + port);
    Thread meter = new Thread(AttackServer::meter, "meter");
    meter.setDaemon(true);
    meter.start();
    obey(millrace, feed);
    Runtime.getRuntime().halt(0);
  }

  /** The options that the README sets, and those that an attack needs. */
  private static HttpServerOptions http(Setup setup) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost("127.0.0.1")
            .setPort(0)
            .setIdleTimeout(60)
            .setHttp2ClearTextEnabled(false);
    return setup.sendBuffer() > 0 ? options.setSendBufferSize(setup.sendBuffer()) : options;
  }

  private static MillraceOptions options(Setup setup) {
    MillraceOptions options = new MillraceOptions().addPublishable(HONEST);
    if (setup.publishing()) {
      options.addPublishable("open.**");
    }
    if (setup.patterns()) {
      options.addSubscribable("held.**");
    }
    if (setup.maxReaders() > 0) {
      options.setMaxReaders(setup.maxReaders());
    }
    if (setup.keySeconds() > 0) {
      options.setKeyLifetime(Duration.ofSeconds(setup.keySeconds()));
    }
    return options;
  }

  private static void meter() {
    try {
      while (true) {
        // The log is not asked, because everybody may be waiting for it.
        System.out.println(USAGE + Usage.now(0).words());
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  private static void obey(Millrace millrace, Feed feed) throws IOException, InterruptedException {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String command = commands.readLine(); command != null; command = commands.readLine()) {
      switch (command) {
        case COLLECT -> {
          System.gc();
          System.out.println(COLLECTED + Usage.now(millrace.counts().heldBytes()).words());
        }
        case FEED -> feed.start();
        case STOP -> System.out.println(FED + feed.stop());
        default -> System.err.println("Unknown command: " + command);
      }
    }
  }
}
