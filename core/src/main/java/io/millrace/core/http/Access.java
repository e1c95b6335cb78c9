package io.millrace.core.http;

import io.millrace.Authorizer;
import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.Decision;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.PublishInterceptor;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Decides what clients may do, with the application's authorizer if there is one. */
final class Access {

  private final MillraceOptions options;
  private final Optional<Authorizer> authorizer;
  private final Optional<PublishInterceptor> interceptor;
  private final Revocations revocations;
  private final Asking authorizing;
  private final Asking intercepting;

  Access(MillraceOptions options, Deciders deciders, Revocations revocations) {
    this.options = options;
    this.authorizer = deciders.authorizer();
    this.interceptor = deciders.interceptor();
    this.revocations = revocations;
    this.authorizing = new Asking(options, "The authorizer", known -> false);
    this.intercepting = new Asking(options, "The interceptor", known -> true);
  }

  /** Returns whether there is an authorizer. */
  boolean asks() {
    return authorizer.isPresent();
  }

  /**
   * Completes if a client may subscribe to all of these; fails with {@link
   * MillraceException.Code#FORBIDDEN} otherwise.
   *
   * @param old whether it asks for what was published before
   */
  Future<Void> subscribe(
      Client client, Collection<ChannelPattern> patterns, boolean old, Trail trail, Vertx vertx) {
    for (ChannelPattern pattern : patterns) {
      if (revocations.isRevoked(client, pattern)) {
        return trail.refused(Decision.Kind.SUBSCRIBE, client, pattern, forbids(pattern));
      }
    }
    if (authorizer.isEmpty()) {
      return subscribeByOptions(client, patterns, old, trail);
    }
    Future<Void> subscribed = ask(client, Authorizer.Action.SUBSCRIBE, patterns, trail, vertx);
    return old
        ? Future.all(subscribed, ask(client, Authorizer.Action.HISTORY, patterns, trail, vertx))
            .mapEmpty()
        : subscribed;
  }

  private Future<Void> subscribeByOptions(
      Client client, Collection<ChannelPattern> patterns, boolean old, Trail trail) {
    for (ChannelPattern pattern : patterns) {
      if (!pattern.isName() && !isCovered(options.subscribablePatterns(), pattern)) {
        MillraceException why =
            refusal(
                "The pattern \""
                    + pattern
                    + "\" may not be subscribed to here. Name the channels.");
        return trail.refused(Decision.Kind.SUBSCRIBE, client, pattern, why);
      }
    }
    trail.allowed(Decision.Kind.SUBSCRIBE, client, patterns);
    if (old) {
      trail.allowed(Decision.Kind.HISTORY, client, patterns);
    }
    return Future.succeededFuture();
  }

  /**
   * Completes if a client may know who is present on all of these channels; fails with {@link
   * MillraceException.Code#FORBIDDEN} otherwise.
   */
  Future<Void> presence(
      Client client, Collection<ChannelPattern> channels, Trail trail, Vertx vertx) {
    for (ChannelPattern channel : channels) {
      if (!isCovered(options.presencePatterns(), channel)) {
        MillraceException why = refusal("Nobody is told who is present on \"" + channel + "\".");
        return trail.refused(Decision.Kind.PRESENCE, client, channel, why);
      }
      if (revocations.isRevoked(client, channel)
          || (authorizer.isEmpty() && client.user().isEmpty())) {
        return trail.refused(Decision.Kind.PRESENCE, client, channel, forbids(channel));
      }
    }
    if (authorizer.isPresent() && !channels.isEmpty()) {
      return ask(client, Authorizer.Action.PRESENCE, channels, trail, vertx);
    }
    trail.allowed(Decision.Kind.PRESENCE, client, channels);
    return Future.succeededFuture();
  }

  /**
   * Completes if a client may publish to a channel; fails with {@link
   * MillraceException.Code#FORBIDDEN} otherwise. That is not the whole decision: see {@link
   * #intercepted}.
   */
  Future<Void> publish(Client client, ChannelPattern channel, Vertx vertx) {
    if (!isCovered(options.publishablePatterns(), channel)) {
      return Future.failedFuture(refusal("Clients may not publish to \"" + channel + "\"."));
    }
    if (revocations.isDisconnected(client)) {
      return Future.failedFuture(Revocations.disconnected());
    }
    if (revocations.isRevoked(client, channel)) {
      return forbidden(channel);
    }
    return authorizer.isEmpty()
        ? Future.succeededFuture()
        : ask(client, Authorizer.Action.PUBLISH, List.of(channel), Trail.NONE, vertx);
  }

  /** Returns a number that changes whenever something is taken away from a client's user. */
  long version(Client client) {
    return revocations.version(client);
  }

  /**
   * Checks that what a client was granted on a channel has not been taken away meanwhile.
   *
   * @param version what {@link #version} was before the question
   * @throws MillraceException if it was, or if the authorizer may decide otherwise now
   */
  void requireUnchanged(Client client, ChannelPattern channel, long version) {
    if (version == version(client)) {
      return;
    }
    if (revocations.isDisconnected(client)) {
      throw Revocations.disconnected();
    }
    throw revocations.isRevoked(client, channel) ? forbids(channel) : changed();
  }

  static MillraceException changed() {
    return new MillraceException(
        MillraceException.Code.UNAVAILABLE, "Your permissions have changed meanwhile. Try again.");
  }

  /** Returns what a message becomes that a client may publish. */
  Future<Message> intercepted(Client client, PublishRequest request, Vertx vertx) {
    Message message = request.message();
    if (options.senderStamped() && client.user().isPresent()) {
      message = message.withFrom(client.user().get());
    }
    if (interceptor.isEmpty()) {
      return Future.succeededFuture(message);
    }
    Message stamped = message;
    String channel = request.channel().toString();
    return intercepting.inTime(
        intercepting.ask(
            channel,
            () -> forbids(request.channel()),
            () -> interceptor.get().intercept(client, channel, stamped)),
        vertx);
  }

  /** Completes if a client may do something on all of these channels. */
  private Future<Void> ask(
      Client client,
      Authorizer.Action action,
      Collection<ChannelPattern> targets,
      Trail trail,
      Vertx vertx) {
    List<Future<Void>> decisions =
        targets.stream().map(target -> decision(client, action, target)).toList();
    Future<Void> all = authorizing.inTime(Future.all(decisions).mapEmpty(), vertx);
    if (!trail.isNone()) {
      Decision.Kind kind = Decision.Kind.valueOf(action.name());
      all.onComplete(result -> trail.all(kind, client, targets, decisions, result));
    }
    return all;
  }

  private Future<Void> decision(Client client, Authorizer.Action action, ChannelPattern target) {
    return authorizing
        .ask(
            target,
            () -> forbids(target),
            () -> authorizer.orElseThrow().authorize(client, action, target))
        .compose(granted -> granted ? Future.succeededFuture() : forbidden(target));
  }

  private static boolean isCovered(Collection<ChannelPattern> granted, ChannelPattern pattern) {
    return granted.stream().anyMatch(wider -> wider.covers(pattern));
  }

  private static MillraceException forbids(ChannelPattern target) {
    return new MillraceException(
        MillraceException.Code.FORBIDDEN, "You may not do this on \"" + target + "\".");
  }

  private static <T> Future<T> forbidden(ChannelPattern target) {
    return Future.failedFuture(forbids(target));
  }

  private static MillraceException refusal(String why) {
    return new MillraceException(MillraceException.Code.FORBIDDEN, why);
  }
}
