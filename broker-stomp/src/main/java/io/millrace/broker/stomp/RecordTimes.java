package io.millrace.broker.stomp;

import io.millrace.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the times that records state are worth. Nodes write a marker every few seconds, and so say
 * what time it is; a record says what its publisher likes.
 */
final class RecordTimes {

  /** How far from the newest marker's a time may be to be believed. */
  private static final Duration BELIEVED = Duration.ofHours(1);

  /** The last second that an {@link Instant} can be of. */
  private static final long MOST_SECONDS = 31_556_889_864_403_199L;

  private Optional<Instant> marked = Optional.empty();

  /** Reads a whole number. */
  static Optional<Long> number(Optional<String> text) {
    try {
      return text.map(Long::parseLong);
    } catch (NumberFormatException foreign) {
      return Optional.empty();
    }
  }

  /** Takes a marker's time, in milliseconds. */
  void mark(long millis) {
    marked = Optional.of(Instant.ofEpochMilli(millis)).filter(Message::isTime).or(() -> marked);
  }

  /** {@return the time of the newest marker, if there was one} */
  Optional<Instant> marked() {
    return marked;
  }

  /** {@return what time it is in the stream, a few seconds ago} */
  Instant now() {
    return marked.orElseGet(Instant::now);
  }

  /** Before there was a marker, a record may be of any time since 1970, but not of the future. */
  private boolean isPlausible(Instant stated) {
    boolean old =
        marked
            .map(time -> stated.isBefore(time.minus(BELIEVED)))
            .orElse(!stated.isAfter(Instant.EPOCH));
    return !old && !stated.isAfter(now().plus(BELIEVED));
  }

  /**
   * Returns the time that the AMQP property {@code timestamp} stands for: seconds since 1970, which
   * some programs take for milliseconds.
   */
  Instant ofTimestamp(Optional<String> timestamp) {
    Optional<Long> number = number(timestamp);
    return number
        .filter(seconds -> seconds >= -MOST_SECONDS && seconds <= MOST_SECONDS)
        .map(Instant::ofEpochSecond)
        .filter(this::isPlausible)
        .or(() -> number.map(Instant::ofEpochMilli).filter(this::isPlausible))
        .orElseGet(this::now);
  }
}
