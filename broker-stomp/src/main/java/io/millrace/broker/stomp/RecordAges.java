package io.millrace.broker.stomp;

import java.time.Instant;
import java.util.Optional;

/**
 * When records of the stream were written, by the {@link StreamClock}. Nodes write a marker every
 * few seconds, and so say how late it is; a record says what its publisher likes, and is believed
 * if it is near.
 */
final class RecordAges {

  private static final long BELIEVED_MILLIS = 3_600_000;

  private Optional<Long> marked = Optional.empty();

  /** Takes what a marker says. */
  void mark(long elapsed) {
    marked = Optional.of(Math.max(elapsed, marked.orElse(0L)));
  }

  /** {@return the milliseconds at the newest marker, if there was one} */
  Optional<Long> marked() {
    return marked;
  }

  /**
   * Returns when a record was written.
   *
   * @param stated the milliseconds that it says
   * @return as an instant, of which only differences have a meaning; the epoch if nobody knows, as
   *     before there was a marker
   */
  Instant written(Optional<Long> stated) {
    return Instant.ofEpochMilli(stated.filter(this::isPlausible).or(this::marked).orElse(0L));
  }

  private boolean isPlausible(long stated) {
    return marked.filter(mark -> Math.abs(stated - mark) <= BELIEVED_MILLIS).isPresent();
  }
}
