package io.millrace;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A notice: "You may have missed messages on these channels." It arrives before the messages that
 * follow the gap.
 *
 * @param channels the channels; for a subscription to a pattern, the pattern
 * @param reason why
 * @param missed how many messages of a channel were missed, for those of the channels of which that
 *     is known exactly
 */
public record Gap(List<String> channels, Reason reason, Map<String, Long> missed) {

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
   * Copies the list and the map.
   *
   * @param channels the channels or patterns
   * @param reason why
   * @param missed how many messages of a channel were missed, if that is known
   */
  public Gap {
    channels = List.copyOf(channels);
    missed = Collections.unmodifiableMap(new LinkedHashMap<>(missed));
  }

  /**
   * A gap of which nobody knows how many messages were missed.
   *
   * @param channels the channels or patterns
   * @param reason why
   */
  public Gap(List<String> channels, Reason reason) {
    this(channels, reason, Map.of());
  }
}
