package io.millrace.core.http;

import io.millrace.Authenticator;
import io.millrace.Client;
import io.millrace.Decision;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Finds out who clients are, with the application's authenticator if there is one. Only a {@link
 * Client} is kept of what it finds.
 */
final class Identity {

  private static final String CLIENT = Identity.class.getName();

  private final Optional<Authenticator> authenticator;
  private final Revocations revocations;
  private final Tickets tickets;
  private final Audit audit;
  private final Asking asking;

  Identity(
      MillraceOptions options,
      Optional<Authenticator> authenticator,
      Revocations revocations,
      Tickets tickets,
      Audit audit) {
    this.authenticator = authenticator;
    this.revocations = revocations;
    this.tickets = tickets;
    this.audit = audit;
    this.asking = new Asking(options, "The authenticator", Identity::isAnswer);
  }

  /** Returns whether the application is asked. */
  boolean asks() {
    return authenticator.isPresent();
  }

  /** Returns who sends a request, which must have been found out before. */
  static Client known(RoutingContext request) {
    Client known = request.get(CLIENT);
    return known == null ? ofUser(request) : known;
  }

  /**
   * Finds out who sends a request to attach, for which a ticket is enough.
   *
   * @return fails with {@link MillraceException.Code#UNAUTHORIZED} if the authenticator refuses,
   *     {@link MillraceException.Code#FORBIDDEN} if the user was disconnected
   */
  Future<Client> of(RoutingContext request) {
    return of(request, Tickets.of(request));
  }

  /** Finds out who sends any other request; as {@link #of(RoutingContext)}, but without tickets. */
  Future<Client> ofSender(RoutingContext request) {
    return of(request, Optional.empty());
  }

  private Future<Client> of(RoutingContext request, Optional<String> ticket) {
    if (ticket.isEmpty() && authenticator.isEmpty()) {
      Client client = ofUser(request);
      // Nothing is kept of nobody, which is what most requests are from.
      return client.user().isEmpty() ? accepted(client) : accepted(request, client, false);
    }
    Future<Client> found =
        ticket.isPresent()
            ? tickets.redeem(ticket.get())
            : ask("a request", () -> authenticator.orElseThrow().authenticate(request));
    Future<Client> inTime = asking.inTime(found, request.vertx());
    if (inTime.succeeded()) {
      return accepted(request, inTime.result(), true);
    }
    Trail trail = audit.of(request);
    if (!trail.isNone()) {
      inTime.onFailure(why -> note(trail, Client.anonymous(), Optional.of(why)));
    }
    return inTime.compose(client -> accepted(request, client, true));
  }

  /**
   * Finds out whose token this is.
   *
   * @param before whose connection sends it; it may belong to nobody, or to the same user
   */
  Future<Client> of(String token, Client before, Trail trail, Vertx vertx) {
    if (authenticator.isEmpty()) {
      return Future.failedFuture(
          new MillraceException(
              MillraceException.Code.BAD_REQUEST,
              "This server accepts no tokens on a connection."));
    }
    return asking
        .inTime(ask("a token", () -> authenticator.orElseThrow().authenticate(token)), vertx)
        .compose(this::accepted)
        .compose(client -> sameUser(before, client))
        .onSuccess(client -> note(trail, client, Optional.empty()))
        .onFailure(why -> note(trail, before, Optional.of(why)));
  }

  private static void note(Trail trail, Client client, Optional<Throwable> refusal) {
    trail.decided(Decision.Kind.AUTHENTICATE, client, Optional.empty(), refusal);
  }

  /**
   * Whatever the answer says is true of the moment when the question was asked: what is taken away
   * from then on counts.
   */
  private Future<Client> ask(String about, Supplier<Future<Client>> question) {
    Instant asked = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    return asking
        .ask(about, Identity::refused, question)
        .map(client -> client.issued().isAfter(asked) ? client.withIssued(asked) : client);
  }

  private static boolean isAnswer(MillraceException failure) {
    return failure.retryable()
        || failure.code() == MillraceException.Code.UNAUTHORIZED
        || failure.code() == MillraceException.Code.FORBIDDEN
        || failure.code() == MillraceException.Code.BAD_REQUEST;
  }

  private static MillraceException refused() {
    return new MillraceException(
        MillraceException.Code.UNAUTHORIZED, "The server does not accept these credentials.");
  }

  private static Future<Client> sameUser(Client before, Client client) {
    return before.user().isEmpty() || before.user().equals(client.user())
        ? Future.succeededFuture(client)
        : Future.failedFuture(
            new MillraceException(
                MillraceException.Code.FORBIDDEN,
                "This connection belongs to another user. Open a new one."));
  }

  /**
   * @param asked whether somebody was asked who it is
   */
  private Future<Client> accepted(RoutingContext request, Client client, boolean asked) {
    Future<Client> accepted = accepted(client);
    if (accepted.succeeded()) {
      request.put(CLIENT, client);
    }
    if (asked || accepted.failed()) {
      note(audit.of(request), client, Optional.ofNullable(accepted.cause()));
    }
    return accepted;
  }

  private Future<Client> accepted(Client client) {
    if (client.expires().isPresent() && !Instant.now().isBefore(client.expires().get())) {
      return Future.failedFuture(
          new MillraceException(
              MillraceException.Code.UNAUTHORIZED, "The credentials have expired. Get new ones."));
    }
    return revocations.isDisconnected(client)
        ? Future.failedFuture(Revocations.disconnected())
        : Future.succeededFuture(client);
  }

  /** Returns the user that the application has set on a request. */
  static Client ofUser(RoutingContext request) {
    User user = request.user();
    String subject = user == null ? null : user.subject();
    return subject == null ? Client.anonymous() : Client.of(subject);
  }
}
