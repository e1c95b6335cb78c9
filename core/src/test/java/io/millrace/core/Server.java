package io.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Authorizer;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.core.broker.Publishing;
import io.millrace.core.http.Deciders;
import io.millrace.core.http.Mount;
import io.millrace.core.log.Log;
import io.millrace.core.reader.Rig;
import io.millrace.core.testing.EchoBroker;
import io.millrace.core.testing.LineFraming;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Attachment;
import io.millrace.spi.Broker;
import io.millrace.spi.Ending;
import io.millrace.spi.Format;
import io.millrace.spi.Framing;
import io.millrace.spi.Outlet;
import io.millrace.spi.Transport;
import io.millrace.spi.support.ResponseOutlet;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** A node with tiny transports and a tiny broker behind a real HTTP server. */
public final class Server implements AutoCloseable {

  /** How long to wait for an answer on a busy machine. */
  private static final int PATIENCE_MILLIS = 60_000;

  /** The answer of an HTTP server. Header names are in lower case. */
  public record Answer(int status, Map<String, String> headers, String body) {
    public JsonObject json() {
      return new JsonObject(body);
    }

    public String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /** A transport in a few lines. */
  public static final class TinyTransport implements Transport {
    public static final Framing FRAMING = new LineFraming();
    private final String name;
    private final int rank;
    private final Set<Trait> traits;
    private final BiConsumer<RoutingContext, Attachment> handler;
    public volatile boolean refusing;

    TinyTransport(
        String name, int rank, Set<Trait> traits, BiConsumer<RoutingContext, Attachment> handler) {
      this.name = name;
      this.rank = rank;
      this.traits = traits;
      this.handler = handler;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public int rank() {
      return rank;
    }

    @Override
    public Set<Trait> traits() {
      return traits;
    }

    @Override
    public boolean accepts(HttpServerRequest request) {
      return name.equals("once") || name.equals(request.getHeader("X-Transport"));
    }

    @Override
    public List<Format> formats(HttpServerRequest request) {
      return name.equals("once")
          ? List.of(Format.ENVELOPE)
          : List.of(Format.PLAIN, Format.ENVELOPE);
    }

    @Override
    public boolean subscribesLater(HttpServerRequest request) {
      return name.equals("duplex");
    }

    @Override
    public boolean refuse(HttpServerRequest request, Duration after) {
      if (refusing) {
        request.response().end("come back");
      }
      return refusing;
    }

    @Override
    public void handle(RoutingContext context, Attachment attachment) {
      handler.accept(context, attachment);
    }
  }

  /** The whole answer in one buffer. */
  private static final class OnceOutlet implements Outlet {
    private final HttpServerResponse response;

    OnceOutlet(HttpServerResponse response) {
      this.response = response;
    }

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void write(Buffer frames) {
      response.end(frames);
    }

    @Override
    public void onDrain(Runnable handler) {}

    @Override
    public void onClose(Runnable handler) {
      if (response.closed()) {
        handler.run();
      } else {
        response.closeHandler(closed -> handler.run());
      }
    }

    @Override
    public void end(Ending ending) {
      if (!response.ended()) {
        response.end();
      }
    }
  }

  final Vertx vertx;

  /** How far the clock is ahead, in milliseconds. */
  public final AtomicLong ahead = new AtomicLong();

  public final EchoBroker broker;
  public final Millrace node;
  public final TinyTransport once;
  public final TinyTransport stay;
  final TinyTransport duplex;
  final TinyTransport later;

  /**
   * The attachments that were given to the transport {@code duplex}, which attaches to {@link
   * #outlets}.
   */
  public final List<Attachment> attachments = new CopyOnWriteArrayList<>();

  final List<RoutingContext> contexts = new CopyOnWriteArrayList<>();
  private final List<Context> loops = new CopyOnWriteArrayList<>();
  public final List<TestOutlet> outlets = new CopyOnWriteArrayList<>();

  /** The attachments that the transport {@code later} was given and has not attached yet. */
  public final List<Attachment> waiting = new CopyOnWriteArrayList<>();

  private final AtomicInteger connections = new AtomicInteger();
  private final List<HttpServer> servers = new ArrayList<>();
  private final List<Socket> sockets = new ArrayList<>();
  public int port;
  public String mount = "/live";

