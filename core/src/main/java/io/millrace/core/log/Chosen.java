package io.millrace.core.log;

import io.millrace.Gap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is chosen for one slice, until it is full. Of what a reader wants only the newest of, a
 * later entry takes the place of an earlier one that reports the same.
 */
final class Chosen {

  private final Recipient recipient;
  private final int mostEntries;
  private final int mostBytes;

  /** In order; null where an entry was replaced. */
  private final List<@Nullable LogEntry> entries = new ArrayList<>();

  /** Where those are that can be replaced. */
  private Map<Reported, Integer> newest = Map.of();

  private int count;
  private int bytes;
  private boolean personal;

  Chosen(SliceRequest next) {
    this.recipient = next.recipient();
    this.mostEntries = next.mostEntries();
    this.mostBytes = next.mostBytes();
  }

  /**
   * Returns for which of the subscriptions to its channel an entry is to be delivered, if for any.
   */
  @Nullable ReadPosition wanting(LogEntry entry, List<ReadPosition> positions) {
    for (ReadPosition position : positions) {
      if (position.wants(entry)) {
        return isForRecipient(entry) ? position : null;
      }
    }
    return null;
  }

  private boolean isForRecipient(LogEntry entry) {
    personal |= entry.message().except().isPresent();
    return !recipient.isExcepted(entry);
  }

  /**
   * Returns whether an entry need not be delivered, because its channel holds a newer one that will
   * be. Called under the log's lock.
   */
  boolean isReplaced(LogEntry entry, ReadPosition by, long upTo) {
    if (!entry.source.keepsNewest() || by.replays(entry)) {
      return false;
    }
    LogEntry newer = entry.source.newest(entry);
    return newer != null
        && newer.seq > entry.seq
        && newer.seq <= upTo
        && by.wants(newer)
        && isForRecipient(newer);
  }

  /** Takes an entry for one of the subscriptions. Returns false if there is no room. */
  boolean take(LogEntry entry, ReadPosition by) {
    if (!recipient.wantsNewestOf(entry.source) || by.replays(entry)) {
      return add(entry, null);
    }
    Reported reported = Reported.by(entry);
    newest = newest.isEmpty() ? new HashMap<>() : newest;
    Integer before = newest.get(reported);
    boolean added = add(entry, before == null ? null : entries.get(before));
    if (added) {
      newest.put(reported, entries.size() - 1);
      if (before != null) {
        entries.set(before, null);
      }
    }
    return added;
  }

  private boolean add(LogEntry entry, @Nullable LogEntry instead) {
    int others = instead == null ? count : count - 1;
    int size = entry.size + bytes - (instead == null ? 0 : instead.size);
    if (others > 0 && (others >= mostEntries || size > mostBytes)) {
      return false;
    }
    entries.add(entry);
    count = others + 1;
    bytes = size;
    return true;
  }

  /**
   * Returns it as a slice.
   *
   * @param through where the reader is after it
   * @param missing as in {@link Slice}
   */
  Slice slice(List<Gap> gaps, long through, long missing) {
    List<LogEntry> all = new ArrayList<>(count);
    for (LogEntry entry : entries) {
      if (entry != null) {
        all.add(entry);
      }
    }
    return new Slice(gaps, all, bytes, through, missing, personal);
  }
}
