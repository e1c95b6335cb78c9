package io.millrace.spi;

import io.millrace.BrokerPlugin;
import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * Takes the messages that are published, and brings messages to a node. One instance serves one
 * node, over one connection.
 *
 * <p>A published message reaches the node's log only when the broker brings it back through {@link
 * Ingress#append}, so that all nodes see the same order. See the package documentation for a
 * complete example.
 */
public interface Broker extends BrokerPlugin {

  /**
   * Returns this broker with a configuration that was given along with its name, see {@link
   * io.millrace.Millrace.Builder#broker(String, JsonObject)}.
   *
   * @param config its keys are defined by the broker
   * @return a broker of the same name; this one, if the configuration is empty
   * @throws IllegalArgumentException if the broker does not accept a key or a value; the message
   *     says which
   */
  default Broker configured(JsonObject config) {
    if (config.isEmpty()) {
      return this;
    }
    throw new IllegalArgumentException(
        "The broker \"" + name() + "\" has nothing to configure, but was given " + config.encode());
  }

  /**
   * Opens the connection. Called once, before anything else.
   *
   * @param ingress where to bring messages
   * @return completes when the broker can be used; fails if its configuration is wrong. If the
   *     broker reconnects by itself, a server that is out of reach is not a failure: then this
   *     completes later
   */
  Future<Void> open(Ingress ingress);

  /**
   * Publishes a message. Called on any thread.
   *
   * @param channel a channel name
   * @param message the message; its time is present
   * @return completes when the broker has confirmed that it took the message, for one channel in
   *     the order of the calls. Fails with {@link io.millrace.MillraceException.Code#TIMEOUT} if it
   *     is not known whether the broker took it, for example because the connection broke after the
   *     message was sent. Fails with another code of {@link io.millrace.MillraceException} only if
   *     the broker surely did not take it, such as {@link
   *     io.millrace.MillraceException.Code#FORBIDDEN} if the backend does not permit it. A refusal
   *     must not affect anybody else
   */
  Future<Publication> publish(String channel, Message message);

  /**
   * Subscribes the whole node. Called on any thread, once for each name or pattern in use that no
   * other one covers. A broker whose subscriptions may overlap brings each message by {@link
   * Ingress#append(ChannelPattern, String, Message)}.
   *
   * @param pattern a name or pattern
   * @return completes when the broker has confirmed: from then on, everything that is published is
   *     brought
   */
  Future<Void> subscribe(ChannelPattern pattern);

  /**
   * Ends a subscription of the node.
   *
   * @param pattern as given to {@link #subscribe}
   * @return completes when the broker has confirmed
   */
  Future<Void> unsubscribe(ChannelPattern pattern);

  /**
   * Closes the connection, even while it is still being opened. Nothing is appended afterwards.
   *
   * @return completes when it is closed
   */
  Future<Void> close();

  /**
   * {@return whether the broker brings only what is subscribed} Then this node's log lacks what was
   * published before a subscription was confirmed.
   */
  default boolean selective() {
    return true;
  }

  /**
   * {@return whether other nodes may serve the same messages} Then a client with a cursor of
   * another epoch may have seen what this node holds, and is not sent it again.
   */
  default boolean shared() {
    return true;
  }

  /**
   * {@return the backend's own log, if it has one} Then messages are brought by {@link
   * Ingress#append(long, String, Message)}, a cursor is valid on every node, and messages that this
   * node no longer holds are read back.
   */
  default Optional<BrokerLog> log() {
    return Optional.empty();
  }
}