  /** A server that is closed after the test. */
  public Server(TestVertx vertx, MillraceOptions options) {
    this(vertx, options, Optional.empty());
  }

  /** A server that is closed after the test. */
  public Server(TestVertx vertx, MillraceOptions options, Optional<Authorizer> authorizer) {
    this(vertx, options, new Deciders(Optional.empty(), authorizer, Optional.empty()));
  }

  /** A server that is closed after the test. */
  public Server(TestVertx vertx, MillraceOptions options, Deciders deciders) {
    this(vertx.get(), options, deciders);
    vertx.closing(this);
  }

  /**
   * A server with a broker of its own that brings what is subscribed; it is closed after the test.
   */
  public Server(TestVertx vertx, MillraceOptions options, Deciders deciders, Broker other) {
    this(vertx.get(), options, deciders, other);
    broker.selective = true;
    vertx.closing(this);
  }

  public Server(Vertx vertx, MillraceOptions options, Deciders deciders) {
    this(vertx, options, deciders, new EchoBroker("echo"));
  }

  private Server(Vertx vertx, MillraceOptions options, Deciders deciders, Broker serving) {
    this.vertx = vertx;
    this.broker = serving instanceof EchoBroker echo ? echo : new EchoBroker("unused");
    once =
        new TinyTransport(
            "once",
            9,
            Set.of(),
            (context, attachment) ->
                attachment.take(
                    TinyTransport.FRAMING, new OnceOutlet(context.response()), hold(context)));
    stay =
        new TinyTransport(
            "stay",
            2,
            Set.of(Transport.Trait.STREAMING),
            (context, attachment) ->
                attachment.attach(
                    TinyTransport.FRAMING, new ResponseOutlet(context.request(), "text/plain")));
    duplex =
        new TinyTransport(
            "duplex",
            1,
            Set.of(Transport.Trait.STREAMING, Transport.Trait.DUPLEX),
            (context, attachment) -> {
              TestOutlet outlet = new TestOutlet();
              context.response().closeHandler(closed -> outlet.close());
              attachment.attach(TinyTransport.FRAMING, outlet);
              loops.add(vertx.getOrCreateContext());
              contexts.add(context);
              outlets.add(outlet);
              attachments.add(attachment);
            });
    later =
        new TinyTransport(
            "later",
            3,
            Set.of(Transport.Trait.STREAMING),
            (context, attachment) -> {
              contexts.add(context);
              waiting.add(attachment);
            });
    TinyTransport upgrade =
        new TinyTransport(
            "upgrade",
            4,
            Set.of(Transport.Trait.STREAMING),
            (context, attachment) ->
                context
                    .request()
                    .toWebSocket()
                    .onFailure(context::fail)
                    .onSuccess(
                        socket -> {
                          TestOutlet outlet = new TestOutlet();
                          socket.closeHandler(closed -> outlet.close());
                          attachment.attach(TinyTransport.FRAMING, outlet);
                        }));
    NodeBuilder builder = new NodeBuilder(vertx);
    builder.broker(serving).options(options);
    builder.clock(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) + ahead.get());
    builder.transport(once).transport(stay).transport(duplex).transport(later).transport(upgrade);
    deciders.authenticator().ifPresent(builder::authenticator);
    deciders.authorizer().ifPresent(builder::authorizer);
    deciders.interceptor().ifPresent(builder::interceptor);
    deciders.listener().ifPresent(builder::listener);
    deciders.auditor().ifPresent(builder::auditor);
    node = builder.build();
  }

  private static Duration hold(RoutingContext context) {
    String hold = context.request().getHeader("X-Hold");
    return Duration.ofMillis(hold == null ? 0 : Long.parseLong(hold));
  }

  /** Serves the node at {@link #mount}. */
  public Server listen() {
    Router router = Router.router(vertx);
    router.route("/live*").subRouter(node.router());
    return listen(router);
  }

  public Server listen(Router router) {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .connectionHandler(
                connection -> {
                  connections.incrementAndGet();
                  connection.closeHandler(closed -> connections.decrementAndGet());
                });
    servers.add(server);
    port = await(server.listen(0, "127.0.0.1")).actualPort();
    return this;
  }

