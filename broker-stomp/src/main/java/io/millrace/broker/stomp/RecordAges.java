package io.millrace.broker.stomp;

import java.time.Instant;
import java.util.Optional;

/**
 * When records of the stream were written, by the {@link RabbitStreamClock}. Nodes write a marker
 * every few seconds, so its time is reliable. A record may state any time; it is believed if it is
 * near that of the newest marker.
 */
final class RecordAges {

  private static final long BELIEVED_MILLIS = 3_600_000;

  private Optional<Long> marked = Optional.empty();

  /** Takes the time of a marker. */
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
   * @param stated the milliseconds that the record states
   * @return an instant of which only differences have a meaning; {@link Instant#EPOCH} if it is not
   *     known, because no marker was read yet
   */
  Instant written(Optional<Long> stated) {
    return Instant.ofEpochMilli(stated.filter(this::isPlausible).or(this::marked).orElse(0L));
  }

  private boolean isPlausible(long stated) {
    return marked.filter(mark -> Math.abs(stated - mark) <= BELIEVED_MILLIS).isPresent();
  }
}
