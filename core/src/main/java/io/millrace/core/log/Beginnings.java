package io.millrace.core.log;

import io.millrace.Cursor;
import io.millrace.Gap;
import io.millrace.MillraceException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Finds where reading begins, except for what {@code last} replays ({@link Newest}). Called under
 * the log's lock.
 */
public final class Beginnings {

  /** The maximum number of messages that {@code last} replays, over all channels. */
  public static final int MOST_REPLAYED = 1000;

  /** The maximum number of channels that a pattern may match in a request with {@code last}. */
  static final int MOST_REPLAYED_CHANNELS = 100;

  private final String epoch;
  private final boolean shared;
  private final long head;

  /**
   * Makes the beginnings at a moment.
   *
   * @param epoch the epoch of the log
   * @param shared whether clients may have seen this log's contents under another epoch
   * @param head the log's newest sequence number
   */
  Beginnings(String epoch, boolean shared, long head) {
    this.epoch = epoch;
    this.shared = shared;
    this.head = head;
  }

  Beginning of(List<ReadPosition> positions, Start start) {
    if (start.cursor().isPresent()) {
      return after(Cursor.parse(start.cursor().get()), positions);
    }
    return at(head, Optional.empty(), positions);
  }

  private Beginning after(Optional<Cursor> asked, List<ReadPosition> positions) {
    if (asked.isEmpty()) {
      return anew(shared ? head : 0, Gap.Reason.UNKNOWN, positions);
    }
    Cursor cursor = asked.get();
    if (!cursor.epoch().equals(epoch)) {
      // Everything in a log that is not shared was published since it began, so no client can have
      // it already.
      return anew(shared ? head : 0, Gap.Reason.EPOCH, positions);
    }
    return cursor.seq() > head
        ? anew(head, Gap.Reason.UNKNOWN, positions)
        : at(cursor.seq(), Optional.empty(), positions);
  }

  private Beginning anew(long seq, Gap.Reason reason, List<ReadPosition> positions) {
    positions.forEach(position -> position.tellThrough(head));
    return at(seq, Optional.of(reason), positions);
  }

  private Beginning at(long seq, Optional<Gap.Reason> gap, List<ReadPosition> positions) {
    positions.forEach(position -> position.startAfter(seq));
    return new Beginning(seq, gap, 0, head, positions);
  }

  /** Returns why {@code last} is refused, if a pattern matches too many channels. */
  static Optional<MillraceException> refusal(Survey survey) {
    return survey.targets().stream()
        .filter(Survey.Target::isFull)
        .findFirst()
        .map(
            target ->
                new MillraceException(
                    MillraceException.Code.BAD_REQUEST,
                    "The pattern \""
                        + target.pattern.pattern()
                        + "\" matches more than "
                        + MOST_REPLAYED_CHANNELS
                        + " channels, so last cannot be used with it. Name the channels, or leave last out."));
  }

  /**
   * Returns the newest entries of a channel that are held and that a filter accepts, oldest first.
   */
  static List<LogEntry> newest(ChannelLog channel, int most, EventFilter filter, long now) {
    List<LogEntry> found = new ArrayList<>();
    long oldestHistory = now - channel.limits.age().toMillis();
    for (int i = channel.entries.size() - 1; i >= 0 && found.size() < most; i--) {
      LogEntry entry = channel.entries.get(i);
      if (i < channel.historyCount && entry.appendedAt <= oldestHistory) {
        break; // Too old, but not yet swept.
      }
      if (filter.accepts(entry.message())) {
        found.add(entry);
      }
    }
    Collections.reverse(found);
    return found;
  }
}
