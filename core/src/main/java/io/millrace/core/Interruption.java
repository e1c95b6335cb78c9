package io.millrace.core;

import io.millrace.ChannelPattern;
import java.util.List;

/** The place where messages may have been lost on their way to this node. */
final class Interruption extends LogItem {

  final List<ChannelPattern> patterns;

  Interruption(long seq, long appendedAt, List<ChannelPattern> patterns) {
    super(seq, appendedAt, 0);
    this.patterns = patterns;
  }

  boolean concerns(ChannelPattern subscribed) {
    return patterns.stream().anyMatch(pattern -> pattern.overlaps(subscribed));
  }
}
