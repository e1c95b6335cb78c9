package io.millrace.core.reader;

import io.millrace.core.log.LogEntry;
import io.millrace.internal.BoundedMap;
import io.millrace.spi.Framing;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The frames that were made on one event loop; keeps the newest up to a number of bytes. Owned by
 * the event loop.
 */
final class FrameCache {

  /** What a frame takes besides its bytes. */
  private static final int OVERHEAD = 128;

  private record Key(Framing framing, boolean replayed, long seq) {}

  private final BoundedMap<Key, Buffer> frames;

  /**
   * An empty cache.
   *
   * @param most how many bytes are kept
   */
  FrameCache(LongSupplier most) {
    this.frames =
        new BoundedMap<>(() -> Integer.MAX_VALUE, most, (key, frame) -> frame.length() + OVERHEAD);
  }

  /** Returns the frame of an entry, and makes it if necessary. */
  Buffer frame(Framing framing, LogEntry entry) {
    Key key = new Key(framing, false, entry.seq);
    Buffer known = frames.get(key);
    return known != null ? known : keep(key, framing.entry(entry));
  }

  /** Returns the frame of an entry that the URL's {@code last} replays. */
  Buffer replayed(Framing framing, LogEntry entry) {
    Key key = new Key(framing, true, entry.seq);
    Buffer known = frames.get(key);
    return known != null ? known : keep(key, framing.replayed(entry, Optional.empty()));
  }

  /**
   * Returns the frames of entries, joined.
   *
   * @param replayThrough those before this place are what {@code last} replays
   */
  Buffer joined(Framing framing, List<LogEntry> entries, long replayThrough) {
    List<Buffer> parts = new ArrayList<>(entries.size());
    for (LogEntry entry : entries) {
      boolean replayed = entry.seq < replayThrough;
      parts.add(replayed ? replayed(framing, entry) : frame(framing, entry));
    }
    return join(parts);
  }

  void clear() {
    frames.clear();
  }

  /** Returns how many frames are kept. */
  int size() {
    return frames.size();
  }

  private Buffer keep(Key key, Buffer frame) {
    frames.put(key, frame);
    return frame;
  }

  /** Joins frames into one buffer. */
  static Buffer join(List<Buffer> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    int length = 0;
    for (Buffer part : parts) {
      length += part.length();
    }
    Buffer joined = Buffer.buffer(length);
    for (Buffer part : parts) {
      joined.appendBuffer(part);
    }
    return joined;
  }
}
