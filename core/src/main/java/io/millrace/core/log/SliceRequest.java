package io.millrace.core.log;

import io.millrace.Gap;
import java.util.Collection;
import java.util.Optional;

/**
 * What a reader reads next.
 *
 * @param positions attached to the log
 * @param after where it has read to
 * @param upTo how far to read
 * @param mostEntries the maximum number of entries
 * @param mostBytes the maximum number of bytes; one entry always fits
 * @param recipient who reads
 */
public record SliceRequest(
    Collection<ReadPosition> positions,
    long after,
    long upTo,
    int mostEntries,
    int mostBytes,
    Recipient recipient) {

  /** Asks for everything. */
  public SliceRequest(
      Collection<ReadPosition> positions, long after, long upTo, int mostEntries, int mostBytes) {
    this(positions, after, upTo, mostEntries, mostBytes, Recipient.ANYBODY);
  }

  /** Reads it from the node's log. */
  public Slice read(Log log, Optional<Gap.Reason> lost) {
    return log.read(this, lost);
  }

  /** Reads it from what was read back. */
  public Slice read(ArchiveBlock block, long needed, Gap.Reason lost) {
    return block.read(this, needed, lost);
  }
}
