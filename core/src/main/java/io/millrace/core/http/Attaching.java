package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.presence.Attendee;
import io.millrace.core.reader.LastingReader;
import io.millrace.core.reader.Lease;
import io.millrace.core.reader.Shard;
import io.millrace.spi.Transport;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.ContextInternal;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Takes a client from its request to its transport, one way: it is counted, its request is read,
 * its lease is acquired, and its transport is given what to attach. Whatever fails on the way, it
 * gives everything back and is refused.
 */
final class Attaching {

  /** After how long browsers reconnect that would never do so after an error status. */
  private static final Duration COME_BACK = Duration.ofSeconds(15);

  private static final String ATTACHED = Attaching.class.getName();

  private final Engine engine;
  private final MillraceOptions options;
  private final Identity identity;
  private final Access access;
  private final Revocations revocations;
  private final Requester requester;
  private final Audit audit;
  private final Quotas quotas;
  private final Admission admission;
  private final Room room;
  private final Optional<Listening> listening;

  /**
   * Makes an object without clients.
   *
   * @param room for everything that arrives from clients
   */
  Attaching(
      Engine engine,
      Identity identity,
      Access access,
      Revocations revocations,
      Requester requester,
      Audit audit,
      Quotas quotas,
      Room room,
      Optional<Listening> listening) {
    this.engine = engine;
    this.options = engine.options();
    this.identity = identity;
    this.access = access;
    this.revocations = revocations;
    this.requester = requester;
    this.audit = audit;
    this.quotas = quotas;
    this.admission = new Admission(options, engine.log().readers());
    this.room = room;
    this.listening = listening;
  }

  /** Returns whether a client is attached, so that its request lasts as long as its reader. */
  static boolean isAttached(RoutingContext context) {
    return context.get(ATTACHED) != null;
  }

  Engine engine() {
    return engine;
  }

  Optional<Listening> listening() {
    return listening;
  }

  Audit audit() {
    return audit;
  }

  Room room() {
    return room;
  }

  Revocations revocations() {
    return revocations;
  }

  /** Returns what a client may do as long as it is connected. Its request is not kept. */
  Rights rights(Arrival arrival) {
    RoutingContext context = arrival.context;
    ClientShare share = arrival.share;
    return new Rights(
        options,
        access,
        revocations,
        context.vertx(),
        arrival.client(),
        requester.address(context),
        audit.of(context),
        share::identify);
  }

  /** Makes the object that carries out the commands of a client. */
  Commands commands(Rights rights, LastingReader reader, Optional<Attendee> attendee) {
    return new Commands(engine, identity, rights, quotas, reader, attendee);
  }

  /**
   * Refuses a client before its body is read and before anybody is asked who it is, if there is no
   * room for it, or if it attaches too often. That is counted as soon as its id is known.
   *
   * @throws MillraceException if it is refused
   */
  void arrive(RoutingContext context) {
    if (!engine.isAccepting()) {
      throw startingOrClosing();
    }
    admission.requireRoom();
    if (!saysIdInBody(context)) {
      quotas.arrive(context, Requester.clientId(context));
    }
  }

  private static boolean isPosted(RoutingContext context) {
    return HttpMethod.POST.equals(context.request().method());
  }

  private static boolean saysIdInBody(RoutingContext context) {
    return isPosted(context) && Requester.clientId(context).isEmpty();
  }

  /** Attaches a client, or refuses it. */
  void attach(RoutingContext context, Transport transport) {
    try {
      if (!isPosted(context)) { // Otherwise before its body was read.
        arrive(context);
      }
      attach(context, transport, admit(context));
    } catch (MillraceException refused) {
      refuse(context, transport, refused);
    }
  }

  /**
   * Counts a client.
   *
   * @throws MillraceException if there is no room for it
   */
  ClientShare admit(RoutingContext context) {
    if (!engine.isAccepting()) {
      throw startingOrClosing();
    }
    return admission.admit(
        options.maxReadersPerAddress() > 0
            ? Optional.of(requester.network(context))
            : Optional.empty());
  }

