package io.millrace;

import io.millrace.spi.Broker;
import io.millrace.spi.Transport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
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
   * use it reconnect, and find another transport.
   *
   * @param transport its name
   * @param enabled whether to switch it on
   * @throws IllegalArgumentException if no transport has that name
   */
  void enableTransport(String transport, boolean enabled);

  /**
   * Ends every reader and tells clients to reconnect (to another node, or to this one after a
   * restart), then closes the broker. Does not close Vert.x or any HTTP server.
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
     */
    Builder broker(Broker broker);

    /**
     * Sets the broker by its name, among those that {@link ServiceLoader} finds.
     *
     * @param name a {@link Broker#name()}
     * @return this
     */
    Builder broker(String name);

    /**
     * Sets the broker by its name, among those that {@link ServiceLoader} finds, and configures it.
     *
     * @param name a {@link Broker#name()}
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
     */
    Builder transport(Transport transport);

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
     *     several are found; or if credentials are allowed for the origins {@code *} or {@code
     *     null}
     * @throws IllegalArgumentException if the broker does not accept its configuration
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