  /** Returns whether a client is connected. */
  public boolean isConnected() {
    return connections.get() > 0;
  }

  /** Appends a message, as the broker does. */
  public Publication append(String channel, Message message) {
    return assembled().ingress().append(channel, message);
  }

  private MillraceNode assembled() {
    return (MillraceNode) node;
  }

  public Log log() {
    return assembled().engine().log();
  }

  public Publishing publishing() {
    return assembled().engine().publishing();
  }

  public Mount mount() {
    return assembled().mount();
  }

  public static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  public Answer get(String path, String... headers) {
    return request("GET", path, "", headers);
  }

  public Answer publish(String body) {
    return request("POST", "/publish", body, "Content-Type: application/json");
  }

  /** Sends a request to a path below the mount and reads the whole answer. */
  public Answer request(String method, String path, String body, String... headers) {
    try (Socket socket = open(method, path, body, headers)) {
      return answer(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Sends exactly the bytes that a test gives, and reads to the end of the connection. */
  public Answer raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return answer(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** Sends a request from an address of this machine, and closes. */
  public Answer requestFrom(String address, String path, String body, String... headers)
      throws IOException {
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(address, 0));
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.setSoTimeout(PATIENCE_MILLIS);
      send(socket, "POST", path, body, headers);
      return answer(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** Sends a request and leaves the connection open. */
  public Socket open(String method, String path, String body, String... headers)
      throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    send(socket, method, path, body, headers);
    return socket;
  }

  private void send(Socket socket, String method, String path, String body, String... headers)
      throws IOException {
    StringBuilder head =
        new StringBuilder(method).append(' ').append(mount).append(path).append(" HTTP/1.1\r\n");
    List<String> lines = new ArrayList<>(List.of(headers));
    if (lines.stream().noneMatch(line -> line.startsWith("Host:"))) {
      lines.add("Host: localhost:" + port);
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    if (lines.stream().noneMatch(line -> line.startsWith("Connection:"))) {
      lines.add("Connection: close");
    }
    if (bytes.length > 0) {
      lines.add("Content-Length: " + bytes.length);
    }
    lines.forEach(line -> head.append(line).append("\r\n"));
    socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().write(bytes);
  }

  private static Answer answer(String text) {
    String[] parts = text.split("\r\n\r\n", 2);
    String[] lines = parts[0].split("\r\n", -1);
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 1; i < lines.length; i++) {
      String[] field = lines[i].split(":", 2);
      headers.merge(
          field[0].toLowerCase(Locale.ROOT), field[1].strip(), (one, other) -> one + ", " + other);
    }
    return new Answer(Integer.parseInt(lines[0].split(" ", -1)[1]), headers, parts[1]);
  }

  /** Opens a connection of the transport {@code duplex} and returns its number. */
  public int connect(String query, String... headers) throws IOException {
    int number = attachments.size();
    sockets.add(open("GET", "/duplex" + query, "", headers));
    Rig.eventually(() -> assertThat(attachments).hasSize(number + 1));
    return number;
  }

  /** Passes a frame to a connection, on its event loop. */
  public Future<Void> send(int connection, String json) {
    return onLoop(connection, () -> attachments.get(connection).receive(Buffer.buffer(json)));
  }

  /** Runs something on the event loop of a connection. */
  public <T> Future<T> onLoop(int connection, Supplier<Future<T>> task) {
    Promise<T> promise = Promise.promise();
    Context loop = loops.get(connection);
    loop.runOnContext(now -> task.get().onComplete(promise));
    return promise.future();
  }

  /** Waits until nothing remains of readers. */
  public void nothingRemains() {
    Rig.eventually(
        () -> {
          assertThat(node.counts().readers()).isZero();
          assertThat(node.counts().subscriptions()).isZero();
          assertThat(node.counts().timers()).isZero();
          if (!broker.selective) { // What lingers at the broker still counts.
            assertThat(node.counts().readerBytes()).isZero();
          }
        });
  }

  /** Closes, and asserts that nothing remains. */
  @Override
  public void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    await(node.close());
    for (HttpServer server : servers) {
      await(server.close());
    }
    nothingRemains();
  }
}