  private void attach(RoutingContext context, Transport transport, ClientShare share) {
    try {
      transport.check(context);
      share.hold(ConnectionFootprint.client(context, keepsRequest(context, transport)));
      AttachRequest asked = AttachRequest.of(context, transport, options.maxChannels());
      if (saysIdInBody(context)) {
        quotas.arrive(context, asked.client());
      }
      Shard shard = engine.loops().of(ContextInternal.current());
      Lease lease = engine.entrance().lease(shard, asked.subscriptions(), asked.start());
      acquire(new Arrival(context, transport, asked, lease, share));
    } catch (RuntimeException | Error e) {
      share.leave();
      throw e;
    }
  }

  /** Returns whether the request is kept as long as the client is connected. */
  private static boolean keepsRequest(RoutingContext context, Transport transport) {
    return !transport.traits().contains(Transport.Trait.DUPLEX)
        || context.vertx().isMetricsEnabled(); // Vert.x's own socket keeps it.
  }

  private void acquire(Arrival arrival) {
    RoutingContext context = arrival.context;
    AttachRequest asked = arrival.asked;
    long told = asked.attaches() ? engine.rooms().bytes(asked.patterns(), asked.presence()) : 0;
    Future<Lease> acquired = arrival.lease.acquire(asked.bytes() + told, () -> permission(arrival));
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
              arrival.lease.vacate();
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

  private Future<Void> permission(Arrival arrival) {
    Future<Client> client = identity.of(arrival.context);
    return client.succeeded()
        ? permission(arrival, client.result())
        : client.compose(known -> permission(arrival, known));
  }

  private Future<Void> permission(Arrival arrival, Client client) {
    try {
      quotas.attach(arrival.context, client);
      arrival.share.identify(client);
    } catch (MillraceException tooMany) {
      return Future.failedFuture(tooMany);
    }
    arrival.identify(client, revocations);
    AttachRequest asked = arrival.asked;
    Vertx vertx = arrival.context.vertx();
    Trail trail = audit.of(arrival.context);
    Future<Void> subscribed =
        access.subscribe(client, asked.patterns(), asked.asksForOld(), trail, vertx);
    List<ChannelPattern> watched = asked.presence().of(asked.patterns());
    Future<Void> permitted =
        watched.isEmpty()
            ? subscribed
            : Future.all(subscribed, access.presence(client, watched, trail, vertx)).mapEmpty();
    return listening.isEmpty()
        ? permitted
        : permitted.compose(yes -> listening.get().beforeAttach(arrival));
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
    HttpServerResponse response = arrival.context.response();
    boolean late = response.closed() || response.ended() || !engine.isAccepting();
    if (late || acquired.failed()) {
      arrival.giveBack();
      refuse(
          arrival.context,
          arrival.transport,
          acquired.failed() ? acquired.cause() : startingOrClosing());
      return;
    }
    if (!arrival.asked.attaches()) {
      arrival.giveBack();
    }
    hand(arrival);
  }

  private void hand(Arrival arrival) {
    RoutingContext context = arrival.context;
    ReaderAttachment attachment = new ReaderAttachment(this, arrival);
    try {
      context.put(ATTACHED, true);
      arrival.transport.handle(context, attachment);
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
    if (cause instanceof MillraceException known
        && known.code() == MillraceException.Code.FORBIDDEN
        && transport.forbid(context.request())) {
      return;
    }
    if (cause instanceof MillraceException known && known.retryable()) {
      MultiMap headers = context.response().headers();
      if (!headers.contains(HttpHeaders.RETRY_AFTER)) {
        headers.set(HttpHeaders.RETRY_AFTER, Long.toString(COME_BACK.toSeconds()));
      }
      if (transport.refuse(context.request(), comeBack())) {
        return;
      }
    }
    context.fail(cause);
  }

  /** Returns when a browser reconnects that was refused for now. */
  static Duration comeBack() {
    return Variation.around(COME_BACK);
  }

  private static MillraceException startingOrClosing() {
    return new MillraceException(
        MillraceException.Code.UNAVAILABLE, "This server is starting or closing.");
  }
}
