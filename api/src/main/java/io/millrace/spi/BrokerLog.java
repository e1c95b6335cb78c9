package io.millrace.spi;

import io.vertx.core.Future;
import java.time.Duration;

/**
 * A backend that is a log itself, such as a RabbitMQ stream. Every record has an offset, the same
 * for all nodes, from which the sequence of the node's log is taken; so a cursor is good on every
 * node. Every node is brought every record. Called on any thread.
 */
public interface BrokerLog {

  /**
   * Waits for what is under way.
   *
   * @return completes when everything that the backend's log held at the time of the call has been
   *     brought to the ingress; fails with a {@link io.millrace.MillraceException} if that cannot
   *     be known in time
   */
  Future<Void> catchUp();

  /**
   * Begins to read back.
   *
   * @param from the offset of the first record that is wanted
   * @param lead by how much earlier reading shall begin, by the records' own times: idempotency
   *     keys before the wanted record matter, too
   * @return the records, paused; the first is the oldest that the backend holds if all of those
   *     wanted have been dropped, and so has an offset beyond {@code from}. Fails with a {@link
   *     io.millrace.MillraceException} if the backend is out of reach
   */
  Future<BrokerRecords> read(long from, Duration lead);
}
