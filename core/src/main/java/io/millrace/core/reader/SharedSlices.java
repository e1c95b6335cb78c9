package io.millrace.core.reader;

import io.millrace.core.log.Slice;
import io.millrace.internal.BoundedMap;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Shares what was read between the readers of one event loop that are behind at the same place;
 * keeps the newest up to a number of bytes. Owned by the event loop.
 */
final class SharedSlices {

  private static final int MOST_SLICES = 256;

  /** What an audience's key takes for each channel, including a name of the maximum length. */
  private static final int CHANNEL_COST = 512;

  /**
   * What was read for one of these readers.
   *
   * @param frames the bytes to write
   * @param last the last entry in them
   * @param through where the reader is after it
   * @param oldest when the first entry in them was appended; zero if there is none
   */
  record Shared(Buffer frames, long last, long through, long oldest) {

    /** What was made of a slice. */
    Shared(Buffer frames, Slice slice) {
      this(frames, slice.last(), slice.through(), slice.oldest());
    }
  }

  private record Key(Audience.Key audience, Class<?> kind, long after, long upTo) {

    static Key of(Reader reader) {
      return new Key(
          reader.audience().key, reader.getClass(), reader.cursorSeq(), reader.shard.position());
    }
  }

  private final BoundedMap<Key, Shared> slices;

  /**
   * Makes an empty object.
   *
   * @param most how many bytes are kept
   */
  SharedSlices(LongSupplier most) {
    this.slices = new BoundedMap<>(() -> MOST_SLICES, most, SharedSlices::cost);
  }

  /** Returns what a reader of the same audience was given from the same place to the same end. */
  Optional<Shared> of(Reader reader) {
    return Optional.ofNullable(slices.get(Key.of(reader)));
  }

  /** Keeps what a reader is given, for others of the same audience. */
  void share(Reader reader, Shared slice) {
    Key key = Key.of(reader);
    if (slices.get(key) == null) {
      slices.put(key, slice);
    }
  }

  /** A slice keeps the key of an audience that may be gone. */
  private static int cost(Key key, Shared slice) {
    return slice.frames().length() + CHANNEL_COST * key.audience().subscriptions().size();
  }

  /** Returns how many bytes are kept. */
  long bytes() {
    return slices.cost();
  }

  void clear() {
    slices.clear();
  }
}
