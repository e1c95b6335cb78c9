package io.millrace.spi;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A technique that carries messages to a client.
 *
 * <p>A transport turns an HTTP request into an {@link Outlet} and says, by a {@link Framing}, how
 * entries of the log look on the wire. It keeps no state about clients: channels, cursors, order,
 * recovery, limits and heartbeats are the engine's. An instance is shared by all event loops. See
 * the package documentation for a complete example.
 */
public interface Transport {

  /** What a transport can do. */
  enum Trait {
    /** Clients can send on the same connection. */
    DUPLEX,
    /** The connection stays; without this, it takes one batch and leaves. */
    STREAMING,
    /** Bytes travel as bytes. */
    BINARY
  }

  /**
   * {@return the name, which is also the path below the mount that forces it: {@code [a-z0-9-]+},
   * unique on a node}
   */
  String name();

  /**
   * {@return where it stands among others: of those that accept a request, the one with the lowest
   * rank gets it}
   */
  int rank();

  /** {@return what it can do} */
  Set<Trait> traits();

  /**
   * Returns whether a request to the mount URL asks for this transport, by its headers alone.
   *
   * @param request the request
   * @return whether it does
   */
  boolean accepts(HttpServerRequest request);

  /**
   * Returns the formats a request may ask for, the default first.
   *
   * @param request the request
   * @return one or two formats
   */
  List<Format> formats(HttpServerRequest request);

  /** {@return after how much silence a heartbeat is due; only asked of streaming transports} */
  default Duration heartbeat() {
    return Duration.ofSeconds(15);
  }

  /**
   * Tells whether channels may be left out of the URL because clients subscribe on the connection.
   *
   * @param request the request
   * @return false by default
   */
  default boolean subscribesLater(HttpServerRequest request) {
    return false;
  }

  /**
   * Checks what the transport itself demands of a request, before the engine does any work for it.
   *
   * @param context the request. Headers that go with a refusal may be set on its response
   * @throws io.millrace.MillraceException if the request cannot be served; it is answered as a
   *     problem (RFC 9457)
   */
  default void check(RoutingContext context) {}

  /**
   * Serves a request: makes an outlet and attaches it. Called on the request's event loop; the
   * attachment has been read, authorised and counted. A transport must attach, or end the response.
   *
   * @param context the request, its body unread and paused
   * @param attachment what the client asked for
   */
  void handle(RoutingContext context, Attachment attachment);

  /**
   * Says that the node cannot take a client now: it is full, starting or closing. By default the
   * request fails with the given problem (503 and {@code Retry-After}).
   *
   * @param response its {@code Retry-After} is set already
   * @param after when to come back
   * @return whether the transport answered; if not, the engine answers with a problem
   */
  default boolean refuse(HttpServerResponse response, Duration after) {
    return false;
  }
}
