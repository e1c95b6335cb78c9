package io.millrace.core.log;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The entries of all channels that are held only as history, by sequence number: a pattern's reader
 * finds what it wants by reading on from its place, however many channels there are. Guarded by the
 * log's lock.
 */
final class Past {

  private static final int CHUNK = 256;
  private static final int LEAST_CAPACITY = 4;

  /** A chunk with fewer entries is joined with the next. */
  private static final int SPARSE = CHUNK / 4;

  /** A run of entries, the oldest first. */
  private static final class Chunk {
    LogEntry[] entries = new LogEntry[LEAST_CAPACITY];
    int size;

    void add(LogEntry entry) {
      if (size == entries.length) {
        entries = Arrays.copyOf(entries, size * 2);
      }
      entries[size++] = entry;
    }

    int indexAfter(long seq) {
      int low = 0;
      int high = size;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (entries[middle].seq <= seq) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    @SuppressWarnings("NullAway") // There is nothing beyond the size.
    void remove(int index) {
      size--;
      System.arraycopy(entries, index + 1, entries, index, size - index);
      entries[size] = null;
      if (size <= entries.length / 4 && entries.length > LEAST_CAPACITY) {
        entries = Arrays.copyOf(entries, entries.length / 2);
      }
    }
  }

  /**
   * The chunks by the sequence number of an entry that is or was their first, and is after all
   * earlier chunks.
   */
  private final TreeMap<Long, Chunk> chunks = new TreeMap<>();

  /** Adds an entry that is newer than all others. */
  void add(LogEntry entry) {
    Map.Entry<Long, Chunk> newest = chunks.lastEntry();
    if (newest == null || newest.getValue().size == CHUNK) {
      Chunk chunk = new Chunk();
      chunk.add(entry);
      chunks.put(entry.seq, chunk);
    } else {
      newest.getValue().add(entry);
    }
  }

  /** Removes an entry. */
  void remove(LogEntry entry) {
    Map.Entry<Long, Chunk> found = chunks.floorEntry(entry.seq);
    Chunk chunk = found.getValue();
    chunk.remove(chunk.indexAfter(entry.seq) - 1);
    if (chunk.size == 0) {
      chunks.remove(found.getKey());
    } else if (chunk.size < SPARSE) {
      join(chunk, found.getKey());
    }
  }

  private void join(Chunk chunk, long key) {
    Map.Entry<Long, Chunk> next = chunks.higherEntry(key);
    if (next != null && chunk.size + next.getValue().size <= CHUNK / 2) {
      chunks.remove(next.getKey());
      for (int i = 0; i < next.getValue().size; i++) {
        chunk.add(next.getValue().entries[i]);
      }
    }
  }

  /**
   * Reads what is held after a place.
   *
   * @param upTo how far to read
   * @param into receives the entries
   * @param most how many it may have afterwards
   * @return whether these were all
   */
  boolean read(long after, long upTo, List<LogItem> into, int most) {
    Long first = chunks.floorKey(after);
    for (Chunk chunk : (first == null ? chunks : chunks.tailMap(first, true)).values()) {
      for (int i = chunk.indexAfter(after); i < chunk.size; i++) {
        if (chunk.entries[i].seq > upTo) {
          return true;
        }
        if (into.size() == most) {
          return false;
        }
        into.add(chunk.entries[i]);
      }
    }
    return true;
  }

  void clear() {
    chunks.clear();
  }
}
