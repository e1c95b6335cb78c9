package io.millrace;

import java.time.Duration;

/**
 * How many of a channel's messages are kept after they have left the log's ring: for {@code last},
 * {@link Channel#history}, and clients that were away for long. When any of the limits is exceeded,
 * the oldest messages are dropped.
 *
 * @param count how many messages, zero or more
 * @param bytes how many bytes of payload, zero or more
 * @param age how old, zero or more; must fit a long in milliseconds
 */
public record HistoryOptions(int count, long bytes, Duration age) {

  private static final Duration LONGEST = Duration.ofMillis(Long.MAX_VALUE);

  /** Keeps nothing beyond the ring. */
  public static final HistoryOptions NONE = new HistoryOptions(0, 0, Duration.ZERO);

  /** 100 messages, 1 MiB, an hour. */
  public static final HistoryOptions DEFAULT =
      new HistoryOptions(100, 1 << 20, Duration.ofHours(1));

  /**
   * Checks the limits.
   *
   * @param count how many messages
   * @param bytes how many bytes
   * @param age how old
   * @throws IllegalArgumentException if one is negative, or the age is too long
   */
  public HistoryOptions {
    if (count < 0 || bytes < 0 || age.isNegative()) {
      throw new IllegalArgumentException("The limits of a history must not be negative.");
    }
    if (age.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("age is too long: " + age);
    }
  }
}
