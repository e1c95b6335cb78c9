package io.millrace.spi;

import io.millrace.TransportPlugin;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A technique that carries messages to a client.
 *
 * <p>A transport turns an HTTP request into an {@link Outlet} and says, by a {@link Framing}, how
 * entries of the log look on the wire. It keeps no state about clients: the engine takes care of
 * channels, cursors, order, recovery, limits and heartbeats. An instance is shared by all event
 * loops. See the package documentation for a complete example.
 */
public interface Transport extends TransportPlugin {

  /** What a transport can do. */
  enum Trait {
    /** Clients can send on the same connection. */
    DUPLEX,
    /** The connection stays open; without this trait, it takes one batch and ends. */
    STREAMING
  }

  /**
   * {@return its place among the others: if several accept a request, the one with the lowest rank
   * gets it}
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
   * Returns the formats that a request may ask for, the default first.
   *
   * @param request the request
   * @return one or two formats
   */
  List<Format> formats(HttpServerRequest request);

  /** {@return after how much silence a heartbeat is due; used only for streaming transports} */
  default Duration heartbeat() {
    return Duration.ofSeconds(15);
  }

  /**
   * Returns whether the URL may omit channels, because clients subscribe on the connection.
   *
   * @param request the request
   * @return false by default
   */
  default boolean subscribesLater(HttpServerRequest request) {
    return false;
  }

  /**
   * Checks the transport's own requirements for a request, before the engine does any work for it.
   *
   * @param context the request. Headers for a refusal may be set on its response
   * @throws io.millrace.MillraceException if the request cannot be served; it is answered as a
   *     problem (RFC 9457)
   */
  default void check(RoutingContext context) {}

  /**
   * Serves a request: makes an outlet and attaches it. Called on the request's event loop, after
   * the engine has read, authorized and counted what the client asked for. A transport must attach
   * the outlet, or end the response.
   *
   * @param context the request, its body unread and paused
   * @param attachment what the client asked for
   */
  void handle(RoutingContext context, Attachment attachment);

  /**
   * Tells a client that the node cannot accept it now, for example because it is full, starting or
   * closing. By default, the engine answers with a problem (such as 503 with {@code Retry-After}).
   *
   * @param request its response has not begun, but has its {@code Retry-After}
   * @param after when to try again
   * @return whether the transport answered; if not, the engine answers with a problem
   */
  default boolean refuse(HttpServerRequest request, Duration after) {
    return false;
  }

  /**
   * Tells a client that it may not have what it asks for. By default, the engine answers with a
   * problem (403).
   *
   * @param request its response has not begun
   * @return whether the transport answered; if not, the engine answers with a problem
   */
  default boolean forbid(HttpServerRequest request) {
    return false;
  }
}
