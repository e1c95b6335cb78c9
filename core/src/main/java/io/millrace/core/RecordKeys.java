package io.millrace.core;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds the records of a backend's log that publish again what an earlier record published. What
 * decides is in the records themselves, never a clock or when this node began to read; so it is
 * decided alike by every node, live and when reading back, if reading began {@link #lead} earlier.
 * Not safe for use by several threads.
 */
final class RecordKeys {

  /** How far the clocks of those who publish may be apart. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

  private record Key(String channel, String key) {}

  private record Known(long seq, long time, String digest) {}

  private final long lifetime;
  private final int most;

  /** The latest record of each key, in the order of the log. */
  private final Map<Key, Known> known = new LinkedHashMap<>();

  RecordKeys(MillraceOptions options) {
    this.lifetime = options.keyLifetime().toMillis();
    this.most = options.maxKeys();
  }

  /** Returns how much earlier than the first message that is served one must begin to read. */
  static Duration lead(MillraceOptions options) {
    return options.keyLifetime().plus(CLOCK_TOLERANCE);
  }

  /**
   * Takes the next record.
   *
   * @param seq its place
   * @return the place of the record that published the same first; its own if there is none
   * @throws MillraceException {@link MillraceException.Code#CONFLICT} if its key is that of another
   *     message
   */
  long originalOf(long seq, String channel, Message message) {
    if (message.key().isEmpty()) {
      return seq;
    }
    long time = message.time().orElseThrow().toEpochMilli();
    forgetOld(time);
    Key key = new Key(channel, message.key().get());
    String digest = KeyTable.digest(message);
    Known before = known.remove(key);
    boolean again = before != null && Math.abs(time - before.time) <= lifetime;
    if (again && !before.digest.equals(digest)) {
      known.put(key, before);
      throw KeyTable.conflict();
    }
    long original = again ? before.seq : seq;
    known.put(key, new Known(original, time, digest));
    return original;
  }

  private void forgetOld(long time) {
    long oldest = time - lifetime - CLOCK_TOLERANCE.toMillis();
    Iterator<Known> inOrder = known.values().iterator();
    while (inOrder.hasNext() && (inOrder.next().time < oldest || known.size() >= most)) {
      inOrder.remove();
    }
  }
}
