package io.millrace.core;

import io.millrace.MillraceOptions;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds what a broker brings again: a message to the same channel, with the same key and the same
 * content, within the lifetime of keys. So a publish that was repeated since nobody knew whether
 * the broker took it, at this node or at another, is appended once. Whoever can publish at the
 * broker can choose keys; that keeps away nothing but what is the same to the last byte. Not safe
 * for use by several threads.
 */
final class ArrivedKeys {

  /** How many are forgotten at most when one comes, though more may be too old. */
  private static final int FORGOTTEN_AT_ONCE = 8;

  private record Known(long seq, long since) {}

  private final MillraceOptions options;

  /** In the order in which they came, so that the oldest are first. */
  private final Map<String, Known> known = new LinkedHashMap<>();

  ArrivedKeys(MillraceOptions options) {
    this.options = options;
  }

  /**
   * Takes the next message that has a key.
   *
   * @param seq its place
   * @param now the present, in milliseconds of the node's clock
   * @return the place of the message that is the same and came first; its own if there is none
   */
  long originalOf(long seq, MessageKey arrived, long now) {
    String key = arrived.key() + arrived.digest();
    long oldest = now - options.keyLifetime().toMillis();
    Iterator<Known> oldestFirst = known.values().iterator();
    for (int i = 0;
        i < FORGOTTEN_AT_ONCE && oldestFirst.hasNext() && oldestFirst.next().since <= oldest;
        i++) {
      oldestFirst.remove();
    }
    Known before = known.get(key);
    if (before != null && before.since <= oldest) {
      known.remove(key);
      before = null;
    }
    if (before == null) {
      known.put(key, new Known(seq, now));
    }
    if (known.size() > options.maxKeys()) {
      known.remove(known.keySet().iterator().next());
    }
    return before == null ? seq : before.seq;
  }

  /** Returns how many keys are remembered. */
  int size() {
    return known.size();
  }
}
