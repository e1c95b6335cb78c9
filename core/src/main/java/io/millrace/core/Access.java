package io.millrace.core;

import io.millrace.Authorizer;
import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.vertx.core.Future;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.RoutingContext;
import java.lang.System.Logger;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Decides what clients may do, with the application's authorizer if there is one. */
final class Access {

  /** What the scope of whoever is no user begins with. */
  static final String ADDRESS = "address ";

  private static final Logger LOG = System.getLogger(Access.class.getName());

  private final MillraceOptions options;
  private final Optional<Authorizer> authorizer;

  Access(MillraceOptions options, Optional<Authorizer> authorizer) {
    this.options = options;
    this.authorizer = authorizer;
  }

  /** Returns what the sender of a request may do, while the request lasts. */
  Client of(RoutingContext request) {
    return new Client(Optional.of(request), Optional.empty());
  }

  /**
   * Returns what a client may do for as long as it is connected: its request is kept only if an
   * authorizer may have to look at it.
   */
  Client lasting(RoutingContext request) {
    return authorizer.isPresent()
        ? of(request)
        : new Client(Optional.empty(), Optional.of(scope(request)));
  }

  private static String scope(RoutingContext request) {
    User user = request.user();
    String subject = user == null ? null : user.subject();
    return subject == null ? ADDRESS + Attaching.address(request) : "user " + subject;
  }

  /** The sender of a request. */
  final class Client {

    private final Optional<RoutingContext> request;
    private final Optional<String> scope;

    private Client(Optional<RoutingContext> request, Optional<String> scope) {
      this.request = request;
      this.scope = scope;
    }

    /** Returns who publishes: the user, or if there is none, the address. */
    String scope() {
      return scope.orElseGet(() -> Access.scope(request.orElseThrow()));
    }

    /**
     * Completes if all may be subscribed; fails with {@link MillraceException.Code#FORBIDDEN} if
     * not.
     */
    Future<Void> subscribe(Collection<ChannelPattern> patterns) {
      if (authorizer.isPresent()) {
        List<Future<Void>> decisions =
            patterns.stream().map(pattern -> ask(Authorizer.Action.SUBSCRIBE, pattern)).toList();
        return Future.all(decisions).mapEmpty();
      }
      for (ChannelPattern pattern : patterns) {
        if (!pattern.isName() && !isCovered(options.subscribablePatterns(), pattern)) {
          return forbidden(
              "The pattern \"" + pattern + "\" may not be subscribed here. Name the channels.");
        }
      }
      return Future.succeededFuture();
    }

    /**
     * Completes if a client may publish to a channel; fails with {@link
     * MillraceException.Code#FORBIDDEN} if not.
     */
    Future<Void> publish(ChannelPattern channel) {
      if (!isCovered(options.publishablePatterns(), channel)) {
        return forbidden("Clients may not publish to \"" + channel + "\".");
      }
      return authorizer.isPresent()
          ? ask(Authorizer.Action.PUBLISH, channel)
          : Future.succeededFuture();
    }

    private Future<Void> ask(Authorizer.Action action, ChannelPattern target) {
      Future<Boolean> decision;
      try {
        decision = authorizer.orElseThrow().authorize(request.orElseThrow(), action, target);
      } catch (RuntimeException e) {
        decision = Future.failedFuture(e);
      }
      return decision
          .onFailure(
              failure ->
                  LOG.log(Logger.Level.WARNING, "The authorizer failed for " + target, failure))
          .otherwise(false)
          .compose(
              granted ->
                  granted
                      ? Future.succeededFuture()
                      : forbidden("You may not do this on \"" + target + "\"."));
    }
  }

  private static boolean isCovered(Collection<ChannelPattern> granted, ChannelPattern pattern) {
    return granted.stream().anyMatch(wider -> wider.covers(pattern));
  }

  private static Future<Void> forbidden(String why) {
    return Future.failedFuture(new MillraceException(MillraceException.Code.FORBIDDEN, why));
  }
}
