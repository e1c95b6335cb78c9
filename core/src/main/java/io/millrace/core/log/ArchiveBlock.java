package io.millrace.core.log;

import io.millrace.Gap;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of the broker's own log that was read back. Immutable.
 *
 * @param after it holds everything after this sequence number
 * @param through up to this sequence number
 * @param entries the entries, in order
 * @param bytes how many bytes it takes of the heap
 * @param lost whether the broker no longer has this part, so that there are no entries
 */
public record ArchiveBlock(
    long after, long through, List<LogEntry> entries, long bytes, boolean lost) {

  /** Returns whether it contains what comes next after a sequence number. */
  boolean covers(long seq) {
    return after <= seq && seq < through;
  }

  /**
   * Reads what comes next, as {@link Log#read} does.
   *
   * @param needed how far to read
   * @param reason why it may be lost
   */
  Slice read(SliceRequest next, long needed, Gap.Reason reason) {
    long from = next.after();
    long end = Math.min(through, needed);
    Chosen chosen = new Chosen(next);
    if (lost) {
      return chosen.slice(lost(next, reason), end, 0);
    }
    Wanted wanted = new Wanted(next.positions());
    long read = from;
    for (int i = indexAfter(from); i < entries.size() && entries.get(i).seq <= end; i++) {
      LogEntry entry = entries.get(i);
      if (wanted.isEnough()) {
        return chosen.slice(List.of(), read, 0);
      }
      ReadPosition by = chosen.wanting(entry, wanted.positions(entry));
      if (by != null && !chosen.take(entry, by)) {
        return chosen.slice(List.of(), read, 0);
      }
      read = entry.seq;
    }
    return chosen.slice(List.of(), end, 0);
  }

  private static List<Gap> lost(SliceRequest next, Gap.Reason reason) {
    List<String> missed = new ArrayList<>();
    for (ReadPosition position : next.positions()) {
      if (position.missing(next.after()) > 0) {
        missed.add(position.pattern().toString());
      }
    }
    return missed.isEmpty() ? List.of() : List.of(new Gap(missed, reason));
  }

  private int indexAfter(long seq) {
    int low = 0;
    int high = entries.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (entries.get(middle).seq <= seq) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
