package io.millrace.samples.demo;

import io.millrace.Authenticator;
import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.Millrace;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.Session;
import io.vertx.ext.web.handler.SessionHandler;
import io.vertx.ext.web.sstore.LocalSessionStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Who is who in the chat. A name is enough to sign in; it belongs to the visitor's session, and to
 * no other one, until the visitor signs out or is away for a while. Safe on any thread.
 */
final class SignIn implements Authenticator {

  /** A session that is not used for this long ends, and its name is free. */
  static final Duration SESSION = Duration.ofMinutes(20);

  /** A connection is authenticated again after this time, and so uses its session. */
  private static final Duration CONNECTION = SESSION.dividedBy(2);

  private static final ChannelPattern EVERYTHING = ChannelPattern.of("**");
  private static final String SEAT = "seat";

  private final SessionHandler sessions;
  private final Clock clock;
  private final Addresses addresses;
  private final Names names;

  SignIn(Vertx vertx, Clock clock, Addresses addresses) {
    this.clock = clock;
    this.addresses = addresses;
    this.names = new Names(clock, SESSION);
    // Lazy: whoever does not sign in has no session. Not only over TLS, because this is a demo.
    this.sessions =
        SessionHandler.create(LocalSessionStore.create(vertx))
            .setSessionTimeout(SESSION.toMillis())
            .setLazySession(true)
            .setNagHttps(false)
            .setCookieHttpOnlyFlag(true)
            .setCookieSameSite(CookieSameSite.LAX);
  }

  /** Adds the routes, and sessions where they are needed. */
  void mount(Router router, Millrace millrace) {
    List.of("/sign-in", "/sign-out").forEach(path -> JsonBody.read(router, path));
    List.of("/live*", "/me", "/sign-in", "/sign-out")
        .forEach(path -> router.route(path).handler(sessions));
    router.get("/me").handler(this::show);
    router.post("/sign-in").handler(context -> signIn(context, millrace));
    router.post("/sign-out").handler(context -> signOut(context, millrace));
  }

  /** The user of a request's session. */
  private record Visitor(String name, String seat) {
    static Optional<Visitor> of(RoutingContext context) {
      return Optional.ofNullable(context.user())
          .map(
              user ->
                  new Visitor(String.valueOf(user.subject()), user.principal().getString(SEAT)));
    }

    User user() {
      return User.create(new JsonObject().put("username", name).put(SEAT, seat));
    }
  }

  /** The visitor that a request belongs to. Its session and its name live on. */
  private Optional<Visitor> visitor(RoutingContext context) {
    Optional<Visitor> visitor =
        Visitor.of(context).filter(one -> names.use(one.name(), one.seat()));
    // An answer that opens a WebSocket does not store the session.
    visitor.ifPresent(one -> session(context).setAccessed());
    return visitor;
  }

  /** The session of a request, which begins now if there is none. */
  private static Session session(RoutingContext context) {
    return Objects.requireNonNull(context.session());
  }

  @Override
  public Future<Client> authenticate(RoutingContext request) {
    Instant now = clock.instant();
    return Future.succeededFuture(
        visitor(request)
            .map(one -> Client.of(one.name()).withIssued(now).withExpiry(now.plus(CONNECTION)))
            .orElse(Client.anonymous()));
  }

  /** Answers who the visitor is; without a name if the visitor has not signed in. */
  private void show(RoutingContext context) {
    JsonObject me = new JsonObject();
    visitor(context).ifPresent(one -> me.put("name", one.name()));
    JsonBody.answer(context, me);
  }

  private void signIn(RoutingContext context, Millrace millrace) {
    Optional<String> wanted =
        JsonBody.field(context, "name") instanceof String typed
            ? Names.tidy(typed)
            : Optional.empty();
    if (wanted.isEmpty()) {
      Problem.send(
          context,
          400,
          "A name has 1 to "
              + Names.MAX_LENGTH
              + " characters: letters and digits first; also spaces and . ' _ -");
      return;
    }
    String name = wanted.get();
    Optional<Visitor> before = visitor(context);
    String address = addresses.of(context.request());
    if (before.isPresent() && Names.areSame(before.get().name(), name)) {
      show(context);
    } else if (names.isFull()) {
      context.response().putHeader("Retry-After", "60");
      Problem.send(context, 503, "Too many people are signed in. Try again later.");
    } else if (before.isEmpty() && names.isFullAt(address)) {
      context.response().putHeader("Retry-After", "60");
      Problem.send(context, 429, "Too many people at your address are signed in. Try again later.");
    } else {
      names
          .take(name, address)
          .ifPresentOrElse(
              seat -> {
                before.ifPresent(one -> leave(one, millrace));
                enter(context, new Visitor(name, seat));
              },
              () ->
                  Problem.send(
                      context, 409, "Somebody else is called " + name + ". Choose another name."));
    }
  }

  private void enter(RoutingContext context, Visitor visitor) {
    // A new id, because somebody else may know the one before.
    session(context).regenerateId();
    sessions
        .setUser(context, visitor.user())
        .onSuccess(stored -> JsonBody.answer(context, new JsonObject().put("name", visitor.name())))
        .onFailure(context::fail);
  }

  private void signOut(RoutingContext context, Millrace millrace) {
    Visitor.of(context)
        .ifPresent(
            visitor -> {
              session(context).destroy();
              leave(visitor, millrace);
            });
    context.response().setStatusCode(204).end();
  }

  /** Frees a name. What is still connected under it connects again, as whoever it is then. */
  private void leave(Visitor visitor, Millrace millrace) {
    names.release(visitor.name(), visitor.seat());
    var unused = millrace.revoke(visitor.name(), EVERYTHING);
  }
}
