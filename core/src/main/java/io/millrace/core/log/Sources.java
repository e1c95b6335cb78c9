package io.millrace.core.log;

import io.millrace.ChannelPattern;
import io.millrace.Entry;
import io.millrace.MillraceOptions;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The channels that are held or read, and the patterns that are read. A channel of which nothing is
 * held and that nobody reads is forgotten, except for its mark. Guarded by the log's lock.
 */
final class Sources {

  private final MillraceOptions options;

  /** Changed only under the lock; a survey iterates over it without the lock. */
  private final Map<String, ChannelLog> channels = new ConcurrentHashMap<>();

  private final Map<ChannelPattern, PatternLog> patterns = new HashMap<>();
  private final PatternTree<PatternLog> patternTree = new PatternTree<>();
  private final ForgottenMarks forgotten = new ForgottenMarks();

  Sources(MillraceOptions options) {
    this.options = options;
  }

  /** Returns a channel or pattern, which is created if need be. */
  LogSource of(ChannelPattern pattern) {
    return pattern.isName() ? channel(pattern) : pattern(pattern);
  }

  /** Returns a channel, which is created if need be. */
  ChannelLog channel(String name) {
    ChannelLog known = channels.get(name);
    return known != null ? known : channel(ChannelPattern.of(name));
  }

  private ChannelLog channel(ChannelPattern pattern) {
    String name = pattern.toString();
    ChannelLog known = channels.get(name);
    if (known != null) {
      return known;
    }
    ChannelLog created =
        new ChannelLog(
            pattern, options.historyOf(name), options.slowPolicyOf(pattern), patternTree);
    forgotten.recall(created);
    channels.put(name, created);
    return created;
  }

  private PatternLog pattern(ChannelPattern pattern) {
    PatternLog known = patterns.get(pattern);
    if (known != null) {
      return known;
    }
    PatternLog created = new PatternLog(pattern);
    forgotten.recall(created);
    patterns.put(pattern, created);
    patternTree.add(pattern, created);
    return created;
  }

  /** Returns the newest entries held of a channel, oldest first. */
  List<Entry> history(String name, int limit, long now) {
    ChannelLog held = channels.get(name);
    return held == null
        ? List.of()
        : List.copyOf(StartPositions.newest(held, limit, EventFilter.ALL, now));
  }

  /** Returns all channels; they may change meanwhile. Used without the lock. */
  Iterator<ChannelLog> channels() {
    return channels.values().iterator();
  }

  int channelCount() {
    return channels.size();
  }

  /** Forgets a channel or pattern that a reader has left, if nothing else needs it. */
  void left(LogSource source) {
    if (source instanceof ChannelLog channel) {
      forgetIfIdle(channel);
    } else if (source instanceof PatternLog pattern && source.readers == 0) {
      patterns.remove(pattern.pattern());
      patternTree.remove(pattern.pattern(), pattern);
    }
  }

  void forgetIfIdle(ChannelLog channel) {
    if (channel.isForgettable()) {
      channels.remove(channel.text());
      channel.tellPatterns(); // The current survey will not find it any more.
      forgotten.remember(channel.pattern(), channel.mark());
    }
  }

  /** Gives whatever is not known a mark. */
  void markForgotten(long seq) {
    forgotten.rememberEverywhere(seq);
  }

  /**
   * Marks what an interruption concerns. There may be very many concerned names and patterns, and
   * also very many that are held and subscribed.
   */
  void interrupt(Collection<ChannelPattern> concerned, long seq) {
    PatternTree<ChannelPattern> wide = new PatternTree<>();
    for (ChannelPattern pattern : concerned) {
      forgotten.rememberInterruption(pattern, seq);
      if (pattern.isName()) {
        Optional.ofNullable(channels.get(pattern.toString()))
            .ifPresent(source -> source.interruptAt(seq));
        patternTree.matching(pattern.segments()).forEach(source -> source.interruptAt(seq));
      } else {
        wide.add(pattern, pattern);
        patterns.values().stream()
            .filter(source -> pattern.overlaps(source.pattern()))
            .forEach(source -> source.interruptAt(seq));
      }
    }
    if (!wide.isEmpty()) {
      channels.values().stream()
          .filter(source -> !wide.matching(source.pattern().segments()).isEmpty())
          .forEach(source -> source.interruptAt(seq));
    }
  }

  /** Drops everything that is held, and every mark. */
  void clear() {
    forgotten.clear();
    patterns.values().forEach(PatternLog::clear);
    channels.values().forEach(ChannelLog::clear);
    channels.values().removeIf(ChannelLog::isForgettable); // They have no mark to remember.
  }
}
