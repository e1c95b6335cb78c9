package io.millrace.core.http;

import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.core.MicroBenchmark;
import io.millrace.spi.Framing;
import io.millrace.spi.Transport;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.internal.http.HttpServerRequestWrapper;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Finds out what a request asks for: the transport by its headers, then channels, events, cursor
 * and format; also makes the document that lists the transports for a script. Vert.x's routing is
 * included.
 */
public class NegotiateBenchmark extends MicroBenchmark {

  private static final String ATTACH =
      "/live?channels=congress.floor,congress.votes&events=vote,speech&cursor=k3-91";

  private final Vertx vertx = Vertx.vertx();
  private final int maxChannels = new MillraceOptions().maxChannels();
  private final Millrace node = Millrace.builder(vertx).build();
  private final List<Transport> transports =
      ServiceLoader.load(Transport.class).stream()
          .map(ServiceLoader.Provider::get)
          .sorted(Comparator.comparingInt(Transport::rank))
          .toList();
  private final Router attaching = Router.router(vertx);
  private final Router mount = Router.router(vertx);
  private final Requests requests = new Requests(vertx);
  private final HttpServerRequest webSocket =
      requests.get(
          ATTACH,
          "Upgrade: websocket",
          "Connection: Upgrade",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Protocol: millrace.v1",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
  private final HttpServerRequest eventStream =
      requests.get(ATTACH, "Accept: text/event-stream", "Last-Event-ID: k3-95");
  private final HttpServerRequest stream = requests.get(ATTACH, "Accept: application/x-ndjson");
  private final HttpServerRequest longPoll =
      requests.get(ATTACH, "Accept: application/json", "Prefer: wait=25");
  private final HttpServerRequest poll = requests.get(ATTACH, "Accept: */*");
  private final Kept negotiate = new Kept(requests.get("/live/negotiate"));
  private Optional<Transport> chosen = Optional.empty();
  private Optional<AttachRequest> asked = Optional.empty();

  /** Keeps its answer instead of sending it, so that the request can be answered again. */
  private static final class Kept extends HttpServerRequestWrapper {
    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    private Buffer body = Framing.NOTHING;
    private final HttpServerResponse response =
        (HttpServerResponse)
            Proxy.newProxyInstance(
                HttpServerResponse.class.getClassLoader(),
                new Class<?>[] {HttpServerResponse.class},
                this::answer);

    Kept(HttpServerRequest request) {
      super((HttpServerRequestInternal) request);
    }

    private Object answer(Object self, Method method, Object[] arguments) {
      switch (method.getName()) {
        case "headers" -> {
          return headers;
        }
        case "putHeader" -> {
          headers.set((CharSequence) arguments[0], (CharSequence) arguments[1]);
          return self;
        }
        case "writeQueueFull" -> {
          return false;
        }
        case "end" -> {
          body = (Buffer) arguments[0];
          return Future.succeededFuture();
        }
        default -> throw new UnsupportedOperationException(method.toString());
      }
    }

    @Override
    public HttpServerResponse response() {
      return response;
    }
  }

  /** Mounts the node. */
  @Setup
  public void begin() {
    attaching.route("/live").handler(this::read);
    mount.route("/live*").subRouter(node.router());
    checkChosen(webSocket, "websocket");
    checkChosen(eventStream, "sse");
    checkChosen(stream, "stream");
    checkChosen(longPoll, "longpoll");
    checkChosen(poll, "poll");
    JsonObject document = document().toJsonObject();
    check(document.getJsonArray("transports").size() == 5, document.encode());
  }

  private void checkChosen(HttpServerRequest request, String transport) {
    attach(request);
    check(chosen.orElseThrow().name().equals(transport), "not " + transport);
  }

  /** Closes the server. */
  @TearDown
  public void close() throws IOException {
    requests.close();
    node.close().await();
    vertx.close().await();
  }

  private void read(RoutingContext context) {
    Transport transport = chosen(context.request());
    transport.check(context);
    asked = Optional.of(AttachRequest.of(context, transport, maxChannels));
    chosen = Optional.of(transport);
  }

  /** Does what the mount does. */
  private Transport chosen(HttpServerRequest request) {
    for (Transport transport : transports) {
      if (transport.accepts(request)) {
        return transport;
      }
    }
    throw new IllegalStateException("no transport");
  }

  private Object attach(HttpServerRequest request) {
    asked = Optional.empty();
    attaching.handle(request);
    return asked.orElseThrow();
  }

  /**
   * A WebSocket with {@code millrace.v1}.
   *
   * @return what it asks for
   */
  @Benchmark
  public Object webSocket() {
    return attach(webSocket);
  }

  /**
   * An {@code EventSource} that reconnects.
   *
   * @return what it asks for
   */
  @Benchmark
  public Object sse() {
    return attach(eventStream);
  }

  /**
   * A stream.
   *
   * @return what it asks for
   */
  @Benchmark
  public Object stream() {
    return attach(stream);
  }

  /**
   * A long poll.
   *
   * @return what it asks for
   */
  @Benchmark
  public Object longPoll() {
    return attach(longPoll);
  }

  /**
   * A poll, which no other transport claims.
   *
   * @return what it asks for
   */
  @Benchmark
  public Object poll() {
    return attach(poll);
  }

  /**
   * The document at {@code negotiate}.
   *
   * @return its text
   */
  @Benchmark
  public Buffer document() {
    negotiate.body = Framing.NOTHING;
    mount.handle(negotiate);
    return negotiate.body;
  }
}
