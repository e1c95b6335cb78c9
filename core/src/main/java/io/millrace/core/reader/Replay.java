package io.millrace.core.reader;

import io.millrace.Gap;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.log.Recipient;
import io.millrace.core.log.SliceRequest;
import io.millrace.core.log.StartPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a subscription made later reads by itself, up to where its reader is, before it joins the
 * reader's others.
 */
final class Replay {

  /** The JSON text of the subscribe command's id. */
  final String id;

  final List<ReadPosition> positions;
  final long through;

  /** Called once it is over, whatever came of it. */
  final Runnable whenOver;

  private Optional<Gap.Reason> gap;
  private long cursor;

  /** Losses are found by reading, also where there is nothing to be replayed. */
  private boolean read;

  /**
   * A replay.
   *
   * @param id the JSON text of the subscribe command's id
   * @param start where the subscriptions begin, which may become fewer
   * @param through the reader's cursor
   * @param whenOver called once it is over, whatever came of it
   */
  Replay(String id, StartPosition start, long through, Runnable whenOver) {
    this.id = id;
    this.positions = new ArrayList<>(start.positions());
    this.through = through;
    this.whenOver = whenOver;
    this.gap = start.gap();
    this.cursor = start.seq();
  }

  boolean isDone() {
    return (read && cursor >= through) || positions.isEmpty();
  }

  /** Returns the gap to tell before anything else, once. */
  Optional<Gap> takeGap() {
    Optional<Gap> due =
        gap.filter(reason -> !positions.isEmpty())
            .map(reason -> new Gap(ReadPosition.names(positions), reason));
    gap = Optional.empty();
    return due;
  }

  /** Returns what is to be read next. */
  SliceRequest next(int mostEntries, int mostBytes, Recipient recipient) {
    return new SliceRequest(positions, cursor, through, mostEntries, mostBytes, recipient);
  }

  void moveTo(long seq) {
    read = true;
    cursor = seq;
  }
}
