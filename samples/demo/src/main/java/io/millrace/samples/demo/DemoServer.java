package io.millrace.samples.demo;

import io.millrace.HistoryOptions;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** The running demo. */
final class DemoServer {

  private final Vertx vertx;
  private final Millrace millrace;
  private final AtomicInteger port = new AtomicInteger();
  private final AtomicReference<String> poller = new AtomicReference<>("");

  private DemoServer(Vertx vertx, Millrace millrace) {
    this.vertx = vertx;
    this.millrace = millrace;
  }

  /**
   * Starts the demo. Blocks, because it reads files.
   *
   * @param options what to start
   * @return completes when all instances listen; fails if one cannot, or the broker does not open
   */
  static Future<DemoServer> start(DemoOptions options) {
    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(options.instances())
                .setPreferNativeTransport(false));
    SignIn signIn = new SignIn(vertx, Clock.systemUTC(), new Addresses(options.trustedProxies()));
    MillraceOptions millraceOptions = millraceOptions();
    options.trustedProxies().forEach(millraceOptions::addTrustedProxy);
    Millrace millrace =
        options
            .broker()
            .chooseFor(Millrace.builder(vertx))
            .options(millraceOptions)
            .authenticator(signIn)
            .build();
    DemoServer server = new DemoServer(vertx, millrace);
    return millrace
        .ready()
        .compose(ready -> server.serve(options, signIn))
        .map(server)
        .recover(e -> server.close().transform(closed -> Future.failedFuture(e)));
  }

  private Future<?> serve(DemoOptions options, SignIn signIn) {
    WebVerticle.Parts parts =
        new WebVerticle.Parts(
            millrace,
            new Pages(),
            new Congress(Clock.systemUTC()),
            feeds(options),
            new Lab(vertx, millrace),
            signIn);
    // Zero would give each instance a port of its own; a negative number gives all of them one.
    int listenAt = options.port() == 0 ? -1 : options.port();
    return vertx
        .deployVerticle(
            () -> new WebVerticle(parts, listenAt, port::set),
            new DeploymentOptions().setInstances(options.instances()))
        .compose(deployed -> vertx.deployVerticle(new FeedPoller(millrace, feeds(options))))
        .onSuccess(poller::set);
  }

  private List<FeedSource> feeds(DemoOptions options) {
    return options.feeds().isEmpty() ? List.of(FeedSource.bundled(port())) : options.feeds();
  }

  private static MillraceOptions millraceOptions() {
    return new MillraceOptions()
        .addPublishable("chat.**")
        .addSubscribable("chat.**")
        .addSubscribable("feed.*")
        // Nobody can speak as another: a message says who sent it, and nobody if that is unknown.
        .setSenderStamped(true)
        .addPresent("chat.**")
        .setHistory("chat.**", new HistoryOptions(200, 1 << 20, Duration.ofDays(1)))
        // Long enough for a blocked lane of the Transports page to get everything that it missed.
        .setHistory("lab.*", new HistoryOptions(20_000, 2 << 20, Duration.ofMinutes(5)))
        .setPollInterval(Duration.ofSeconds(5))
        .setRetry(Duration.ofSeconds(1));
  }

  /** {@return the node} */
  Millrace millrace() {
    return millrace;
  }

  /** {@return the port that it listens on} */
  int port() {
    return port.get();
  }

  /**
   * Stops polling feeds, tells the readers to reconnect, then closes the server.
   *
   * @return completes when everything is closed
   */
  Future<Void> close() {
    // A future that belongs to an event loop would not complete, because in the end there is none.
    Promise<Void> closed = Promise.promise();
    // Undeploying fails if there is no poller, for example after a failed start. That does not
    // matter.
    vertx
        .undeploy(poller.get())
        .transform(quiet -> millrace.close())
        .onComplete(drained -> vertx.close().onComplete(closed));
    return closed.future();
  }
}
