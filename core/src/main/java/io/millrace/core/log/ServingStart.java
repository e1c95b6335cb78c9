package io.millrace.core.log;

import io.millrace.MillraceOptions;
import java.time.Instant;
import java.util.Optional;

/**
 * Decides from where on a backend's log is served. If it is entered in its middle, messages up to a
 * time count only for their keys, because their own keys may have been used just before. Guarded by
 * the log's lock.
 */
final class ServingStart {

  private final long lead;
  private final Sources sources;
  private Optional<Long> servedFrom = Optional.empty();
  private boolean underWay;
  private boolean serving;

  ServingStart(MillraceOptions options, Sources sources) {
    this.lead = RecordKeys.lead(options).toMillis();
    this.sources = sources;
  }

  /** Another log takes its place. */
  void startOver() {
    underWay = false;
    servedFrom = Optional.empty();
  }

  /** From now on every record is served, however little was read before it. */
  void serve() {
    serving = true;
    underWay = false;
  }

  /**
   * Returns whether a record is served.
   *
   * @param head the log's newest sequence number before it
   * @param time when it was written
   */
  boolean isServed(long head, long offset, long time) {
    if (head == 0 && offset > 0) {
      sources.markForgotten(offset); // Everything before it is only in the backend.
      underWay = !serving;
    }
    if (underWay && time != Instant.EPOCH.toEpochMilli()) {
      if (servedFrom.isEmpty()) {
        servedFrom = Optional.of(time + lead);
      }
      underWay = time < servedFrom.get();
    }
    return !underWay;
  }

  /** Says that the log is at a place. Returns the place. */
  long reach(long seq) {
    if (underWay) {
      sources.markForgotten(seq);
    }
    return seq;
  }
}
