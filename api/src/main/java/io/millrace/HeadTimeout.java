package io.millrace;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends connections whose next request does not arrive: the idle timeout of a server does not end a
 * connection on which a head comes a byte at a time. It counts from the connection's beginning, or
 * from the end of the answers before, up to when the head of the next request is complete. Requests
 * that are being answered, and connections that have become WebSockets, are left alone.
 *
 * <pre>{@code
 * HttpServer server = vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false));
 * new HeadTimeout(Duration.ofSeconds(30)).guard(server, router).listen(8080);
 * }</pre>
 *
 * <p>Without TLS, a server must not offer HTTP/2: then Vert.x tells of a connection only after its
 * first request. A server must not have a {@code webSocketHandler}: take WebSockets from requests.
 * Safe on any thread; one object may serve several servers.
 */
public final class HeadTimeout {

  private static final int SWITCHING_PROTOCOLS = 101;

  private final long millis;
  private final Map<HttpConnection, Watch> watches = new ConcurrentHashMap<>();

  /**
   * A timeout.
   *
   * @param most how long the next request may take to arrive; the connection ends after that and at
   *     most half as much again
   * @throws IllegalArgumentException if it is shorter than two milliseconds
   */
  public HeadTimeout(Duration most) {
    if (most.toMillis() < 2) {
      throw new IllegalArgumentException("A timeout must be at least two milliseconds.");
    }
    this.millis = most.toMillis();
  }

  /**
   * Sets both handlers of a server that does not listen yet.
   *
   * @param server the server
   * @param handler gets its requests
   * @return the server
   */
  public HttpServer guard(HttpServer server, Handler<HttpServerRequest> handler) {
    return server.connectionHandler(this::watch).requestHandler(requests(handler));
  }

  /**
   * Watches a connection, for servers with a connection handler of their own. Sets the connection's
   * close handler.
   *
   * @param connection what the connection handler was given
   */
  public void watch(HttpConnection connection) {
    Watch watch = new Watch(connection);
    watches.put(connection, watch);
    connection.closeHandler(closed -> watch.stop());
    watch.lookLater();
  }

  /**
   * Notes which requests arrive, for servers with a connection handler of their own.
   *
   * @param handler gets the requests
   * @return the server's request handler
   */
  public Handler<HttpServerRequest> requests(Handler<HttpServerRequest> handler) {
    return request -> {
      Watch watch = watches.get(request.connection());
      if (watch != null) {
        watch.arrived(request);
      }
      handler.handle(request);
    };
  }

  /** {@return how many connections are watched} */
  int size() {
    return watches.size();
  }

  /** Owned by the event loop of its connection. */
  private final class Watch {
    private final HttpConnection connection;
    private final ContextInternal context = ContextInternal.current();

    /** Those that were not answered when it last looked. */
    private final List<HttpServerRequest> open = new ArrayList<>(1);

    private long busyAt = System.nanoTime();
    private long timer;

    Watch(HttpConnection connection) {
      this.connection = connection;
    }

    void lookLater() {
      timer = context.setTimer((millis + 1) / 2, now -> look());
    }

    void arrived(HttpServerRequest request) {
      forgetAnswered();
      open.add(request);
      busyAt = System.nanoTime();
    }

    private void forgetAnswered() {
      open.removeIf(request -> isAnswered(request.response()));
    }

    private void look() {
      if (open.stream().anyMatch(Watch::isTaken)) {
        stop();
        return;
      }
      forgetAnswered();
      long now = System.nanoTime();
      if (!open.isEmpty()) {
        busyAt = now;
      } else if (now - busyAt >= Duration.ofMillis(millis).toNanos()) {
        stop();
        connection.close(); // After what is still being written.
        return;
      }
      lookLater();
    }

    /** Returns whether the connection now belongs to something other than HTTP. */
    private static boolean isTaken(HttpServerRequest request) {
      return request.response().getStatusCode() == SWITCHING_PROTOCOLS
          || HttpMethod.CONNECT.equals(request.method());
    }

    private static boolean isAnswered(HttpServerResponse response) {
      return response.getStatusCode() != SWITCHING_PROTOCOLS
          && (response.ended() || response.closed());
    }

    void stop() {
      watches.remove(connection);
      context.owner().cancelTimer(timer);
      open.clear();
    }
  }
}
