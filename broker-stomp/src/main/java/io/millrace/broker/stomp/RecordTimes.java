package io.millrace.broker.stomp;

import io.millrace.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Decides whether to believe the times that records state. Nodes write a marker every few seconds,
 * so its time is reliable; a record may state any time.
 */
final class RecordTimes {

  /** How far a time may be from that of the newest marker to be believed. */
  private static final Duration BELIEVED = Duration.ofHours(1);

  /** The last second that an {@link Instant} can represent. */
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

  /** {@return the time in the stream, which may be a few seconds old} */
  Instant now() {
    return marked.orElseGet(Instant::now);
  }

  /** Before the first marker, any time since 1970 is plausible, but none in the future. */
  private boolean isPlausible(Instant stated) {
    boolean old =
        marked
            .map(time -> stated.isBefore(time.minus(BELIEVED)))
            .orElse(!stated.isAfter(Instant.EPOCH));
    return !old && !stated.isAfter(now().plus(BELIEVED));
  }

  /**
   * Returns the time of the AMQP property {@code timestamp}: seconds since 1970, although some
   * programs write milliseconds.
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
