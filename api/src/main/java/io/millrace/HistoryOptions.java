package io.millrace;

import java.time.Duration;

/**
 * How much of a channel stays held after it has left the log's ring: for {@code last}, {@link
 * Channel#history} and clients that were long away. Whichever bound is reached first drops the
 * oldest.
 *
 * @param count how many messages, zero or more
 * @param bytes how many bytes of payload, zero or more
 * @param age how old, zero or more; at most so many milliseconds as a long can count
 */
public record HistoryOptions(int count, long bytes, Duration age) {

  /** Nothing beyond the ring. */
  public static final HistoryOptions NONE = new HistoryOptions(0, 0, Duration.ZERO);

  /** 100 messages, 1 MiB, an hour. */
  public static final HistoryOptions DEFAULT =
      new HistoryOptions(100, 1 << 20, Duration.ofHours(1));

  /**
   * Checks the bounds.
   *
   * @param count how many messages
   * @param bytes how many bytes
   * @param age how old
   * @throws IllegalArgumentException if one is negative, or the age is too long
   */
  public HistoryOptions {
    if (count < 0 || bytes < 0 || age.isNegative()) {
      throw new IllegalArgumentException("history bounds must not be negative");
    }
    MillraceOptions.millis(age, "age");
  }
}
