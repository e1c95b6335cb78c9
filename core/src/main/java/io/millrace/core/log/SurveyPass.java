package io.millrace.core.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/**
 * Examines every channel once, for several surveys together, some channels at a time. A channel
 * that is created or forgotten meanwhile tells the patterns by itself.
 */
final class SurveyPass {

  /** How many channels are examined at once. */
  static final int CHANNELS_AT_ONCE = 2048;

  /** How many matches are taken at once, because nobody can append meanwhile. */
  static final int MATCHES_AT_ONCE = 4096;

  private record Match(ChannelLog channel, Survey.Target target) {}

  private final Collection<Survey> surveys;
  private final Iterator<ChannelLog> channels;
  private final PatternTree<Survey.Target> wanted = new PatternTree<>();
  private final List<Match> found = new ArrayList<>();

  /**
   * A pass.
   *
   * @param surveys the surveys, whose patterns are in the log
   * @param channels the channels of the log; they may change meanwhile
   */
  SurveyPass(Collection<Survey> surveys, Iterator<ChannelLog> channels) {
    this.surveys = surveys;
    this.channels = channels;
    for (Survey survey : surveys) {
      survey.targets().forEach(target -> wanted.add(target.pattern.pattern(), target));
    }
  }

  /** Examines some channels, without the log's lock. Returns whether there may be more. */
  boolean look() {
    for (int i = 0; i < CHANNELS_AT_ONCE && found.size() < MATCHES_AT_ONCE; i++) {
      if (!channels.hasNext() || wanted.isEmpty()) {
        return false;
      }
      ChannelLog channel = channels.next();
      for (Survey.Target target : wanted.matching(channel.pattern().segments())) {
        found.add(new Match(channel, target));
      }
    }
    return true;
  }

  /**
   * Takes what was found. Called under the log's lock.
   *
   * @param more whether there may be more; otherwise the surveys are complete
   */
  void take(boolean more) {
    for (Match match : found) {
      match.target.take(match.channel);
      if (match.target.isFull()) {
        wanted.remove(match.target.pattern.pattern(), match.target);
      }
    }
    found.clear();
    if (!more) {
      surveys.forEach(Survey::complete);
    }
  }
}
