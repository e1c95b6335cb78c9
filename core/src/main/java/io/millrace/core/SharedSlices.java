package io.millrace.core;

import io.vertx.core.buffer.Buffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What readers of one event loop that are behind at the same place share, the newest within a bound
 * of bytes. Owned by the event loop.
 */
final class SharedSlices {

  private static final int MOST_SLICES = 256;

  /** What an audience's key takes for each channel, a name of the greatest length with it. */
  private static final int CHANNEL_COST = 512;

  /**
   * What was read for one of them.
   *
   * @param frames what is written
   * @param last the last entry in it
   * @param through where the reader is after it
   */
  record Shared(Buffer frames, long last, long through) {}

  private record Key(Audience.Key audience, Class<?> kind, long after, long upTo) {

    static Key of(Reader reader) {
      return new Key(
          reader.audience().key, reader.getClass(), reader.cursorSeq(), reader.shard.position());
    }
  }

  private final LongSupplier most;
  private final Map<Key, Shared> slices = new LinkedHashMap<>();
  private long bytes;

  /**
   * Nothing is shared.
   *
   * @param most how many bytes are kept
   */
  SharedSlices(LongSupplier most) {
    this.most = most;
  }

  /** Returns what a reader that is alike was given from the same place to the same end. */
  Optional<Shared> of(Reader reader) {
    return Optional.ofNullable(slices.get(Key.of(reader)));
  }

  /** Keeps what a reader is given, for others that are alike. */
  void share(Reader reader, Shared slice) {
    if (slices.putIfAbsent(Key.of(reader), slice) == null) {
      bytes += cost(Key.of(reader), slice);
    }
    Iterator<Map.Entry<Key, Shared>> oldest = slices.entrySet().iterator();
    while (bytes > most.getAsLong() || slices.size() > MOST_SLICES) {
      Map.Entry<Key, Shared> dropped = oldest.next();
      bytes -= cost(dropped.getKey(), dropped.getValue());
      oldest.remove();
    }
  }

  /** A slice keeps the key of an audience that may be gone. */
  private static int cost(Key key, Shared slice) {
    return slice.frames().length() + CHANNEL_COST * key.audience().interests().size();
  }

  /** Returns how many bytes are kept. */
  long bytes() {
    return bytes;
  }

  void clear() {
    slices.clear();
    bytes = 0;
  }
}
