package io.millrace.tck;

import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.spi.Transport;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.AllowForwardHeaders;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * A node that serves clients: two event loops that share one port of the loopback address, a {@link
 * TestBroker}, and the transports it is given. Safe on any thread.
 */
public final class TestNode implements AutoCloseable {

  /** Where the node's router is mounted. */
  public static final String MOUNT = "/live";

  private static final int EVENT_LOOPS = 2;
  private static final int SEND_BUFFER = 64 << 10;
  private static final int PATIENCE_SECONDS = 60;

  private final Vertx vertx;
  private final TestBroker broker;
  private final Millrace millrace;
  private final AtomicInteger port = new AtomicInteger();

  private TestNode(
      TestBroker broker,
      List<Transport> transports,
      MillraceOptions options,
      UnaryOperator<Millrace.Builder> more) {
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(EVENT_LOOPS));
    this.broker = broker;
    Millrace.Builder builder = Millrace.builder(vertx).broker(broker).options(options);
    transports.forEach(builder::transport);
    millrace = more.apply(builder).build();
  }

  /**
   * Starts a node and waits until it serves.
   *
   * @param options limits and times
   * @param transports the transports that it serves
   * @return the node
   */
  public static TestNode start(MillraceOptions options, Transport... transports) {
    return start(new TestBroker(), options, transports);
  }

  /**
   * Starts a node and waits until it serves.
   *
   * @param broker its broker
   * @param options limits and times
   * @param transports the transports that it serves
   * @return the node
   */
  public static TestNode start(
      TestBroker broker, MillraceOptions options, Transport... transports) {
    return start(broker, options, builder -> builder, List.of(transports));
  }

  /**
   * Starts a node and waits until it serves.
   *
   * @param broker its broker
   * @param options limits and times
   * @param more sets anything else
   * @param transports the transports that it serves
   * @return the node
   */
  public static TestNode start(
      TestBroker broker,
      MillraceOptions options,
      UnaryOperator<Millrace.Builder> more,
      List<Transport> transports) {
    TestNode node = new TestNode(broker, transports, options, more);
    try {
      await(node.millrace.ready());
      await(
          node.vertx.deployVerticle(
              () -> node.new Server(), new DeploymentOptions().setInstances(EVENT_LOOPS)));
      return node;
    } catch (RuntimeException | Error e) {
      node.close();
      throw e;
    }
  }

  /** {@return the port} */
  public int port() {
    return port.get();
  }

  /** {@return the node itself} */
  public Millrace millrace() {
    return millrace;
  }

  /** {@return its broker} */
  public TestBroker broker() {
    return broker;
  }

  /** {@return the Vert.x instance that it runs on} */
  public Vertx vertx() {
    return vertx;
  }

  /**
   * Publishes a message and waits until the broker has taken it.
   *
   * @param channel a channel name
   * @param message the message
   * @return the broker's confirmation
   */
  public Publication publish(String channel, Message message) {
    return await(millrace.channel(channel).publish(message));
  }

  /** Closes the node, its servers and its event loops. */
  @Override
  public void close() {
    try {
      await(millrace.close());
    } finally {
      await(vertx.close());
    }
  }

  static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("It did not complete: " + e, e);
    }
  }

  private final class Server extends VerticleBase {

    @Override
    public Future<HttpServer> start() {
      Router router = Router.router(vertx).allowForward(AllowForwardHeaders.X_FORWARD);
      router.route(MOUNT + "*").subRouter(millrace.router());
      // A negative port is a random one that all instances share. The buffers are small, so that a
      // client that does not read soon has an effect.
      return vertx
          .createHttpServer(new HttpServerOptions().setSendBufferSize(SEND_BUFFER))
          .requestHandler(router)
          .listen(-1, "localhost")
          .onSuccess(server -> port.set(server.actualPort()));
    }
  }
}
