package io.millrace.core;

import io.millrace.ChannelPattern;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A place without a message: where messages may have been lost on their way to this node, or if it
 * concerns no channel, just a place.
 */
final class Interruption extends LogItem {

  private final Set<ChannelPattern> concerned;

  /** Those of the concerned that are patterns, not names. */
  private final List<ChannelPattern> wide;

  Interruption(long seq, long appendedAt, Collection<ChannelPattern> concerned) {
    super(seq, appendedAt, 0, Footprint.interruption(concerned));
    this.concerned = new HashSet<>(concerned); // Not Set.copyOf: slow with equal hash codes.
    this.wide = concerned.stream().filter(pattern -> !pattern.isName()).toList();
  }

  /** Returns whether anything may have been lost. */
  boolean isLoss() {
    return !concerned.isEmpty();
  }

  /** Returns whether something may have been lost of what is subscribed. */
  boolean concerns(ChannelPattern subscribed) {
    // There may be very many names, of concerned and of subscribers.
    if (concerned.contains(subscribed)) {
      return true;
    }
    Collection<ChannelPattern> candidates = subscribed.isName() ? wide : concerned;
    return candidates.stream().anyMatch(pattern -> pattern.overlaps(subscribed));
  }
}
