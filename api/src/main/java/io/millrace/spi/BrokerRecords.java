package io.millrace.spi;

import io.vertx.core.Future;
import io.vertx.core.streams.ReadStream;

/**
 * Records read back from a backend's log, one after the other, up to its end and then those that
 * come. Begins paused. The exception handler is called at most once, and nothing after it; the end
 * handler is never called. Used on the event loop on which it was asked for, on which its handlers
 * are called.
 */
public interface BrokerRecords extends ReadStream<BrokerRecord> {

  /**
   * Ends reading. Nothing is delivered afterwards.
   *
   * @return completes when the backend knows
   */
  Future<Void> close();
}
