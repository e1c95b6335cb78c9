package io.millrace;

import io.millrace.spi.Broker;
import io.millrace.spi.MillraceProvider;
import io.millrace.spi.Transport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.ServiceLoader;

/**
 * One node: a log that a broker feeds, and the readers attached to it. Safe on any thread.
 *
 * <p>Mount {@link #router()} where browsers shall find it; publish through {@link #channel}.
 */
public interface Millrace {

  /**
   * Begins a node.
   *
   * @param vertx what it runs on
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
   * @return completes when the broker confirmed
   */
  Future<Subscription> subscribe(ChannelPattern pattern, Subscriber subscriber);

  /**
   * Subscribes to all channels that a pattern matches, from a place in the log.
   *
   * @param pattern a name or pattern
   * @param after how far the subscriber has read
   * @param subscriber gets the messages
   * @return completes when the broker confirmed
   */
  Future<Subscription> subscribe(ChannelPattern pattern, Cursor after, Subscriber subscriber);

  /**
   * {@return a new router that serves clients: {@code
   * router.route("/live*").subRouter(millrace.router())}} Take one for each verticle that serves
   * HTTP; all lead to the same log. It must run on event loops, not on workers.
   */
  Router router();

  /**
   * {@return completes when the broker is open and readers are accepted; fails if the broker could
   * not be opened}
   */
  Future<Void> ready();

  /** {@return what is attached right now} */
  Counts counts();

  /**
   * Takes a transport out of service or back into it, for new connections and for those that use
   * it, which are told to come back and will find another.
   *
   * @param transport its name
   * @param enabled whether it shall be in service
   * @throws IllegalArgumentException if no transport has that name
   */
  void enableTransport(String transport, boolean enabled);

  /**
   * Ends every reader, telling clients to come back (to another node, or to this one when it has
   * restarted), then closes the broker. Does not close Vert.x or any HTTP server.
   *
   * @return completes when all has ended; calling it again returns the same
   */
  Future<Void> close();

  /** Builds a {@link Millrace}. Not safe for use by several threads. */
  interface Builder {

    /**
     * Sets the broker. Without this, the only one that {@link ServiceLoader} finds is used.
     *
     * @param broker where messages go and come from
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
     * @param config what the broker's documentation says
     * @return this
     */
    Builder broker(String name, JsonObject config);

    /**
     * Adds a transport. Those that {@link ServiceLoader} finds are added too, unless one of the
     * same name was added here.
     *
     * @param transport a technique
     * @return this
     */
    Builder transport(Transport transport);

    /**
     * Sets who decides what clients may do. Without one, all names are open to subscribe, patterns
     * are as {@link MillraceOptions#subscribablePatterns()} says, and publishing as {@link
     * MillraceOptions#publishablePatterns()} says.
     *
     * @param authorizer asked in addition to the options' patterns for publishing, and instead of
     *     those for subscribing
     * @return this
     */
    Builder authorizer(Authorizer authorizer);

    /**
     * Sets limits, bounds and times.
     *
     * @param options copied
     * @return this
     */
    Builder options(MillraceOptions options);

    /**
     * Builds the node and begins to open its broker, see {@link Millrace#ready()}.
     *
     * @return the node
     * @throws IllegalStateException if no transport was found, or not exactly one broker and none
     *     chosen; the message says which were found
     * @throws IllegalArgumentException if the broker does not understand its configuration
     */
    Millrace build();
  }

  /**
   * What is attached to a node at a moment.
   *
   * @param channels channels that have a reader or hold a message
   * @param readers clients and subscribers attached
   * @param subscriptions channel names and patterns that readers hold, each counted for each reader
   * @param brokerSubscriptions names and patterns this node holds at its broker
   * @param timers readers with a time at which something is due
   * @param heldBytes bytes of heap that the log takes: payloads, and what messages, channels and
   *     idempotency keys cost besides
   * @param readerBytes bytes of heap that clients and what is subscribed take, about; see {@link
   *     MillraceOptions#setReaderBytes}
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
