package io.millrace.core.log;

import io.millrace.Gap;
import java.util.List;

/**
 * What a reader reads at once.
 *
 * @param gaps the gaps that must be reported first
 * @param entries the entries, in order
 * @param bytes their payload and overhead, in bytes
 * @param through where the reader is after them; there is nothing else for it up to here
 * @param missing up to where the reader must read back from the broker's own log before it can
 *     continue; zero if it need not
 * @param personal whether it may not be what others read at the same place, because something is
 *     for everybody but one client
 */
public record Slice(
    List<Gap> gaps,
    List<LogEntry> entries,
    int bytes,
    long through,
    long missing,
    boolean personal) {

  /** Makes a slice of which nothing is missing. */
  public Slice(List<Gap> gaps, List<LogEntry> entries, int bytes, long through) {
    this(gaps, entries, bytes, through, 0, false);
  }

  /** Returns whether there is nothing to report or read before something was read back. */
  public boolean isMissing() {
    return missing > 0 && gaps.isEmpty();
  }

  /** Returns when the first entry was appended; zero if there is none. */
  public long oldest() {
    return entries.isEmpty() ? 0 : entries.get(0).appendedAt;
  }

  /** Returns the sequence number of the last entry; zero if there is none. */
  public long last() {
    return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).seq;
  }
}
