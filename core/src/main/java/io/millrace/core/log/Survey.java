package io.millrace.core.log;

import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What somebody subscribes to, between its registration and the beginning of reading: something may
 * have to be known of every channel that the patterns match. They keep no list of their channels,
 * which could be very long.
 */
public final class Survey {

  /** One pattern's. */
  static final class Target {
    final PatternLog pattern;

    /** Those found, if they are what is asked for, up to one more than may be. */
    final List<ChannelLog> channels = new ArrayList<>(0);

    private final boolean listed;

    Target(PatternLog pattern, boolean listed) {
      this.pattern = pattern;
      this.listed = listed;
    }

    /** Returns whether no further channel matters. */
    boolean isFull() {
      return listed && channels.size() > StartPositions.MOST_REPLAYED_CHANNELS;
    }

    /** Takes a channel that the pattern matches. Called under the log's lock. */
    void take(ChannelLog channel) {
      if (!listed) {
        pattern.raiseMark(channel.mark());
      } else if (!isFull()) {
        channels.add(channel);
      }
    }
  }

  /** Of what somebody subscribes to. */
  public final List<ReadPosition> positions = new ArrayList<>(1);

  final ResumeFrom from;
  final Epoch epoch;

  /** The log's newest sequence when it was registered. */
  final long head;

  /** Mostly none. */
  private Map<ChannelPattern, Target> targets = Map.of();

  Survey(ResumeFrom from, Epoch epoch, long head) {
    this.from = from;
    this.epoch = epoch;
    this.head = head;
  }

  void add(PatternLog pattern, boolean listed) {
    if (targets.isEmpty()) {
      targets = new HashMap<>();
    }
    targets.put(pattern.pattern(), new Target(pattern, listed));
  }

  /** Returns how many messages may have to be looked at to find out where reading begins. */
  public int looks() {
    if (!asksLast(from)) {
      return 0;
    }
    long looks = 0;
    for (ReadPosition position : positions) {
      if (!position.filter().events().isEmpty()) {
        return Newest.MOST_LOOKS; // There may be many that it does not accept.
      }
      Target target = targets.get(position.pattern());
      looks += (long) from.last() * (target == null ? 1 : target.channels.size());
    }
    // A message that several patterns match is looked at for each of them.
    int each = targets.size() + (targets.size() < positions.size() ? 1 : 0);
    long most = Math.min(Newest.MOST_LOOKS, (long) StartPositions.MOST_REPLAYED * each);
    return (int) Math.min(most, looks);
  }

  /** Returns whether {@code last} is asked, not a cursor. */
  static boolean asksLast(ResumeFrom from) {
    return from.cursor().isEmpty() && from.last() > 0;
  }

  /** Returns whether a cursor is asked, and it is before a place. */
  boolean startsBefore(long seq) {
    return from.cursor()
        .flatMap(Cursor::parse)
        .filter(cursor -> cursor.epoch().equals(epoch.name()) && cursor.seq() < seq)
        .isPresent();
  }

  Collection<Target> targets() {
    return targets.values();
  }

  /** Returns the channels that were found for a pattern. */
  List<ChannelLog> channels(ChannelPattern pattern) {
    Target target = targets.get(pattern);
    return target == null ? List.of() : target.channels;
  }

  /** Remembers that every channel has been looked at. Called under the log's lock. */
  void complete() {
    targets.values().forEach(target -> target.pattern.surveyed |= !target.listed);
  }
}
