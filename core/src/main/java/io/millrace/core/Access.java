package io.millrace.core;

import io.millrace.Authorizer;
import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.lang.System.Logger;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Decides what clients may do, with the application's authorizer if there is one. */
final class Access {

  private static final Logger LOG = System.getLogger(Access.class.getName());

  private final MillraceOptions options;
  private final Optional<Authorizer> authorizer;

  Access(MillraceOptions options, Optional<Authorizer> authorizer) {
    this.options = options;
    this.authorizer = authorizer;
  }

  /**
   * Completes if all may be subscribed; fails with {@link MillraceException.Code#FORBIDDEN} if not.
   */
  Future<Void> subscribe(RoutingContext request, Collection<ChannelPattern> patterns) {
    if (authorizer.isPresent()) {
      List<Future<Void>> decisions =
          patterns.stream()
              .map(pattern -> ask(authorizer.get(), request, Authorizer.Action.SUBSCRIBE, pattern))
              .toList();
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
  Future<Void> publish(RoutingContext request, ChannelPattern channel) {
    if (!isCovered(options.publishablePatterns(), channel)) {
      return forbidden("Clients may not publish to \"" + channel + "\".");
    }
    return authorizer
        .map(asked -> ask(asked, request, Authorizer.Action.PUBLISH, channel))
        .orElse(Future.succeededFuture());
  }

  private static boolean isCovered(Collection<ChannelPattern> granted, ChannelPattern pattern) {
    return granted.stream().anyMatch(wider -> wider.covers(pattern));
  }

  private static Future<Void> ask(
      Authorizer authorizer,
      RoutingContext request,
      Authorizer.Action action,
      ChannelPattern target) {
    Future<Boolean> decision;
    try {
      decision = authorizer.authorize(request, action, target);
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

  private static Future<Void> forbidden(String why) {
    return Future.failedFuture(new MillraceException(MillraceException.Code.FORBIDDEN, why));
  }
}
