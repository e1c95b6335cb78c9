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
    return patterns.stream()
        .anyMatch(pattern -> overlap(pattern.segments(), subscribed.segments()));
  }

  private static boolean overlap(List<String> some, List<String> others) {
    for (int i = 0; i < Math.min(some.size(), others.size()); i++) {
      String one = some.get(i);
      String other = others.get(i);
      if (one.equals("**") || other.equals("**")) {
        return true;
      }
      if (!one.equals("*") && !other.equals("*") && !one.equals(other)) {
        return false;
      }
    }
    return some.size() == others.size();
  }
}
