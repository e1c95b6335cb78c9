package io.millrace.core.log;

import io.millrace.ChannelPattern;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A place without a message, where messages may have been lost on their way to this node; if it
 * concerns no channel, it is only a place.
 */
public final class Interruption extends LogItem {

  private final Set<ChannelPattern> concerned;

  /** The concerned patterns, without the names. */
  private final List<ChannelPattern> wide;

  Interruption(long seq, long appendedAt, Collection<ChannelPattern> concerned) {
    super(seq, appendedAt, 0, Footprint.interruption(concerned));
    this.concerned = new HashSet<>(concerned); // Set.copyOf is slow with equal hash codes.
    this.wide = concerned.stream().filter(pattern -> !pattern.isName()).toList();
  }

  /** Returns whether anything may have been lost. */
  public boolean isLoss() {
    return !concerned.isEmpty();
  }

  /** Returns whether messages of these subscriptions may have been lost. */
  public boolean concerns(ChannelPattern subscribed) {
    // There may be very many names, both concerned and subscribed.
    if (concerned.contains(subscribed)) {
      return true;
    }
    Collection<ChannelPattern> candidates = subscribed.isName() ? wide : concerned;
    return candidates.stream().anyMatch(pattern -> pattern.overlaps(subscribed));
  }
}
