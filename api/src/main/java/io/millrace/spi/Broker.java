package io.millrace.spi;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * Where messages go and come from. One instance serves one node, over one link.
 *
 * <p>What is published reaches the node's log only when the broker brings it back through {@link
 * Ingress#append}, so that all nodes see one order. See the package documentation for a complete
 * example.
 */
public interface Broker {

  /** {@return the name by which configuration chooses it: {@code [a-z0-9-]+}} */
  String name();

  /**
   * Returns this broker with a configuration that was given along with its name, see {@link
   * io.millrace.Millrace.Builder#broker(String, JsonObject)}.
   *
   * @param config what it understands is its own affair
   * @return a broker of the same name; this one, if there is nothing in the configuration
   * @throws IllegalArgumentException if it does not understand something, saying what
   */
  default Broker configured(JsonObject config) {
    if (config.isEmpty()) {
      return this;
    }
    throw new IllegalArgumentException(
        "The broker \"" + name() + "\" has nothing to configure, but was given " + config.encode());
  }

  /**
   * Opens the link. Called once, before anything else.
   *
   * @param ingress where to bring messages
   * @return completes when the broker can be used; fails if its configuration is wrong. A broker
   *     that is out of reach is not a failure for one that reconnects: it may complete late
   */
  Future<Void> open(Ingress ingress);

  /**
   * Publishes a message. Called on any thread.
   *
   * @param channel a channel name
   * @param message the message; its time is present
   * @return completes when the broker confirmed that it took the message, in the order of the calls
   *     for one channel; fails with {@link io.millrace.MillraceException.Code#TIMEOUT} if it is not
   *     known whether it did, as when the link broke after the message was sent; with another code
   *     of {@link io.millrace.MillraceException} only if it surely did not: {@link
   *     io.millrace.MillraceException.Code#FORBIDDEN} if the backend does not permit it. What is
   *     refused concerns nobody else
   */
  Future<Publication> publish(String channel, Message message);

  /**
   * Subscribes the whole node. Called once for each name or pattern in use that no other covers, on
   * any thread. A broker whose subscriptions may overlap brings each message by {@link
   * Ingress#append(ChannelPattern, String, Message)}.
   *
   * @param pattern a name or pattern
   * @return completes when the broker confirmed: from then on everything published is brought
   */
  Future<Void> subscribe(ChannelPattern pattern);

  /**
   * Ends a subscription of the node.
   *
   * @param pattern as given to {@link #subscribe}
   * @return completes when the broker confirmed
   */
  Future<Void> unsubscribe(ChannelPattern pattern);

  /**
   * Closes the link, also while it is still being opened. Nothing is appended afterwards.
   *
   * @return completes when it is closed
   */
  Future<Void> close();

  /**
   * {@return whether the broker brings only what is subscribed} Then the time before a subscription
   * was confirmed is a hole in this node's log.
   */
  default boolean selective() {
    return true;
  }

  /**
   * {@return whether other nodes may serve the same messages} Then a client with a cursor of
   * another epoch may have seen what this node holds, and is not given it again.
   */
  default boolean shared() {
    return true;
  }

  /**
   * {@return the backend's own log, if it has one} Then messages are brought by {@link
   * Ingress#append(long, String, Message)}, a cursor is good on every node, and what this node no
   * longer holds is read back.
   */
  default Optional<BrokerLog> log() {
    return Optional.empty();
  }
}
