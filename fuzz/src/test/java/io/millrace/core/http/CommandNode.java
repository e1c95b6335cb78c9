package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.Entry;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.spi.Attachment;
import io.millrace.spi.Broker;
import io.millrace.spi.Ending;
import io.millrace.spi.Format;
import io.millrace.spi.Framing;
import io.millrace.spi.Ingress;
import io.millrace.spi.Outlet;
import io.millrace.spi.Signal;
import io.millrace.spi.Transport;
import io.millrace.spi.support.JsonFrames;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A node behind a real HTTP server, with a connection for each input, which takes commands. */
final class CommandNode {

  /** A message that the broker was given. */
  record Published(String channel, Message message) {}

  /** A connection: what it received, and what was published on it. */
  static final class Connection implements Outlet {
    final BlockingQueue<JsonObject> told = new LinkedBlockingQueue<>();
    final List<Ending> endings = new CopyOnWriteArrayList<>();
    private final RoutingContext request;
    private final Context loop;
    private final Attachment attachment;
    private Runnable closed = () -> {};

    private Connection(RoutingContext request, Attachment attachment) {
      this.request = request;
      this.loop = Vertx.currentContext();
      this.attachment = attachment;
      attachment.attach(FRAMING, this);
    }

    /** Passes on a frame, as the transport does when it has read one. */
    void receive(byte[] json) {
      loop.runOnContext(now -> attachment.receive(Buffer.buffer(json)));
    }

    /**
     * Ends the request from which it was made, so that its TCP connection is free for the next one.
     */
    void close() {
      loop.runOnContext(
          now -> {
            closed.run();
            request.response().end();
          });
    }

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void write(Buffer frames) {
      frames.toString().lines().map(JsonObject::new).forEach(told::add);
    }

    @Override
    public void onDrain(Runnable handler) {}

    @Override
    public void onClose(Runnable handler) {
      closed = handler;
    }

    @Override
    public void end(Ending ending) {
      endings.add(ending);
    }
  }

  private static final Framing FRAMING =
      new Framing() {
        @Override
        public Buffer entry(Entry entry) {
          return JsonFrames.message(entry).copy().appendString("\n");
        }

        @Override
        public Buffer signal(Signal signal) {
          return JsonFrames.signal(signal).toBuffer().appendString("\n");
        }
      };

  private final class Commanded implements Transport {
    @Override
    public String name() {
      return "commanded";
    }

    @Override
    public int rank() {
      return 1;
    }

    @Override
    public Set<Trait> traits() {
      return Set.of(Trait.STREAMING, Trait.DUPLEX);
    }

    @Override
    public boolean accepts(HttpServerRequest request) {
      return true;
    }

    @Override
    public List<Format> formats(HttpServerRequest request) {
      return List.of(Format.ENVELOPE);
    }

    @Override
    public boolean subscribesLater(HttpServerRequest request) {
      return true;
    }

    @Override
    public void handle(RoutingContext context, Attachment attachment) {
      connections.add(new Connection(context, attachment));
    }
  }

  /** Delivers what is published, and remembers it. */
  private final class Memory implements Broker {
    private Optional<Ingress> ingress = Optional.empty();

    @Override
    public String name() {
      return "memory";
    }

    @Override
    public Future<Void> open(Ingress into) {
      ingress = Optional.of(into);
      return Future.succeededFuture();
    }

    @Override
    public Future<Publication> publish(String channel, Message message) {
      published.add(new Published(channel, message));
      return Future.succeededFuture(ingress.orElseThrow().append(channel, message));
    }

    @Override
    public Future<Void> subscribe(ChannelPattern pattern) {
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> unsubscribe(ChannelPattern pattern) {
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> close() {
      return Future.succeededFuture();
    }

    @Override
    public boolean shared() {
      return false;
    }
  }

  private final BlockingQueue<Connection> connections = new LinkedBlockingQueue<>();
  final List<Published> published = new CopyOnWriteArrayList<>();
  private final HttpClient client;
  private final int port;

  CommandNode(Vertx vertx, MillraceOptions options) {
    Millrace.Builder builder = Millrace.builder(vertx);
    builder.broker(new Memory()).options(options).transport(new Commanded());
    Router router = Router.router(vertx);
    router.route("/live*").subRouter(builder.build().router());
    port =
        vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1").await().actualPort();
    client = vertx.createHttpClient();
  }

  /** Attaches another connection. */
  Connection connect() throws InterruptedException {
    published.clear();
    client
        .request(HttpMethod.GET, port, "127.0.0.1", "/live/commanded")
        .compose(HttpClientRequest::send)
        .compose(HttpClientResponse::end);
    Connection connection = connections.poll(1, TimeUnit.MINUTES);
    if (connection == null) {
      throw new AssertionError("The node accepts no more connections.");
    }
    return connection;
  }
}
