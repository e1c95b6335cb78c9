package io.millrace.transport.websocket;

import io.millrace.MillraceException;
import io.millrace.spi.Attachment;
import io.millrace.spi.Format;
import io.millrace.spi.Framing;
import io.millrace.spi.Transport;
import io.millrace.spi.support.HeaderElement;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The transport {@code websocket}. */
public final class WebSocketTransport implements Transport {

  /** The subprotocol in which clients send commands. */
  static final String SUBPROTOCOL = "millrace.v1";

  private static final Framing PLAIN = new PlainFraming();
  private static final Framing ENVELOPE = new EnvelopeFraming();
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  /** Makes a transport. */
  public WebSocketTransport() {}

  @Override
  public String name() {
    return "websocket";
  }

  @Override
  public int rank() {
    return 100;
  }

  @Override
  public Set<Trait> traits() {
    return Set.of(Trait.DUPLEX, Trait.STREAMING);
  }

  @Override
  public boolean accepts(HttpServerRequest request) {
    return HeaderElement.parse(request.headers().getAll(HttpHeaders.UPGRADE)).stream()
        .anyMatch(protocol -> protocol.name().equals("websocket"));
  }

  @Override
  public List<Format> formats(HttpServerRequest request) {
    return subscribesLater(request)
        ? List.of(Format.ENVELOPE)
        : List.of(Format.PLAIN, Format.ENVELOPE);
  }

  /** A client that offers a subprotocol, and that {@link #check} has accepted, speaks it. */
  @Override
  public boolean subscribesLater(HttpServerRequest request) {
    return request.headers().contains("Sec-WebSocket-Protocol");
  }

  @Override
  public void check(RoutingContext context) {
    if (judge(context) instanceof Handshake.Refused refused) {
      refused.addTo(context.response().headers());
      throw new MillraceException(
          refused.status() == MillraceException.Code.UPGRADE_REQUIRED.status()
              ? MillraceException.Code.UPGRADE_REQUIRED
              : MillraceException.Code.BAD_REQUEST,
          refused.detail());
    }
  }

  private static Handshake.Answer judge(RoutingContext context) {
    return Handshake.judge(context.request(), Set.of(SUBPROTOCOL));
  }

  @Override
  public void handle(RoutingContext context, Attachment attachment) {
    // The request has passed the check.
    Handshake.Accepted accepted = (Handshake.Accepted) judge(context);
    int most = attachment.maxReceiveBytes();
    WebSocketConnection.Limits limits = new WebSocketConnection.Limits(most, most, CLOSE_TIMEOUT);
    WebSocketConnection.open(context.vertx(), context.request(), accepted, limits)
        .onFailure(context::fail)
        .onSuccess(
            connection -> {
              letGo(context.response());
              WebSocketOutlet outlet = new WebSocketOutlet(connection.onHolding(attachment::holds));
              if (accepted.subprotocol().isPresent()) {
                outlet.receive(attachment::receive);
              }
              attachment.attach(attachment.format() == Format.PLAIN ? PLAIN : ENVELOPE, outlet);
            });
  }

  /**
   * Vert.x keeps the response as long as the socket, and with it its handlers, which hold the
   * routing context. But after an upgrade the response never calls them, and its headers have been
   * sent.
   */
  private static void letGo(HttpServerResponse response) {
    response.endHandler(null).exceptionHandler(null).closeHandler(null).headers().clear();
  }
}
