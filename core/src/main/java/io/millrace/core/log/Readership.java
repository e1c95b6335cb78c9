package io.millrace.core.log;

import io.millrace.MillraceOptions;
import java.util.Collection;
import java.util.List;

/** Who reads what, and what that takes. Guarded by the log's lock. */
final class Readership {

  private final Sources sources;

  /** Counts what readers and their subscriptions take, wherever they are. */
  private final Allowance room;

  private int subscriptions;

  Readership(MillraceOptions options, Sources sources) {
    this.sources = sources;
    this.room =
        new Allowance(
            options.readerBytes(), "This server is full. Name fewer channels, or try again later.");
  }

  /** Returns the room for all readers. Safe on any thread. */
  Allowance room() {
    return room;
  }

  /** Returns how many subscriptions are attached. */
  int subscriptions() {
    return subscriptions;
  }

  /**
   * Attaches subscriptions, and puts their positions and what must be known of them into a survey.
   *
   * @param heardFrom from where on the broker brings the messages of each
   * @param lostThrough nothing after this is lost of any channel
   */
  void enter(
      Survey survey, List<ReaderSubscription> added, List<Long> heardFrom, long lostThrough) {
    boolean listed = Survey.asksLast(survey.from);
    long bytes = 0;
    for (int i = 0; i < added.size(); i++) {
      LogSource source = sources.of(added.get(i).pattern());
      EventFilter filter = added.get(i).filter();
      if (source instanceof PatternLog pattern
          && (listed || (!pattern.surveyed && survey.startsBefore(lostThrough)))) {
        survey.add(pattern, listed);
      }
      bytes += counted(source, source.readers++);
      filter.hold(room);
      survey.positions.add(new ReadPosition(source, filter, heardFrom.get(i)));
    }
    subscriptions += added.size();
    room.add(bytes);
  }

  /** Detaches subscriptions. */
  void leave(Collection<ReadPosition> positions) {
    long bytes = 0;
    for (ReadPosition position : positions) {
      LogSource source = position.source();
      bytes += counted(source, --source.readers);
      position.filter().letGo(room);
      sources.left(source);
    }
    subscriptions -= positions.size();
    room.add(-bytes);
  }

  /** Returns what a subscription takes if other readers have the same one. */
  private static int counted(LogSource source, int others) {
    return Footprint.SUBSCRIPTION + (others == 0 ? Footprint.source(source.pattern()) : 0);
  }
}
