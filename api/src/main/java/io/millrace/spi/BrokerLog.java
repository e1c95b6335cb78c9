package io.millrace.spi;

import io.vertx.core.Future;
import java.time.Duration;

/**
 * A backend that is a log itself, such as a RabbitMQ stream. Every record has an offset, which is
 * the same for all nodes. The node's log takes its sequence from it, so a cursor is valid on every
 * node. Every record is brought to every node. Called on any thread.
 */
public interface BrokerLog {

  /**
   * Waits until this node has what the backend's log has.
   *
   * @return completes when everything that the backend's log held at the time of the call has been
   *     brought to the ingress; fails with a {@link io.millrace.MillraceException} if that cannot
   *     be known in time
   */
  Future<Void> catchUp();

  /**
   * Starts to read the backend's log back.
   *
   * @param from the offset of the first record that is wanted
   * @param lead how much earlier to start, by the records' own times: idempotency keys before the
   *     wanted record matter, too
   * @return the records, paused. If the backend has dropped those that are wanted, the first one is
   *     the oldest that it holds, with an offset beyond {@code from}. Fails with a {@link
   *     io.millrace.MillraceException} if the backend is out of reach
   */
  Future<BrokerRecords> read(long from, Duration lead);
}
