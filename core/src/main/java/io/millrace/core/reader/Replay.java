package io.millrace.core.reader;

import io.millrace.Gap;
import io.millrace.core.log.Beginning;
import io.millrace.core.log.Next;
import io.millrace.core.log.ReaderSubscription;
import java.util.List;
import java.util.Optional;

/**
 * What a subscription made later reads by itself, up to where its reader is, before it joins the
 * reader's others.
 */
final class Replay {

  /** The JSON text of the subscribe command's id. */
  final String id;

  final List<ReaderSubscription> subscriptions;
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
   * @param subscriptions attached to the log; may become fewer
   * @param beginning where they begin
   * @param through the reader's cursor
   * @param whenOver called once it is over, whatever came of it
   */
  Replay(
      String id,
      List<ReaderSubscription> subscriptions,
      Beginning beginning,
      long through,
      Runnable whenOver) {
    this.id = id;
    this.subscriptions = subscriptions;
    this.through = through;
    this.whenOver = whenOver;
    this.gap = beginning.gap();
    this.cursor = beginning.seq();
    for (ReaderSubscription subscription : subscriptions) {
      subscription.after = Math.max(subscription.after, cursor);
    }
  }

  boolean isDone() {
    return (read && cursor >= through) || subscriptions.isEmpty();
  }

  /** Returns the gap to tell before anything else, once. */
  Optional<Gap> takeGap() {
    Optional<Gap> due =
        gap.filter(reason -> !subscriptions.isEmpty())
            .map(reason -> new Gap(ReaderSubscription.names(subscriptions), reason));
    gap = Optional.empty();
    return due;
  }

  /** Returns what is to be read next. */
  Next next(int mostEntries, int mostBytes) {
    return new Next(subscriptions, cursor, through, mostEntries, mostBytes);
  }

  void moveTo(long seq) {
    read = true;
    cursor = seq;
  }
}
