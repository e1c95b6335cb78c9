package io.millrace.core.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Finds what {@code last} replays, from the newest back, and no further than it may have to. Called
 * under the log's lock, which may be let go between two calls.
 */
final class Newest {

  /** How many messages are looked at. An event filter may accept few of them. */
  static final int MOST_LOOKS = 1 << 15;

  /** How many of them in one go: for as long, nobody can append. */
  static final int LOOKS_AT_ONCE = 1024;

  /** What one subscription has of one channel, from the newest back. */
  private final class Tail {
    final ReadPosition position;
    final ChannelLog channel;
    long seq = head + 1;
    boolean accepted;
    int found;

    /** Where its message was; others may have been dropped before it since then. */
    private int at;

    /** The oldest that is replayed. */
    long first;

    Tail(ReadPosition position, ChannelLog channel) {
      this.position = position;
      this.channel = channel;
    }

    /** Goes to the next older message. Returns whether there is one. */
    boolean back() {
      boolean there = at < channel.entries.size() && channel.entries.get(at).seq == seq;
      int index = (there ? at : channel.entries.indexAfter(seq - 1)) - 1;
      if (index < 0) {
        return false;
      }
      at = index;
      LogEntry entry = channel.entries.get(index);
      seq = entry.seq;
      accepted = position.filter().accepts(entry.message());
      // Too old, only not yet swept.
      return index >= channel.historyCount
          || now - entry.appendedAt < channel.limits.age().toMillis();
    }
  }

  private final List<ReadPosition> positions;
  private final int last;
  private final long head;
  private final long now;
  private final Deque<Tail> unplaced = new ArrayDeque<>();
  private final PriorityQueue<Tail> newestFirst =
      new PriorityQueue<>(Comparator.comparingLong((Tail tail) -> tail.seq).reversed());
  private final List<Tail> replayed = new ArrayList<>();
  private int looks;
  private int count;
  private long oldest;
  private long through;

  /**
   * A search.
   *
   * @param survey complete
   * @param head nothing beyond it is looked at
   * @param now the present
   */
  Newest(Survey survey, long head, long now) {
    this.positions = survey.positions;
    this.last = survey.from.last();
    this.head = head;
    this.now = now;
    this.oldest = head + 1;
    for (ReadPosition position : positions) {
      if (position.source() instanceof ChannelLog channel) {
        unplaced.add(new Tail(position, channel));
      } else {
        for (ChannelLog channel : survey.channels(position.pattern())) {
          unplaced.add(new Tail(position, channel));
        }
      }
    }
  }

  /** Looks at some messages. Returns whether there may be more to look at. */
  boolean look() {
    for (int i = 0; i < LOOKS_AT_ONCE; i++) {
      if (!unplaced.isEmpty()) {
        goOn(unplaced.remove());
        continue;
      }
      Tail tail = newestFirst.poll();
      if (tail == null || looks++ == MOST_LOOKS || (tail.accepted && !take(tail))) {
        return false;
      }
      if (tail.found < last) {
        goOn(tail);
      }
    }
    return true;
  }

  private void goOn(Tail tail) {
    if (tail.back()) {
      newestFirst.add(tail);
    }
  }

  /** Takes a message, if there are not enough of them yet. */
  private boolean take(Tail tail) {
    if (tail.seq != oldest) {
      if (count == StartPositions.MOST_REPLAYED) {
        return false;
      }
      count++;
      oldest = tail.seq;
      through = Math.max(through, oldest);
    }
    if (tail.found++ == 0) {
      replayed.add(tail);
    }
    tail.first = tail.seq;
    return true;
  }

  /**
   * Returns where reading begins: before the oldest of what is replayed, with each channel
   * beginning at its own, and those of which nothing is replayed at the head.
   */
  StartPosition start() {
    for (ReadPosition position : positions) {
      position.tellThrough(head);
      position.startAfter(head);
    }
    for (Tail tail : replayed) {
      tail.position.replayAfter(tail.channel, tail.first - 1);
    }
    return new StartPosition(oldest - 1, Optional.empty(), through, head, positions);
  }
}
