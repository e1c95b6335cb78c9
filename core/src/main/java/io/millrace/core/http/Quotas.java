package io.millrace.core.http;

import io.millrace.Client;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Limits how often clients attach, publish and ask for tickets. A user counts wherever it comes
 * from. Clients without a user count over HTTP, where no connection lasts that could count: see
 * {@link Neighbours}. Safe on any thread.
 */
final class Quotas {

  /** How many tickets a user may have in a second. */
  static final int TICKETS_PER_SECOND = 10;

  private static final String A_SECOND = "1";
  private static final String PUBLISHES = "Clients at your address publish too often.";

  private final Requester requester;
  private final Neighbours neighbours;
  private final Rates attaches;
  private final Rates publishes;
  private final Rates tickets;

  Quotas(MillraceOptions options, Requester requester, LongSupplier clock) {
    this.requester = requester;
    this.neighbours = new Neighbours(options, clock);
    this.attaches = new Rates(options.attachesPerSecond(), clock);
    this.publishes = new Rates(options.publishesPerSecond(), clock);
    this.tickets = new Rates(TICKETS_PER_SECOND, clock);
  }

  /**
   * Counts a request to attach before anything else is done for it, unless the application has
   * already found out its user.
   *
   * @throws MillraceException {@link MillraceException.Code#RATE_LIMITED} if there were too many
   */
  void arrive(RoutingContext request, Optional<String> clientId) {
    if (Identity.known(request).user().isEmpty()
        && !neighbours.take(Neighbours.Deed.ATTACH, requester.network(request), clientId)) {
      throw refusal(request, "Clients at your address connect too often.");
    }
  }

  /** Counts a client that attaches, once it is known who it is. */
  void attach(RoutingContext request, Client client) {
    if (client.user().isPresent()) {
      if (!attaches.take(client.user().get())) {
        throw refusal(request, "You may connect " + attaches.perSecond() + " times in a second.");
      }
      giveBack(Neighbours.Deed.ATTACH, request);
    }
  }

  /**
   * Counts a request to publish before the application is asked who sends it, unless it has already
   * found out the user.
   *
   * @throws MillraceException {@link MillraceException.Code#RATE_LIMITED} if there were too many
   */
  void arriveToPublish(RoutingContext request) {
    if (Identity.known(request).user().isEmpty() && !take(Neighbours.Deed.ASK, request)) {
      throw refusal(request, PUBLISHES);
    }
  }

  /** Counts a request to publish, whatever its result. */
  void publish(RoutingContext request, Client client) {
    try {
      publish(client);
    } catch (MillraceException tooMany) {
      throw retryAfter(request, tooMany);
    }
    if (client.user().isPresent()) {
      giveBack(Neighbours.Deed.ASK, request);
    } else if (!take(Neighbours.Deed.PUBLISH, request)) {
      throw refusal(request, PUBLISHES);
    }
  }

  /** A user who keeps within the own limits does not count for the address. */
  private void giveBack(Neighbours.Deed deed, RoutingContext request) {
    if (Identity.ofUser(request).user().isEmpty()) { // Or it was not counted.
      neighbours.giveBack(deed, requester.network(request), Requester.clientId(request));
    }
  }

  private boolean take(Neighbours.Deed deed, RoutingContext request) {
    return neighbours.take(deed, requester.network(request), Requester.clientId(request));
  }

  /**
   * Counts a message on a connection that has its own limit. A user may have several connections. A
   * client without a user is limited by the connection only, because many clients may share an
   * address.
   */
  void publish(Client client) {
    if (client.user().isPresent() && !publishes.take(client.user().get())) {
      throw new MillraceException(
          MillraceException.Code.RATE_LIMITED,
          "You may publish " + publishes.perSecond() + " messages in a second.");
    }
  }

  /** Counts a ticket. */
  void ticket(RoutingContext request, Client client) {
    if (client.user().isPresent() && !tickets.take(client.user().get())) {
      throw refusal(request, "You may have " + TICKETS_PER_SECOND + " tickets in a second.");
    }
  }

  private static MillraceException refusal(RoutingContext request, String why) {
    return retryAfter(request, new MillraceException(MillraceException.Code.RATE_LIMITED, why));
  }

  private static MillraceException retryAfter(RoutingContext request, MillraceException refusal) {
    request.response().putHeader(HttpHeaders.RETRY_AFTER, A_SECOND);
    return refusal;
  }
}
