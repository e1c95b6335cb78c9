package io.millrace.core.log;

import io.millrace.MillraceOptions;
import io.millrace.internal.BoundedMap;

/**
 * Recognizes a message that a broker brings again: to the same channel, with the same key and the
 * same content, within the lifetime of keys. So a publish that was repeated, at this node or
 * another, because nobody knew whether the broker took it, is appended once. Anyone who can publish
 * at the broker can choose keys, but that suppresses only messages that are identical to the last
 * byte. Not safe for use by several threads.
 */
final class ArrivedKeys {

  private record Known(long seq, long since) {}

  private final MillraceOptions options;

  /** The keys in the order in which they came, so that the oldest are first. */
  private final BoundedMap<String, Known> known;

  ArrivedKeys(MillraceOptions options) {
    this.options = options;
    this.known = new BoundedMap<>(options::maxKeys);
  }

  /**
   * Takes the next message that has a key.
   *
   * @param seq its place
   * @param now the present time, in milliseconds of the node's clock
   * @return the place of the first identical message; its own place if there is none
   */
  long originalOf(long seq, MessageKey arrived, long now) {
    String key = arrived.key() + arrived.digest();
    long oldest = now - options.keyLifetime().toMillis();
    known.forgetOldest(each -> each.since <= oldest);
    Known before = known.get(key);
    if (before != null && before.since <= oldest) {
      known.remove(key);
      before = null;
    }
    if (before == null) {
      known.put(key, new Known(seq, now));
    }
    return before == null ? seq : before.seq;
  }

  /** Returns how many keys are remembered. */
  int size() {
    return known.size();
  }

  /** Returns about how many bytes of the heap they take. */
  long heldBytes() {
    return (long) known.size() * Footprint.ARRIVED_KEY;
  }
}
