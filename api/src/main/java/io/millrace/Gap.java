package io.millrace;

import java.util.List;
import java.util.Locale;

/**
 * A notice: "You may have missed messages on these channels." It arrives before the messages that
 * follow the gap.
 *
 * @param channels the channels; for a subscription to a pattern, the pattern
 * @param reason why
 */
public record Gap(List<String> channels, Reason reason) {

  /** Why messages may be missing. */
  public enum Reason {
    /** The log no longer holds everything that came after the cursor. */
    EXPIRED,
    /** The cursor is of another epoch: the log was started again, or belongs to another node. */
    EPOCH,
    /** The broker may have lost messages on their way to this node. */
    INTERRUPTED,
    /** The reader fell so far behind that the log no longer holds what it has not read. */
    SLOW,
    /** The cursor could not be read, or is ahead of the log. */
    UNKNOWN;

    /** {@return the name in lower case, as it is sent} */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Copies the list.
   *
   * @param channels the channels or patterns
   * @param reason why
   */
  public Gap {
    channels = List.copyOf(channels);
  }
}
