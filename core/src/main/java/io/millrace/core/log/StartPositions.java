package io.millrace.core.log;

import io.millrace.Cursor;
import io.millrace.Gap;
import io.millrace.MillraceException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Finds where reading begins, after a cursor or at the head. This class decides about the cursor's
 * epoch and the head; {@link ReadPosition} decides about the marks, from the first slice on. Called
 * under the log's lock.
 *
 * <p>With {@code last}, {@link Newest} finds where reading begins. Only the limits of {@code last}
 * are here, with the {@link #refusal} of what exceeds them, for which no lock is needed.
 */
public final class StartPositions {

  /** The maximum number of messages that {@code last} replays, over all channels. */
  public static final int MOST_REPLAYED = 1000;

  /** The maximum number of channels that a pattern may match in a request with {@code last}. */
  static final int MOST_REPLAYED_CHANNELS = 100;

  private final String epoch;
  private final boolean shared;
  private final long head;

  /**
   * Finds positions in the log as it is at one moment.
   *
   * @param epoch the epoch of the log
   * @param shared whether clients may have seen this log's contents under another epoch
   * @param head the log's newest sequence number
   */
  StartPositions(String epoch, boolean shared, long head) {
    this.epoch = epoch;
    this.shared = shared;
    this.head = head;
  }

  StartPosition of(List<ReadPosition> positions, ResumeFrom from) {
    if (from.cursor().isPresent()) {
      return after(Cursor.parse(from.cursor().get()), positions);
    }
    return at(head, Optional.empty(), positions);
  }

  private StartPosition after(Optional<Cursor> asked, List<ReadPosition> positions) {
    if (asked.isEmpty()) {
      return afterGap(shared ? head : 0, Gap.Reason.UNKNOWN, positions);
    }
    Cursor cursor = asked.get();
    if (!cursor.epoch().equals(epoch)) {
      // Everything in a log that is not shared was published since it began, so no client can have
      // it already.
      return afterGap(shared ? head : 0, Gap.Reason.EPOCH, positions);
    }
    return cursor.seq() > head
        ? afterGap(head, Gap.Reason.UNKNOWN, positions)
        : at(cursor.seq(), Optional.empty(), positions);
  }

  private StartPosition afterGap(long seq, Gap.Reason reason, List<ReadPosition> positions) {
    positions.forEach(position -> position.tellThrough(head));
    return at(seq, Optional.of(reason), positions);
  }

  private StartPosition at(long seq, Optional<Gap.Reason> gap, List<ReadPosition> positions) {
    positions.forEach(position -> position.startAfter(seq));
    return new StartPosition(seq, gap, 0, head, positions);
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
