package io.millrace.core.log;

import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.internal.BoundedMap;
import java.time.Duration;

/**
 * Finds records of a backend's log that publish again what an earlier record published. Only the
 * records themselves decide, never a clock or the time when this node began to read. So every node
 * decides alike, live and when reading back, if it began to read {@link #lead} earlier. The time of
 * a record affects only its own key: a wrong time does not make other keys be forgotten; only too
 * many keys do. Not safe for use by several threads.
 */
public final class RecordKeys {

  /** How far the clocks of publishers may differ. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

  private static final Duration LONGEST = Duration.ofMillis(Long.MAX_VALUE);

  private record Known(long seq, long time, String digest) {}

  private final long lifetime;

  /** The latest record of each channel and key, in the order of the log. */
  private final BoundedMap<String, Known> known;

  RecordKeys(MillraceOptions options) {
    this.lifetime = options.keyLifetime().toMillis();
    this.known = new BoundedMap<>(options::maxKeys);
  }

  /** Returns about how many bytes of the heap they take. */
  long heldBytes() {
    return (long) known.size() * Footprint.RECORD_KEY;
  }

  /** Returns how much earlier than the first served message reading must begin. */
  public static Duration lead(MillraceOptions options) {
    Duration lead = options.keyLifetime().plus(CLOCK_TOLERANCE);
    return lead.compareTo(LONGEST) > 0 ? LONGEST : lead;
  }

  /**
   * Takes the next record that has a key.
   *
   * @param seq its place
   * @param time when it was written, in milliseconds
   * @return the place of the first record that published the same; its own if there is none
   * @throws MillraceException {@link MillraceException.Code#CONFLICT} if its key was used for
   *     another message
   */
  long originalOf(long seq, MessageKey taken, long time) {
    String key = taken.key();
    String digest = taken.digest();
    Known before = known.remove(key);
    if (before == null || Math.abs(time - before.time) > lifetime) {
      known.put(key, new Known(seq, time, digest));
      return seq;
    }
    // Also if it is refused: the decision must not depend on how long ago reading began.
    known.put(key, new Known(before.seq, time, before.digest));
    if (!before.digest.equals(digest)) {
      throw MessageKey.conflict();
    }
    return before.seq;
  }
}
