package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.Decision;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.presence.Wish;
import io.millrace.internal.BoundedMap;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the client of one connection may do. It remembers for a while what it may publish, so that
 * the authorizer is not asked for every message. Owned by the connection's event loop.
 */
final class Rights {

  /** How many channels are remembered. */
  static final int MOST_REMEMBERED = 100;

  private final MillraceOptions options;
  private final Access access;
  private final Revocations revocations;
  private final Vertx vertx;
  private final String address;
  private final Trail trail;
  private final Consumer<Client> counted;
  private Client client;

  /** When each channel that may be published to is to be asked about again. */
  private Optional<BoundedMap<ChannelPattern, Long>> publishable = Optional.empty();

  private long version;

  /**
   * @param address who publishes, if no user is known
   * @param trail what is decided
   * @param counted counts the connection for the user of a client that is found out later
   */
  Rights(
      MillraceOptions options,
      Access access,
      Revocations revocations,
      Vertx vertx,
      Client client,
      String address,
      Trail trail,
      Consumer<Client> counted) {
    this.options = options;
    this.access = access;
    this.revocations = revocations;
    this.vertx = vertx;
    this.client = client;
    this.address = address;
    this.trail = trail;
    this.counted = counted;
    this.version = revocations.version(client);
  }

  Client client() {
    return client;
  }

  /** Returns where what is decided about the client is noted. */
  Trail trail() {
    return trail;
  }

  /** Returns who publishes: the user, or if there is none, the address. */
  String scope() {
    return Requester.scope(client, address);
  }

  /**
   * Takes the client that a new token belongs to.
   *
   * @throws MillraceException if its user has too many connections
   */
  void renew(Client renewed) {
    if (client.user().isEmpty()) {
      counted.accept(renewed);
    }
    client = renewed;
    publishable = Optional.empty();
  }

  /** Returns a number that changes whenever something is taken away from its user. */
  long version() {
    return revocations.version(client);
  }

  /**
   * Takes what {@link #publish} was answered. Between the two, the client sends nothing else.
   *
   * @throws MillraceException as {@link Access#requireUnchanged}, since then
   */
  void settle(ChannelPattern channel, AsyncResult<Message> granted) {
    try {
      if (granted.succeeded()) {
        access.requireUnchanged(client, channel, version);
      }
      trail.settled(Decision.Kind.PUBLISH, client, channel, granted);
    } catch (MillraceException taken) {
      trail.settled(Decision.Kind.PUBLISH, client, channel, Future.failedFuture(taken));
      throw taken;
    }
  }

  /** As {@link Access#subscribe}. */
  Future<Void> subscribe(Collection<ChannelPattern> patterns, boolean old) {
    return access.subscribe(client, patterns, old, trail, vertx);
  }

  /** The same, for a client that may wish to be told who is present. */
  Future<Void> subscribe(Collection<ChannelPattern> patterns, boolean old, Wish presence) {
    Future<Void> subscribed = subscribe(patterns, old);
    return presence.isAny()
        ? Future.all(subscribed, presence(presence.of(patterns))).mapEmpty()
        : subscribed;
  }

  /** As {@link Access#presence}. */
  Future<Void> presence(Collection<ChannelPattern> channels) {
    return access.presence(client, channels, trail, vertx);
  }

  /**
   * Returns what a message becomes, if the client may publish it.
   *
   * @param now the time of the event loop
   */
  Future<Message> publish(PublishRequest request, long now) {
    if (version != version()) {
      version = version();
      publishable = Optional.empty();
    }
    Long until = publishable.map(known -> known.get(request.channel())).orElse(0L);
    if (until != null && until > now) {
      return access.intercepted(client, request, vertx);
    }
    Client asking = client;
    return access
        .publish(client, request.channel(), vertx)
        .compose(
            granted -> {
              if (asking == client && access.asks()) {
                remember(request.channel(), now + options.decisionLifetime().toMillis());
              }
              return access.intercepted(asking, request, vertx);
            });
  }

  private void remember(ChannelPattern channel, long until) {
    if (publishable.isEmpty()) {
      publishable = Optional.of(new BoundedMap<>(() -> MOST_REMEMBERED));
    }
    publishable.get().put(channel, until);
  }
}
