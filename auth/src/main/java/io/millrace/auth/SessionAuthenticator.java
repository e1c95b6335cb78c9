package io.millrace.auth;

import io.millrace.Authenticator;
import io.millrace.Client;
import io.vertx.core.Future;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.Session;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Knows clients by the session of the application, as its other pages do. Before Millrace's router,
 * the application needs its {@link io.vertx.ext.web.handler.SessionHandler}, and whatever sets the
 * user. A client without a user is anonymous. Browsers send a session's cookie by themselves, so
 * Millrace must know which pages may use it: {@link
 * io.millrace.MillraceOptions#addAllowedOrigin(String)}. Immutable.
 */
public final class SessionAuthenticator implements Authenticator {

  private final Function<RoutingContext, @Nullable Object> finder;
  private final boolean required;

  private SessionAuthenticator(
      Function<RoutingContext, @Nullable Object> finder, boolean required) {
    this.finder = finder;
    this.required = required;
  }

  /**
   * Takes the {@linkplain User#subject() subject} of the request's user.
   *
   * @return an authenticator
   */
  public static SessionAuthenticator ofSubject() {
    return ofUser(User::subject);
  }

  /**
   * Takes a value of the {@linkplain User#principal() principal} of the request's user.
   *
   * @param key such as {@code username}
   * @return an authenticator
   */
  public static SessionAuthenticator ofPrincipal(String key) {
    return ofUser(user -> user.principal().getValue(key));
  }

  /**
   * Takes a value that the application has put into the session.
   *
   * @param key its key
   * @return an authenticator
   */
  public static SessionAuthenticator ofSession(String key) {
    return new SessionAuthenticator(
        request -> {
          Session session = request.session();
          return session == null ? null : session.get(key);
        },
        false);
  }

  private static SessionAuthenticator ofUser(Function<User, @Nullable Object> id) {
    return new SessionAuthenticator(
        request -> {
          User user = request.user();
          return user == null ? null : id.apply(user);
        },
        false);
  }

  /**
   * The same authenticator, but a client without a user is refused.
   *
   * @return an authenticator
   */
  public SessionAuthenticator required() {
    return new SessionAuthenticator(finder, true);
  }

  @Override
  public Future<Client> authenticate(RoutingContext request) {
    return Optional.ofNullable(finder.apply(request))
        .map(user -> Future.succeededFuture(Client.of(user.toString())))
        .orElseGet(() -> Refusals.withoutCredentials(required));
  }
}
