package io.millrace.spi;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.vertx.core.Vertx;
import java.util.Collection;

/**
 * The log's entrance, for a {@link Broker}. Safe on any thread; calls never block for long and
 * never call back.
 */
public interface Ingress {

  /** {@return the Vert.x instance to use} */
  Vertx vertx();

  /**
   * Appends a message to the node's log. The order of the calls is the order in which every reader
   * gets the messages.
   *
   * @param channel a channel name
   * @param message the message; one without a time gets the present
   * @return the message's name in this log
   * @throws io.millrace.MillraceException if the channel is not a name, or the message is too
   *     large; nothing was appended then
   */
  Publication append(String channel, Message message);

  /**
   * Reports that messages may have been lost on their way to this node. Readers are told a gap.
   *
   * @param patterns where
   */
  void interrupted(Collection<ChannelPattern> patterns);

  /** Reports that the backend is out of reach. Readers stay attached and are told. */
  void degraded();

  /** Reports that the backend is back and everything is subscribed again. Readers are told. */
  void restored();
}
