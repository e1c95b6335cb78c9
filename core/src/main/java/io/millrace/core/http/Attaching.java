package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.log.Beginning;
import io.millrace.core.log.Epoch;
import io.millrace.core.log.Footprint;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.Start;
import io.millrace.core.log.Survey;
import io.millrace.core.reader.Shard;
import io.millrace.spi.Transport;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes a client from its request to its transport: it is counted, its request is read and
 * authorized, its channels are subscribed at the broker, and it is attached to the log.
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

  /**
   * Attaches a client.
   *
   * @throws MillraceException if its request cannot be served
   */
  void attach(RoutingContext context, Transport transport) {
    if (!engine.isServing()) {
      refuse(context, transport, startingOrClosing());
      return;
    }
    Place place;
    try {
      // The address is needed only if it is limited.
      place = admission.admit(options.maxReadersPerAddress() > 0 ? Sender.network(context) : "");
    } catch (MillraceException full) {
      refuse(context, transport, full);
      return;
    }
    try {
      transport.check(context);
      place.hold(ConnectionFootprint.client(context, keepsRequest(context, transport)));
      AttachRequest request = AttachRequest.of(context, transport, options.maxChannels());
      if (!isHead(context)) {
        place.reserve(Footprint.own(request.patterns(), request.filter()));
      }
      subscribe(context, transport, request, place);
    } catch (MillraceException refused) {
      place.leave();
      refuse(context, transport, refused);
    } catch (RuntimeException | Error e) {
      place.leave();
      throw e;
    }
  }

  /** Returns whether the request is kept as long as the client is connected. */
  private boolean keepsRequest(RoutingContext context, Transport transport) {
    return !transport.traits().contains(Transport.Trait.DUPLEX)
        || access.needsRequests() // The authorizer may need it again.
        || context.vertx().isMetricsEnabled(); // Vert.x's own socket keeps it.
  }

  private static boolean isHead(RoutingContext context) {
    return HttpMethod.HEAD.equals(context.request().method());
  }

  /**
   * Answers a failure that may be temporary in the transport's own way, if it has one, and
   * otherwise as a problem.
   */
  private static void refuse(RoutingContext context, Transport transport, Throwable cause) {
    if (context.response().closed()) {
      return;
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

  private void subscribe(
      RoutingContext context, Transport transport, AttachRequest asked, Place place) {
    // A HEAD attaches nothing, so neither the log nor the broker is asked.
    boolean head = isHead(context);
    Start start = head ? Start.NOW : asked.start();
    List<ReaderSubscription> subscriptions = new ArrayList<>();
    (head ? List.<ChannelPattern>of() : asked.patterns())
        .forEach(pattern -> subscriptions.add(new ReaderSubscription(pattern, asked.filter())));
    Shard shard = engine.shards().of(ContextInternal.current());
    Future<Survey> subscribed =
        access
            .of(context)
            .subscribe(asked.patterns())
            .compose(granted -> enter(context, subscriptions, start))
            .compose(survey -> shard.siblings().inTurn(survey, place::whenLeft));
    HttpServerRequest request = context.request();
    boolean waits = !subscribed.isComplete();
    // Over HTTP/2, a request that was read to its end cannot be paused. A body, which nobody wants,
    // is not kept.
    boolean paused = waits && !request.isEnded() && !Bodies.isAnnounced(request);
    if (paused) {
      request.pause();
    }
    // A client that leaves meanwhile makes room for others at once.
    int watch = waits ? context.addEndHandler(gone -> place.leave()) : 0;
    shard.handle(
        subscribed,
        result -> {
          if (waits) {
            context.removeEndHandler(watch);
          }
          if (paused && !request.isEnded()) { // A client's reset ends it.
            request.resume();
          }
          if (result.failed()) {
            place.leave();
            refuse(context, transport, result.cause());
          } else if (request.response().closed() || !engine.isServing()) {
            // The client is gone, or it is too late: closing the node has ended all clients that
            // were attached.
            place.leave();
            shard.release(subscriptions);
            refuse(context, transport, startingOrClosing());
          } else {
            hand(context, transport, asked, result.result(), shard, place);
          }
        });
  }

  /** Withdraws requests to the broker for which nobody waits any more. */
  private Future<Survey> enter(
      RoutingContext context, List<ReaderSubscription> subscriptions, Start start) {
    return context.response().closed()
        ? Future.failedFuture(startingOrClosing())
        : engine.entrance().enter(subscriptions, start);
  }

  private void hand(
      RoutingContext context,
      Transport transport,
      AttachRequest asked,
      Survey survey,
      Shard shard,
      Place place) {
    List<ReaderSubscription> subscriptions = survey.subscriptions;
    Epoch epoch = engine.log().epoch();
    Beginning beginning;
    try {
      beginning = engine.log().begin(survey);
    } catch (RuntimeException | Error e) {
      place.leave();
      engine.brokerSubscriptions().release(subscriptions);
      refuse(context, transport, e);
      return;
    }
    ReaderAttachment attachment =
        new ReaderAttachment(
            engine,
            access,
            room,
            transport,
            shard,
            new ReaderAttachment.Arrival(context, asked, subscriptions, beginning, epoch, place));
    try {
      context.put(ATTACHED, true);
      transport.handle(context, attachment);
      attachment.abandonAtEnd();
    } catch (RuntimeException | Error e) {
      attachment.abandon();
      context.fail(e); // It has a cause, so it is not mistaken for a client that gave up waiting.
    }
  }
}
