package io.millrace.core;

import io.millrace.ChannelPattern;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The channels that a pattern in use matches and of which something is held. Guarded by the log's
 * lock.
 */
final class PatternLog extends LogSource {

  final Set<ChannelLog> channels = new LinkedHashSet<>();
  private final ChannelPattern pattern;

  PatternLog(ChannelPattern pattern) {
    this.pattern = pattern;
  }

  @Override
  ChannelPattern pattern() {
    return pattern;
  }
}
