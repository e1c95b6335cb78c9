package io.millrace;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.ServiceLoader;

/**
 * One node: a log that a broker feeds, and the readers attached to it. Safe on any thread.
 *
 * <p>Mount {@link #router()} where browsers expect it; publish through {@link #channel}.
 */
public interface Millrace {

  /**
   * Starts to build a node.
   *
   * @param vertx the Vert.x instance that the node runs on
   * @return a builder
   * @throws IllegalStateException if no implementation ({@code millrace-core}) is on the class path
   *     or module path
   */
  static Builder builder(Vertx vertx) {
    return ServiceLoader.load(MillraceProvider.class)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "No Millrace implementation found: add millrace-core to the class path."))
        .builder(vertx);
  }

  /**
   * Returns a channel. It is a name, not a resource.
   *
   * @param name see {@link ChannelPattern}
   * @return the channel
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not a name
   */
  Channel channel(String name);

  /**
   * Subscribes to all channels that a pattern matches, from now on.
   *
   * @param pattern a name or pattern
   * @param subscriber gets the messages
   * @return completes when the broker has confirmed; fails as {@link Channel#subscribe(Subscriber)}
   *     does
   */
  Future<Subscription> subscribe(ChannelPattern pattern, Subscriber subscriber);

  /**
   * Subscribes to all channels that a pattern matches, from a place in the log.
   *
   * @param pattern a name or pattern
   * @param after how far the subscriber has read
   * @param subscriber gets the messages
   * @return completes when the broker has confirmed; fails as {@link Channel#subscribe(Subscriber)}
   *     does
   */
  Future<Subscription> subscribe(ChannelPattern pattern, Cursor after, Subscriber subscriber);

  /**
   * {@return a new router that serves clients: {@code
   * router.route("/live*").subRouter(millrace.router())}} Make one for each verticle that serves
   * HTTP; all of them serve the same log. A router must run on event loops, not on workers.
   */
  Router router();

  /**
   * {@return completes when the broker is open and readers are accepted; if the broker could not be
   * opened, fails with the exception that the broker failed with}
   */
  Future<Void> ready();

  /** {@return what is attached right now} */
  Counts counts();

  /**
   * Switches a transport off, or on again. One that is off accepts no new connections. Clients that
   * use it are asked to leave, one after another over at most 5 s, and are disconnected 2 s later.
   * They find another transport, and continue there.
   *
   * @param transport its name
   * @param enabled whether to switch it on
   * @throws IllegalArgumentException if no transport has that name
   */
  void enableTransport(String transport, boolean enabled);

  /**
   * Disconnects a user: ends everything that it reads, on every node, and tells its clients not to
   * reconnect. Credentials that were issued before are refused from then on ({@link
   * Client#issued()}), for as long as the node remembers it ({@link
   * MillraceOptions#revocationLifetime()}); new ones are not.
   *
   * @param user the user's id
   * @return completes when the broker has taken it for the other nodes. Here it has its effect
   *     whatever comes of that; other nodes hear of it later if the broker is out of reach
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not a user
   */
  Future<Void> disconnect(String user);

  /**
   * Takes a permission away: ends what a user reads that is subscribed to any channel of a pattern,
   * on every node. Its clients reconnect, and credentials that were issued before no longer open
   * these channels, whatever the {@link Authorizer} says, for as long as the node remembers it
   * ({@link MillraceOptions#revocationLifetime()}).
   *
   * @param user the user's id
   * @param pattern a name or pattern
   * @return as in {@link #disconnect}
   * @throws MillraceException as in {@link #disconnect}
   */
  Future<Void> revoke(String user, ChannelPattern pattern);

  /**
   * Asks the {@link Authorizer} again about all that a user is subscribed to, on every node, and
   * ends what reads something that it does not permit any longer.
   *
   * @param user the user's id
   * @return as in {@link #disconnect}
   * @throws MillraceException as in {@link #disconnect}
   */
  Future<Void> reauthorize(String user);

  /**
   * Lets the clients go, so that the node can be closed: accepts no new ones, and asks each to
   * leave at a random moment of a time. Clients that can do so connect elsewhere before they leave;
   * the others are disconnected 2 s after they were asked. Everything else continues: subscribers
   * of the application, publishing, and what clients that are still here send and receive.
   *
   * @param window how long that takes; zero for all at once
   * @return completes when no client is left
   * @throws IllegalArgumentException if the time is negative
   */
  Future<Void> drain(Duration window);

  /**
   * Ends every reader and tells clients to reconnect (to another node, or to this one after a
   * restart) within {@link MillraceOptions#drainWindow()}, then closes the broker. Does not close
   * Vert.x or any HTTP server.
   *
   * @return completes when everything has ended; fails if the broker could not be closed, as the
   *     broker did. A second call returns the same future
   */
  Future<Void> close();

  /** Builds a {@link Millrace}. Not safe for use by several threads. */
  interface Builder {

    /**
     * Sets the broker. Without this, the only one that {@link ServiceLoader} finds is used.
     *
     * @param broker takes and brings messages
     * @return this
     * @throws IllegalArgumentException if it is no {@link io.millrace.spi.Broker}
     */
    Builder broker(BrokerPlugin broker);

    /**
     * Sets the broker by its name, among those that {@link ServiceLoader} finds.
     *
     * @param name a {@link BrokerPlugin#name()}
     * @return this
     */
    Builder broker(String name);

    /**
     * Sets the broker by its name, among those that {@link ServiceLoader} finds, and configures it.
     *
     * @param name a {@link BrokerPlugin#name()}
     * @param config its configuration, see the documentation of the broker
     * @return this
     */
    Builder broker(String name, JsonObject config);

    /**
     * Adds a transport. Those that {@link ServiceLoader} finds are added too, unless one of the
     * same name was added here.
     *
     * @param transport the transport
     * @return this
     * @throws IllegalArgumentException if it is no {@link io.millrace.spi.Transport}
     */
    Builder transport(TransportPlugin transport);

    /**
     * Sets the authorizer, which decides what clients may do. Without one, clients may subscribe to
     * every name and to the {@link MillraceOptions#subscribablePatterns()}, and publish to the
     * {@link MillraceOptions#publishablePatterns()}.
     *
     * @param authorizer for subscribing, asked instead of the options' patterns; for publishing,
     *     asked in addition to them
     * @return this
     */
    Builder authorizer(Authorizer authorizer);

    /**
     * Sets the authenticator, which finds out who clients are.
     *
     * @param authenticator asked once for each request
     * @return this
     */
    Builder authenticator(Authenticator authenticator);

    /**
     * Sets what sees the messages of clients before they are published.
     *
     * @param interceptor may refuse or change them
     * @return this
     */
    Builder interceptor(PublishInterceptor interceptor);

    /**
     * Sets what learns when clients attach and end.
     *
     * @param listener may refuse clients, and do something periodically for each
     * @return this
     */
    Builder listener(ReaderListener listener);

    /**
     * Sets what learns of decisions about clients.
     *
     * @param auditor gets an event for each
     * @return this
     */
    Builder auditor(Auditor auditor);

    /**
     * Sets limits and times.
     *
     * @param options the options, which are copied
     * @return this
     */
    Builder options(MillraceOptions options);

    /**
     * Builds the node and starts to open its broker, see {@link Millrace#ready()}.
     *
     * @return the node
     * @throws IllegalStateException if no transport is found; if no broker is chosen, and none or
     *     several are found; or if pages of the origins {@code *} or {@code null} are allowed, and
     *     so are their credentials, or the authenticator {@linkplain Authenticator#usesCookies uses
     *     cookies}; or if traffic is to be hidden ({@link MillraceOptions#setTrafficHidden}), and
     *     the broker has a log of its own
     * @throws IllegalArgumentException if the broker does not accept its configuration, or if a
     *     {@linkplain MillraceOptions#addDisabledTransport disabled transport} is none of the
     *     node's
     */
    Millrace build();
  }

  /**
   * What is attached to a node at a moment.
   *
   * @param channels channels that have a reader or hold a message
   * @param readers clients and subscribers attached
   * @param subscriptions channel names and patterns that readers hold, counted once for each reader
   * @param brokerSubscriptions names and patterns that this node holds at its broker
   * @param timers readers that have a timer running
   * @param heldBytes bytes of heap that the log takes: payloads, and the overhead of messages,
   *     channels and idempotency keys
   * @param readerBytes about how many bytes of heap clients and their subscriptions take; see
   *     {@link MillraceOptions#setReaderBytes}
   */
  record Counts(
      int channels,
      int readers,
      int subscriptions,
      int brokerSubscriptions,
      int timers,
      long heldBytes,
      long readerBytes) {}
}
