package io.millrace.core.log;

import io.millrace.Gap;
import java.util.ArrayList;
import java.util.Collection;
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

  /** Reads what comes next, as {@link Log#read} does. */
  Slice read(
      Collection<ReadPosition> positions,
      long from,
      long upTo,
      int mostEntries,
      int mostBytes,
      Gap.Reason reason) {
    long end = Math.min(through, upTo);
    if (lost) {
      List<String> missed = new ArrayList<>();
      for (ReadPosition position : positions) {
        if (position.missing(from) > 0) {
          missed.add(position.pattern().toString());
        }
      }
      List<Gap> gaps = missed.isEmpty() ? List.of() : List.of(new Gap(missed, reason));
      return new Slice(gaps, List.of(), 0, end);
    }
    Wanted asked = new Wanted(positions);
    List<LogEntry> wanted = new ArrayList<>();
    int size = 0;
    for (int i = indexAfter(from); i < entries.size(); i++) {
      LogEntry entry = entries.get(i);
      if (entry.seq > end) {
        break;
      }
      if (asked.isEnough()) {
        return new Slice(List.of(), wanted, size, entries.get(i - 1).seq);
      }
      if (asked.isWanted(entry)) {
        if (!wanted.isEmpty() && (wanted.size() >= mostEntries || size + entry.size > mostBytes)) {
          return new Slice(List.of(), wanted, size, wanted.get(wanted.size() - 1).seq);
        }
        wanted.add(entry);
        size += entry.size;
      }
    }
    return new Slice(List.of(), wanted, size, end);
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
