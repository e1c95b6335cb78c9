package io.millrace.core.http;

import io.millrace.MillraceOptions;
import io.millrace.core.broker.BrokerSubscriptions;
import io.millrace.core.broker.Publishing;
import io.millrace.core.log.Log;
import io.millrace.core.presence.Rooms;
import io.millrace.core.reader.Entrance;
import io.millrace.core.reader.ReaderLoops;
import java.util.function.BooleanSupplier;

/**
 * What is behind the mount of a node.
 *
 * @param options what the application has chosen
 * @param transports what carries messages to clients
 * @param log what clients read
 * @param brokerSubscriptions what is subscribed at the broker
 * @param entrance how subscriptions come into the log
 * @param publishing how messages go to the broker
 * @param loops the event loops that readers belong to
 * @param rooms who is present
 * @param accepting whether further clients are accepted
 */
public record Engine(
    MillraceOptions options,
    Transports transports,
    Log log,
    BrokerSubscriptions brokerSubscriptions,
    Entrance entrance,
    Publishing publishing,
    ReaderLoops loops,
    Rooms rooms,
    BooleanSupplier accepting) {

  boolean isAccepting() {
    return accepting.getAsBoolean();
  }
}
