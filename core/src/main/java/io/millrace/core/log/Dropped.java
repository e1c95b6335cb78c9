package io.millrace.core.log;

import java.util.OptionalLong;

/**
 * The messages of a channel that the log has held and no longer holds: how many there were, and
 * where the newest of them were, so that a reader that comes back can be told how many it has
 * missed. Guarded by the log's lock.
 */
final class Dropped {

  /** What is kept of their places: of 128 messages if they are close together, of 40 if not. */
  static final int BYTES = 128;

  private static final int BITS = 7;
  private static final int MORE = 1 << BITS;

  /** Nothing was dropped. */
  static final Dropped NONE = new Dropped(0, 0);

  /** The distances from one place to the next, each in groups of seven bits, the lowest first. */
  private final byte[] distances;

  private int front;
  private int size;

  /** The place from which the first distance is measured: of what was before, none is known. */
  private long knownAfter;

  private long newest;
  private int count;

  private Dropped(long lostThrough, int bytes) {
    this.knownAfter = lostThrough;
    this.newest = lostThrough;
    this.distances = new byte[bytes];
  }

  /** Nothing was dropped yet, but something may have been lost up to a place. */
  static Dropped startingAfter(long lostThrough) {
    return new Dropped(lostThrough, BYTES);
  }

  /** Returns the place of the newest; zero if there is none. */
  long newest() {
    return count == 0 ? 0 : newest;
  }

  /** Returns how many there were. It wraps around: only a difference means anything. */
  int count() {
    return count;
  }

  /** Adds one that is newer than all others. */
  void add(long seq) {
    for (long left = seq - newest; ; left >>>= BITS) {
      boolean last = left < MORE;
      put((byte) (last ? left : left | MORE));
      if (last) {
        break;
      }
    }
    newest = seq;
    count++;
  }

  private void put(byte group) {
    if (size == BYTES) {
      int length = length(0);
      knownAfter += distance(0, length);
      front = (front + length) % BYTES;
      size -= length;
    }
    distances[(front + size++) % BYTES] = group;
  }

  private byte group(int index) {
    return distances[(front + index) % BYTES];
  }

  private int length(int index) {
    int length = 1;
    while (group(index + length - 1) < 0) {
      length++;
    }
    return length;
  }

  private long distance(int index, int length) {
    long distance = 0;
    for (int i = length - 1; i >= 0; i--) {
      distance = distance << BITS | (group(index + i) & (MORE - 1));
    }
    return distance;
  }

  /** Returns how many there were after a place, if that is known. */
  OptionalLong countAfter(long seq) {
    if (seq < knownAfter) {
      return OptionalLong.empty();
    }
    long found = 0;
    long place = knownAfter;
    for (int index = 0; index < size; ) {
      int length = length(index);
      place += distance(index, length);
      index += length;
      found += place > seq ? 1 : 0;
    }
    return OptionalLong.of(found);
  }
}
