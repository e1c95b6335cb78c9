package io.millrace.core.log;

import io.millrace.ChannelPattern;

/**
 * A pattern in use, and what is lost of the channels that it matches. It does not list these
 * channels, because there may be very many. Guarded by the log's lock.
 */
class PatternLog extends LogSource {

  /** Whether its mark accounts for what was lost before it was in use. */
  boolean surveyed;

  private final ChannelPattern pattern;

  PatternLog(ChannelPattern pattern) {
    this.pattern = pattern;
  }

  @Override
  ChannelPattern pattern() {
    return pattern;
  }
}
