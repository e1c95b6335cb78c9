package io.millrace.core.http;

import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.reader.Lease;
import io.millrace.core.reader.Shard;
import io.millrace.spi.Transport;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.ContextInternal;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;

/**
 * Takes a client from its request to its transport, one way: it is counted, its request is read,
 * its lease is acquired, and its transport is given what to attach. Whatever fails on the way, it
 * gives everything back and is refused.
 */
final class Attaching {

  /** After how long browsers reconnect that would never do so after an error status. */
  static final Duration COME_BACK = Duration.ofSeconds(15);

  private static final String ATTACHED = Attaching.class.getName();

  private final Engine engine;
  private final MillraceOptions options;
  private final Access access;
  private final Admission admission;
  private final Room room;

  /**
   * Makes an object without clients.
   *
   * @param room for everything that arrives from clients
   */
  Attaching(Engine engine, Access access, Room room) {
    this.engine = engine;
    this.options = engine.options();
    this.access = access;
    this.admission = new Admission(options, engine.log().readers());
    this.room = room;
  }

  /** Returns whether a client is attached, so that its request lasts as long as its reader. */
  static boolean isAttached(RoutingContext context) {
    return context.get(ATTACHED) != null;
  }

  /** Attaches a client, or refuses it. */
  void attach(RoutingContext context, Transport transport) {
    try {
      attach(context, transport, admit(context));
    } catch (MillraceException refused) {
      refuse(context, transport, refused);
    }
  }

  private ClientShare admit(RoutingContext context) {
    if (!engine.isServing()) {
      throw startingOrClosing();
    }
    return admission.admit(
        options.maxReadersPerAddress() > 0
            ? Optional.of(Requester.network(context))
            : Optional.empty());
  }

  private void attach(RoutingContext context, Transport transport, ClientShare share) {
    try {
      transport.check(context);
      share.hold(ConnectionFootprint.client(context, keepsRequest(context, transport)));
      AttachRequest asked = AttachRequest.of(context, transport, options.maxChannels());
      Shard shard = engine.loops().of(ContextInternal.current());
      Lease lease = engine.entrance().lease(shard, asked.subscriptions(), asked.start());
      acquire(new Arrival(context, transport, asked, lease, share));
    } catch (RuntimeException | Error e) {
      share.leave();
      throw e;
    }
  }

  /** Returns whether the request is kept as long as the client is connected. */
  private boolean keepsRequest(RoutingContext context, Transport transport) {
    return !transport.traits().contains(Transport.Trait.DUPLEX)
        || access.needsRequests() // The authorizer may need it again.
        || context.vertx().isMetricsEnabled(); // Vert.x's own socket keeps it.
  }

  private void acquire(Arrival arrival) {
    RoutingContext context = arrival.context();
    AttachRequest asked = arrival.asked();
    Future<Lease> acquired =
        arrival
            .lease()
            .acquire(asked.bytes(), () -> access.of(context).subscribe(asked.patterns()));
    if (acquired.isComplete()) {
      arrived(arrival, acquired);
      return;
    }
    if (context.response().ended()) { // The application has answered it already.
      arrival.giveBack();
      return;
    }
    boolean paused = pause(context.request());
    // A client that leaves meanwhile makes room for others at once.
    int watch =
        context.addEndHandler(
            gone -> {
              arrival.giveBack();
              arrival.lease().vacate();
            });
    acquired.onComplete(
        result -> {
          context.removeEndHandler(watch);
          if (paused && !context.request().isEnded()) { // A client's reset ends it.
            context.request().resume();
          }
          arrived(arrival, result);
        });
  }

  /**
   * Over HTTP/2, a request that was read to its end cannot be paused. A body, which nobody wants,
   * is not kept.
   */
  private static boolean pause(HttpServerRequest request) {
    boolean paused = !request.isEnded() && !Bodies.isAnnounced(request);
    if (paused) {
      request.pause();
    }
    return paused;
  }

  private void arrived(Arrival arrival, AsyncResult<Lease> acquired) {
    // It may be too late: closing the node has ended only those that were attached.
    HttpServerResponse response = arrival.context().response();
    boolean late = response.closed() || response.ended() || !engine.isServing();
    if (late || acquired.failed()) {
      arrival.giveBack();
      refuse(
          arrival.context(),
          arrival.transport(),
          acquired.failed() ? acquired.cause() : startingOrClosing());
      return;
    }
    if (!arrival.asked().attaches()) {
      arrival.giveBack();
    }
    hand(arrival);
  }

  private void hand(Arrival arrival) {
    RoutingContext context = arrival.context();
    ReaderAttachment attachment = new ReaderAttachment(engine, access, room, arrival);
    try {
      context.put(ATTACHED, true);
      arrival.transport().handle(context, attachment);
      attachment.abandonAtEnd();
    } catch (RuntimeException | Error e) {
      attachment.abandon();
      context.fail(e); // It has a cause, so it is not mistaken for a client that gave up waiting.
    }
  }

  /**
   * Answers a failure that may be temporary in the transport's own way, if it has one, and
   * otherwise as a problem.
   */
  private static void refuse(RoutingContext context, Transport transport, Throwable cause) {
    if (context.response().closed() || context.response().ended()) {
      return; // The client is gone, or the application did not want to wait and has answered it.
    }
    if (cause instanceof MillraceException known && known.retryable()) {
      context.response().putHeader(HttpHeaders.RETRY_AFTER, Long.toString(COME_BACK.toSeconds()));
      if (transport.refuse(context.request(), COME_BACK)) {
        return;
      }
    }
    context.fail(cause);
  }

  private static MillraceException startingOrClosing() {
    return new MillraceException(
        MillraceException.Code.UNAVAILABLE, "This server is starting or closing.");
  }
}
