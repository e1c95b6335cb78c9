package io.millrace.spi;

import io.vertx.core.Future;
import io.vertx.core.streams.ReadStream;

/**
 * Records that are read back from a backend's log, one after the other: up to its end, and then new
 * ones as they arrive. The stream is paused at first. The exception handler is called at most once,
 * and no other handler after it; the end handler is never called. The stream is used, and calls its
 * handlers, on the event loop on which it was requested.
 */
public interface BrokerRecords extends ReadStream<BrokerRecord> {

  /**
   * Ends reading. Nothing is delivered afterwards.
   *
   * @return completes when the backend has been told
   */
  Future<Void> close();
}
