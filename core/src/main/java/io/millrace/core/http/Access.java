package io.millrace.core.http;

import io.millrace.Authorizer;
import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.ext.web.RoutingContext;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides what clients may do, with the application's authorizer if there is one, and how often.
 */
final class Access {

  private final MillraceOptions options;
  private final Optional<Authorizer> authorizer;
  private final PublishRates rates;
  private final RareLog failures = new RareLog(System.getLogger(Access.class.getName()));

  Access(MillraceOptions options, Optional<Authorizer> authorizer, LongSupplier clock) {
    this.options = options;
    this.authorizer = authorizer;
    this.rates = new PublishRates(options, clock);
  }

  /**
   * Counts a request to publish, whatever its result.
   *
   * @param scope who publishes
   * @throws MillraceException {@link MillraceException.Code#RATE_LIMITED} if there were too many
   */
  void countPublish(RoutingContext request, String scope) {
    rates.count(request, scope);
  }

  /** Returns whether the request of a client is needed as long as the client is connected. */
  boolean needsRequests() {
    return authorizer.isPresent();
  }

  /** Returns what the sender of a request may do as long as the request lasts. */
  Client of(RoutingContext request) {
    return new Client(Optional.of(request), Optional.empty());
  }

  /**
   * Returns what a client may do as long as it is connected. Its request is kept only if an
   * authorizer may need it.
   */
  Client lasting(RoutingContext request) {
    return needsRequests()
        ? of(request)
        : new Client(Optional.empty(), Optional.of(Requester.scope(request)));
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
      return scope.orElseGet(() -> Requester.scope(request.orElseThrow()));
    }

    /**
     * Counts a publish on a connection, whatever its result.
     *
     * @throws MillraceException {@link MillraceException.Code#RATE_LIMITED} if there were too many
     */
    void countPublish() {
      rates.countConnected(scope());
    }

    /**
     * Completes if the client may subscribe to all of these; fails with {@link
     * MillraceException.Code#FORBIDDEN} otherwise.
     */
    Future<Void> subscribe(Collection<ChannelPattern> patterns) {
      if (authorizer.isPresent()) {
        return ask(Authorizer.Action.SUBSCRIBE, patterns);
      }
      for (ChannelPattern pattern : patterns) {
        if (!pattern.isName() && !isCovered(options.subscribablePatterns(), pattern)) {
          return forbidden(
              "The pattern \"" + pattern + "\" may not be subscribed to here. Name the channels.");
        }
      }
      return Future.succeededFuture();
    }

    /**
     * Completes if the client may publish to a channel; fails with {@link
     * MillraceException.Code#FORBIDDEN} otherwise.
     */
    Future<Void> publish(ChannelPattern channel) {
      if (!isCovered(options.publishablePatterns(), channel)) {
        return forbidden("Clients may not publish to \"" + channel + "\".");
      }
      return authorizer.isPresent()
          ? ask(Authorizer.Action.PUBLISH, List.of(channel))
          : Future.succeededFuture();
    }

    private Future<Void> ask(Authorizer.Action action, Collection<ChannelPattern> targets) {
      List<Future<Void>> decisions =
          targets.stream().map(target -> decision(action, target)).toList();
      return inTime(Future.all(decisions).mapEmpty(), request.orElseThrow().vertx());
    }

    private Future<Void> decision(Authorizer.Action action, ChannelPattern target) {
      return asked(action, target)
          .transform(
              decision -> {
                if (decision.succeeded() && decision.result() == null) {
                  failed(target, null);
                } else if (decision.failed()) {
                  failed(target, decision.cause());
                } else if (decision.result()) {
                  return Future.succeededFuture();
                }
                return forbidden("You may not do this on \"" + target + "\".");
              });
    }

    /** A fault of the application there affects only this request. */
    private Future<Boolean> asked(Authorizer.Action action, ChannelPattern target) {
      try {
        Future<Boolean> decision =
            authorizer.orElseThrow().authorize(request.orElseThrow(), action, target);
        return decision == null ? Future.succeededFuture() : decision;
      } catch (Throwable e) {
        return Future.failedFuture(e);
      }
    }
  }

  private void failed(ChannelPattern target, @Nullable Throwable cause) {
    failures.warn(
        "The authorizer "
            + (cause == null ? "answered null" : "failed")
            + " for "
            + target
            + ", so the request is refused.",
        cause);
  }

  /** Limits the wait; a later decision of the authorizer is ignored. */
  private Future<Void> inTime(Future<Void> decided, Vertx vertx) {
    if (decided.isComplete()) {
      return decided;
    }
    Promise<Void> here = ((ContextInternal) vertx.getOrCreateContext()).promise();
    decided.onComplete(here);
    return here.future()
        .timeout(options.authorizerTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .recover(
            failure -> {
              if (!(failure instanceof TimeoutException)) {
                return Future.failedFuture(failure);
              }
              failures.warn(
                  "The authorizer did not answer within " + options.authorizerTimeout() + ".",
                  null);
              return Future.failedFuture(
                  new MillraceException(
                      MillraceException.Code.UNAVAILABLE,
                      "The server did not decide in time whether you may do this. Try again."));
            });
  }

  private static boolean isCovered(Collection<ChannelPattern> granted, ChannelPattern pattern) {
    return granted.stream().anyMatch(wider -> wider.covers(pattern));
  }

  private static Future<Void> forbidden(String why) {
    return Future.failedFuture(new MillraceException(MillraceException.Code.FORBIDDEN, why));
  }
}
